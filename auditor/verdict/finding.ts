import type { Estimate, Interval } from './use.ts';

/**
 * What an airport multiplies a node's bytes by, as its bills show, where name and settings leave it open. Where bills show
 * that it differs, as by the hour, the range is what windows are charged, not how well their mean is known.
 */
export interface LearnedMultiplier extends Estimate {
  readonly node: string;
  readonly provider: string;
}

/** What closed windows tell about how an airport bills. */
export interface LearnedBilling {
  /** Closed windows that it rests on. */
  readonly windows: number;
  /** Days that those windows cover. */
  readonly days: number;
  /** Bytes billed per byte expected by names and settings, over all nodes. */
  readonly ratio: Estimate;
  /** Bytes a day that health checks cost, as far as kernels count them. */
  readonly checks: number;
  /** Bytes a day that are billed besides these whatever the devices use. */
  readonly daily: Estimate;
  /** The longest lag of the counter that was seen, in milliseconds; null while that is not known. */
  readonly lag: number | null;
  /** The nodes whose multiplier was learned, those with most bytes first. */
  readonly multipliers: readonly LearnedMultiplier[];
}

/** An excess that began at some time and stayed: what a `drift` or a `leak` rests on. */
export interface Change {
  /** Epoch milliseconds: where the windows that show it begin. */
  readonly since: number;
  readonly days: number;
  /** Bytes billed in those days above what the days before let expect. */
  readonly bytes: number;
}

/**
 * What a steady surplus can be.
 * - `checks`: health checks, which cost the same every day, whatever is used.
 * - `unwatched`: a device without an exporter, which uses the airport on its own days.
 * - `multiplier`: one node is dearer than its name says.
 * - `overhead`: every byte costs a little more.
 * - `leak`: somebody else uses the subscription.
 */
export type SurplusCause =
  | { readonly kind: 'checks' | 'unwatched' | 'overhead' | 'leak' }
  | { readonly kind: 'multiplier'; readonly node: string; readonly multiplier: Interval };

/** How a person answered a steady surplus. */
type SurplusAnswer = 'known' | 'leak';

/** What an airport bills day by day above what names, settings, counted health checks and answered notes explain. */
export interface Surplus {
  /** Epoch milliseconds: where the windows that show it begin. */
  readonly since: number;
  /** Whether it was there in the very first windows. */
  readonly sinceBeginning: boolean;
  /** Bytes a day. */
  readonly daily: Estimate;
  /** The likely bytes as a share of what names and settings let expect. */
  readonly share: number;
  /** The likeliest first; empty while the bills do not tell them apart. */
  readonly causes: readonly SurplusCause[];
  /** Bytes a day besides it that an earlier answer explains. */
  readonly explained: number;
  /** Null until a person answers. */
  readonly answered: SurplusAnswer | null;
  /** What a person wrote to the answer. */
  readonly note?: string;
  /** Whether this verdict is the one that tells it: the first, or the first after it changed by half. */
  readonly reported: boolean;
}

/** All airports of a user judged together, where their nodes cannot be told apart. */
export interface Pool {
  readonly airports: readonly string[];
  /** Bytes that they billed together. */
  readonly billed: number;
  /** What their nodes let expect together. */
  readonly expected: Estimate;
  /** Nodes that no rule gives to an airport, those with most bytes first. */
  readonly nodes: readonly string[];
}
