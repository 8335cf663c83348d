import { z } from 'zod';
import { parseJson } from '../core/json.ts';
import { type Text, UserFacingError } from '../core/language.ts';
import { post } from './http.ts';
import { TEXTS } from './texts.ts';

export type Labels = Readonly<Record<string, string>>;

/** One series at one instant. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** One series over a span: its values in order of time. */
export interface SampleRange {
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

export interface PrometheusOptions {
  /** Read at each request, so that edits of the settings apply. */
  readonly address: () => string;
  readonly fetch?: typeof fetch;
}

export function createPrometheus({ address, fetch = globalThis.fetch }: PrometheusOptions): Prometheus {
  const ask = async <S extends z.ZodType>(path: string, form: Record<string, string>, schema: S) => {
    const origin = address().replace(/\/$/, '');
    const shown = new URL(origin).host;
    const answer = await post(`${origin}${path}`, { form, timeout: TIMEOUT_MS, fetch }).catch((error: unknown) => {
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
