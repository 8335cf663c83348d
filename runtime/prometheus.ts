import { z } from 'zod';
import { parseJson } from '../core/json.ts';
import { type Text, UserFacingError } from '../core/language.ts';
import { requestHttp } from './http.ts';
import { TEXTS } from './texts.ts';

export type Labels = Readonly<Record<string, string>>;

/** One series at one instant. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** One series over a span: its values in order of time, and when each was taken, in epoch milliseconds. */
export interface SampleRange {
  readonly labels: Labels;
  readonly values: readonly number[];
  readonly times: readonly number[];
}

/**
 * The label by which a store that keeps each series several times tells the copies apart: `--label=replica="…"` of
 * Thanos' receivers.
 */
const COPY_LABEL = 'replica';

/** The part of Prometheus' HTTP API that is used here. Times are epoch milliseconds. All throw {@link PrometheusError}. */
export interface Prometheus {
  /**
   * @param at now, as Prometheus has it, where it is left out
   * @param copies whether a store that keeps several copies of a series answers with each by itself. Thanos makes one of
   *   them by leaving samples out where one copy ends and another goes on, which is too little for an exact sum
   */
  instant(query: string, at?: number, copies?: 'together' | 'apart'): Promise<Sample[]>;
  /** Every copy by itself. */
  matrix(query: string, at: number): Promise<SampleRange[]>;
  /** The label sets of series that may have samples in a span; some may in fact have none. */
  series(selector: string, from: number, to: number): Promise<Labels[]>;
}

/** Stores of the same samples: each question is answered by the first that has a whole answer. */
export interface Stores extends Prometheus {
  /** Each by itself, in that order: what rests on several answers takes all of them from one. */
  alone(): readonly Prometheus[];
}

/** Prometheus cannot answer; the message names its address and how to put it right. */
export class PrometheusError extends UserFacingError {
  override readonly name = 'PrometheusError';
  /** For reports; `detail` is the address, what Prometheus said, which may be nothing, or how many minutes it is behind. */
  readonly reason: {
    readonly code:
      | 'prometheus_unreachable'
      | 'prometheus_refused'
      | 'prometheus_answer'
      | 'prometheus_partial'
      | 'prometheus_behind';
    readonly detail: string;
  };

  constructor(code: PrometheusError['reason']['code'], detail: string, text: Text, cause?: unknown) {
    super(text, { cause });
    this.reason = { code, detail };
  }
}

/** The store has no samples yet of the minutes before an instant that was asked for. */
export function storeBehind(minutes: number): PrometheusError {
  return new PrometheusError('prometheus_behind', String(minutes), TEXTS.prometheusBehind(minutes));
}

/**
 * The parameters by which stores of several parts answer whole or with an error: Thanos, which by default answers with
 * what it has, and VictoriaMetrics' cluster. Others do not know them.
 */
export const WHOLE = { partial_response: 'false', deny_partial_response: '1' } as const;

/** A day of many series is summed in one answer: it may take long. */
const TIMEOUT_MS = 120_000;

/** Of what a store said, as much as a report has room for. */
const SAID_LENGTH = 200;

const failure = z.object({ errorType: z.string(), error: z.string() });
/**
 * Success, but not of everything: a part of a distributed store did not answer. Thanos and Prometheus' remote read say so
 * by `warnings`, VictoriaMetrics' cluster by `isPartial`. Remarks on a query are `infos` in Prometheus; none of the
 * queries here has any.
 */
const partial = z.union([
  z.object({ warnings: z.array(z.string()).check(z.minLength(1)) }),
  z.object({ isPartial: z.literal(true), warnings: z.optional(z.array(z.string())) }),
]);
const vectorAnswer = z.object({ data: z.object({ resultType: z.literal('vector'), result: z.array(z.unknown()) }) });
const matrixAnswer = z.object({ data: z.object({ resultType: z.literal('matrix'), result: z.array(z.unknown()) }) });
const seriesAnswer = z.object({ data: z.array(z.unknown()) });

interface PrometheusOptions {
  /**
   * Asked one after the other until one answers whole. Read at each request, so that edits of the settings apply.
   */
  readonly addresses: () => readonly string[];
  readonly fetch?: typeof fetch;
}

