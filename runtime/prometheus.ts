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

/** One series over a span: its values in order of time. */
interface SampleRange {
  readonly labels: Labels;
  readonly values: readonly number[];
}

/** The part of Prometheus' HTTP API that is used here. Times are epoch milliseconds. All throw {@link PrometheusError}. */
export interface Prometheus {
  /** @param at now, as Prometheus has it, where it is left out */
  instant(query: string, at?: number): Promise<Sample[]>;
  matrix(query: string, at: number): Promise<SampleRange[]>;
  /** The label sets of series that may have samples in a span; some may have none in truth. */
  series(selector: string, from: number, to: number): Promise<Labels[]>;
}

/** Prometheus cannot answer; the message names its address and how to put it right. */
export class PrometheusError extends UserFacingError {
  override readonly name = 'PrometheusError';
  /** For reports; `detail` is the address, or what Prometheus said. */
  readonly reason: {
    readonly code: 'prometheus_unreachable' | 'prometheus_refused' | 'prometheus_answer';
    readonly detail: string;
  };

  constructor(code: PrometheusError['reason']['code'], detail: string, text: Text, cause?: unknown) {
    super(text, { cause });
    this.reason = { code, detail };
  }
}

/** A day of many series is summed in one answer: it may take long. */
const TIMEOUT_MS = 120_000;

const failure = z.object({ errorType: z.string(), error: z.string() });
const vectorAnswer = z.object({ data: z.object({ resultType: z.literal('vector'), result: z.array(z.unknown()) }) });
const matrixAnswer = z.object({ data: z.object({ resultType: z.literal('matrix'), result: z.array(z.unknown()) }) });
const seriesAnswer = z.object({ data: z.array(z.unknown()) });

interface PrometheusOptions {
  /** Read at each request, so that edits of the settings apply. */
  readonly address: () => string;
  readonly fetch?: typeof fetch;
}

