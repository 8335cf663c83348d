import type { NodeShare, Span } from './span.ts';

/** How a bill comes from use, as closed windows show it, with what is not sure of it. Bytes and days. */
export interface Habit {
  /** Windows that it rests on. */
  readonly spans: number;
  readonly days: number;
  /** What of a node's multiplier is learned beyond what names and settings tell. */
  multiplierOf(share: NodeShare): {
    readonly likely: number;
    readonly deviation: number;
    /** The standard deviation by which it differs between windows, as one that changes by the hour does. */
    readonly variation: number;
  };
  /** Bytes per byte expected by names, above 1, and bytes a day. */
  readonly overhead: { readonly likely: number; readonly deviation: number };
  readonly daily: { readonly likely: number; readonly deviation: number };
  /** Bytes a day since the step. */
  readonly step: { readonly likely: number; readonly deviation: number };
  /** Bytes of a span's bill that the habit does not expect; the step is no part of it. */
  residualOf(span: Span): number;
  /** Degrees of freedom that the noise is known from. */
  readonly freedom: number;
  /** The variance of so many windows together, by that of as many independent ones. */
  longRun(windows: number): number;
  /** The highest score, in standard deviations, that so many windows in a row reached; the oddest window left out. */
  highest(windows: number): number;
  predict(spans: readonly Used[]): Prediction;
}

/** As much of a span as a bill is expected from. */
export type Used = Pick<Span, 'days' | 'named' | 'nodes' | 'doubt'>;

export interface Prediction {
  readonly likely: number;
  /** Variance from what is not known of the habit; it stays, however many windows are added up. */
  readonly unsure: number;
  /** Variance by chance and by what is known to be in doubt. */
  readonly chance: number;
}