export function createPrometheus({ addresses, fetch = globalThis.fetch }: PrometheusOptions): Stores {
  const stores = new Map<string, Prometheus>();
  const alone = (): Prometheus[] =>
    addresses().map((address) => {
      const store = stores.get(address) ?? createStore(address, fetch);
      stores.set(address, store);
      return store;
    });
  return {
    alone,
    instant: (...asked) => firstWhole(alone(), (store) => store.instant(...asked)),
    matrix: (...asked) => firstWhole(alone(), (store) => store.matrix(...asked)),
    series: (...asked) => firstWhole(alone(), (store) => store.series(...asked)),
  };
}

/** What the first store has that does not fail. @throws what the first of them throws where all fail */
export async function firstWhole<T>(stores: readonly Prometheus[], ask: (store: Prometheus) => Promise<T>): Promise<T> {
  let failed: unknown;
  for (const store of stores) {
    try {
      return await ask(store);
    } catch (error) {
      failed ??= error;
    }
  }
  throw failed;
}

function createStore(address: string, fetch: typeof globalThis.fetch): Prometheus {
  const ask = async <S extends z.ZodType>(path: string, form: Record<string, string>, schema: S) => {
    const origin = address.replace(/\/$/, '');
    const shown = new URL(origin).host;
    const request = { method: 'POST', form: { ...form, ...WHOLE }, timeout: TIMEOUT_MS, fetch } as const;
    const answer = await requestHttp(`${origin}${path}`, request).catch((error: unknown) => {
      throw new PrometheusError('prometheus_unreachable', shown, TEXTS.prometheusSilent(shown), error);
    });
    const body = parseJson(answer.text);
    const refused = failure.safeParse(body);
    if (refused.success) {
      const { error } = refused.data;
      throw new PrometheusError('prometheus_refused', error, TEXTS.prometheusRefused(shown, error));
    }
    const some = partial.safeParse(body);
    if (some.success) {
      const said = (some.data.warnings ?? []).join('; ').slice(0, SAID_LENGTH);
      throw new PrometheusError('prometheus_partial', said, TEXTS.prometheusPartial(shown, said));
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new PrometheusError('prometheus_answer', shown, TEXTS.notPrometheus(shown, answer.status));
  };

  return {
    async instant(query, at, copies = 'together') {
      const form = { query, ...(at === undefined ? {} : { time: seconds(at) }), ...(copies === 'apart' ? APART : {}) };
      const { data } = await ask('/api/v1/query', form, vectorAnswer);
      // By hand: a schema for each of 100,000 samples would take longer than the query.
      return data.result.map((entry) => {
        const { metric, value } = entry as { metric: Record<string, string>; value: [number, string] };
        return { labels: metric, value: Number(value[1]) };
      });
    },
    async matrix(query, at) {
      const { data } = await ask('/api/v1/query', { query, time: seconds(at), ...APART }, matrixAnswer);
      return data.result.map((entry) => {
        const { metric, values } = entry as { metric: Record<string, string>; values: [number, string][] };
        return {
          labels: metric,
          values: values.map(([, value]) => Number(value)),
          times: values.map(([time]) => time * 1000),
        };
      });
    },
    async series(selector, from, to) {
      const form = { 'match[]': selector, start: seconds(from), end: seconds(to) };
      const { data } = await ask('/api/v1/series', form, seriesAnswer);
      return data.map((entry) => entry as Record<string, string>);
    },
  };
}

/** The parameter of Thanos that has it leave copies as they are; other stores do not know it. */
const APART = { dedup: 'false' };

function seconds(at: number): string {
  return (at / 1000).toFixed(3);
}

/** A metric and the labels that its series must have. */
export interface Selector {
  readonly metric: string;
  readonly labels?: Labels;
}

/** PromQL of a selector: every label an exact match, values escaped as PromQL's double quotes want them. */
export function selectorText({ metric, labels = {} }: Selector): string {
  const matchers = Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${metric}{${matchers.join(',')}}`;
}

/** A range in PromQL, such as `86400000ms`. */
export function durationText(milliseconds: number): string {
  return `${Math.max(1, Math.ceil(milliseconds))}ms`;
}

/** The labels of a series without the one that tells its copies apart, and that label's value. */
export function copyOf({ [COPY_LABEL]: copy = '', ...labels }: Labels): { labels: Labels; copy: string } {
  return { labels, copy };
}

/** One key for a label set, whatever the order of its labels, whichever its copy, and with or without the metric's name. */
export function labelsKey(labels: Labels): string {
  const names = Object.keys(labels)
    .filter((name) => name !== '__name__' && name !== COPY_LABEL)
    .sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}