export function createPrometheus({ address, fetch = globalThis.fetch }: PrometheusOptions): Prometheus {
  const ask = async <S extends z.ZodType>(path: string, form: Record<string, string>, schema: S) => {
    const origin = address().replace(/\/$/, '');
    const shown = new URL(origin).host;
    const request = { method: 'POST', form, timeout: TIMEOUT_MS, fetch } as const;
    const answer = await requestHttp(`${origin}${path}`, request).catch((error: unknown) => {
      throw new PrometheusError('prometheus_unreachable', shown, TEXTS.prometheusSilent(shown), error);
    });
    const body = parseJson(answer.text);
    const refused = failure.safeParse(body);
    if (refused.success) {
      const { error } = refused.data;
      throw new PrometheusError('prometheus_refused', error, TEXTS.prometheusRefused(shown, error));
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new PrometheusError('prometheus_answer', shown, TEXTS.notPrometheus(shown, answer.status));
  };

  return {
    async instant(query, at) {
      const { data } = await ask(
        '/api/v1/query',
        at === undefined ? { query } : { query, time: seconds(at) },
        vectorAnswer,
      );
      // By hand: a schema for each of 100,000 samples would take longer than the query.
      return data.result.map((entry) => {
        const { metric, value } = entry as { metric: Record<string, string>; value: [number, string] };
        return { labels: metric, value: Number(value[1]) };
      });
    },
    async matrix(query, at) {
      const { data } = await ask('/api/v1/query', { query, time: seconds(at) }, matrixAnswer);
      return data.result.map((entry) => {
        const { metric, values } = entry as { metric: Record<string, string>; values: [number, string][] };
        return { labels: metric, values: values.map(([, value]) => Number(value)) };
      });
    },
    async series(selector, from, to) {
      const form = { 'match[]': selector, start: seconds(from), end: seconds(to) };
      const { data } = await ask('/api/v1/series', form, seriesAnswer);
      return data.map((entry) => entry as Record<string, string>);
    },
  };
}

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

/** One key for a label set, whatever the order of its labels and with or without the metric's name. */
export function labelsKey(labels: Labels): string {
  const names = Object.keys(labels)
    .filter((name) => name !== '__name__')
    .sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How far back a last value is looked for, step by step: what was scraped is nearly always within the first. */
const WIDTHS = [HOUR, DAY, 30 * DAY, 400 * DAY];
/** Longest that any store is expected to keep samples. */
export const RETENTION = 400 * DAY;
/** Samples that one query may read: a fifth of Prometheus' default `query.max-samples`. */
export const SAMPLES_PER_QUERY = 10_000_000;
/** The shortest scrape interval in use, to estimate samples by. */
export const SCRAPE_INTERVAL = 5_000;
const SERIES_PER_QUERY = 200;
/** How long a query may be, in bytes: VictoriaMetrics takes 16,384 by default (`-search.maxQueryLen`). */
export const QUERY_LENGTH = 16_000;
const OR = ' or ';

/** Series by their key, with what belongs to each. */
export type SeriesMap<T> = Map<string, T>;

/** The values of all series of a selector at an instant, within Prometheus' own look-back (5 minutes). */
export async function valuesAt(
  prometheus: Prometheus,
  selector: Selector,
  at: number,
): Promise<SeriesMap<SeriesValue>> {
  const samples = await prometheus.instant(selectorText(selector), at);
  return new Map(samples.map(({ labels, value }) => [labelsKey(labels), { labels, value }]));
}

interface SeriesValue {
  readonly labels: Labels;
  readonly value: number;
}

/**
 * The last values of given series at or before an instant, looking back further and further for those not yet found.
 *
 * @param wanted label sets by key
 * @param reach how far back at most, in milliseconds
 * @returns values by key; without those that have no sample in reach
 */
export async function lastValues(
  prometheus: Prometheus,
  metric: string,
  wanted: ReadonlyMap<string, Labels>,
  at: number,
  reach: number,
): Promise<SeriesMap<number>> {
  const found: SeriesMap<number> = new Map();
  for (const width of [...WIDTHS.filter((each) => each < reach), reach]) {
    const missing = [...wanted].filter(([key]) => !found.has(key)).map(([, labels]) => labels);
    if (missing.length === 0) break;
    for (const [key, value] of await overRange(prometheus, 'last_over_time', metric, missing, at, width)) {
      found.set(key, value);
    }
  }
  return found;
}

/**
 * A function of PromQL over a range of given series, asked for in portions that stay within what a query may read.
 *
 * @param call such as `last_over_time`
 */
export async function overRange(
  prometheus: Prometheus,
  call: 'last_over_time' | 'min_over_time',
  metric: string,
  series: readonly Labels[],
  at: number,
  range: number,
): Promise<SeriesMap<number>> {
  const values: SeriesMap<number> = new Map();
  const terms = series.map((labels) => `${call}(${selectorText({ metric, labels })}[${durationText(range)}])`);
  for (const query of queriesOf(terms, range)) {
    for (const { labels, value } of await prometheus.instant(query, at)) values.set(labelsKey(labels), value);
  }
  return values;
}

/** Every raw value of given series in a range that ends at an instant. */
export async function rawValues(
  prometheus: Prometheus,
  metric: string,
  series: readonly Labels[],
  at: number,
  range: number,
): Promise<SeriesMap<readonly number[]>> {
  const values: SeriesMap<readonly number[]> = new Map();
  for (const labels of series) {
    const query = `${selectorText({ metric, labels })}[${durationText(range)}]`;
    for (const answer of await prometheus.matrix(query, at)) values.set(labelsKey(answer.labels), answer.values);
  }
  return values;
}

/** The terms, one for each series, as few queries that a store takes. */
function* queriesOf(terms: readonly string[], range: number): Generator<string> {
  const affordable = Math.floor(SAMPLES_PER_QUERY / Math.max(1, range / SCRAPE_INTERVAL));
  const most = Math.max(1, Math.min(SERIES_PER_QUERY, affordable));
  let portion: string[] = [];
  let length = 0;
  for (const term of terms) {
    const more = Buffer.byteLength(term) + OR.length;
    if (portion.length === most || (portion.length > 0 && length + more > QUERY_LENGTH)) {
      yield portion.join(OR);
      [portion, length] = [[], 0];
    }
    portion.push(term);
    length += more;
  }
  if (portion.length > 0) yield portion.join(OR);
}
