import type { Reason } from './reason.ts';

/** How a line for people printed the use: such as `1.2GB`. */
export interface Printed {
  /** What the sizes of upload and download were printed in, in bytes. */
  readonly units: readonly [upload: number, download: number];
  /** The most decimals of any size in the line. */
  readonly decimals: number;
}

/** What an airport says of one subscription. Sizes in bytes, null where the airport does not say or cannot be trusted. */
export interface Quota {
  readonly upload: number | null;
  readonly download: number | null;
  /** Upload and download in this cycle. */
  readonly used: number | null;
  /** Null when unknown or unlimited. */
  readonly quota: number | null;
  readonly unlimited: boolean;
  /** When the plan ends, in Unix seconds; null when never or unknown. */
  readonly expiry: number | null;
  /** When the quota resets next, in Unix seconds; null when the airport does not say. */
  readonly reset: number | null;
  /** How far `used` may be off because the airport rounds, in bytes; 0 for figures to the byte. */
  readonly precision: number;
  /** Absent where the airport gives figures for programs. */
  readonly printed?: Printed;
  /** Why figures are null, and what else should be known of them. */
  readonly reasons: readonly Reason[];
}

/** A quota of which nothing is known. */
export function unknownQuota(reasons: readonly Reason[]): Quota {
  return {
    upload: null,
    download: null,
    used: null,
    quota: null,
    unlimited: false,
    expiry: null,
    reset: null,
    precision: 0,
    reasons,
  };
}

/** A quota with the instant at which it was read, in epoch milliseconds. */
export interface Reading extends Quota {
  readonly at: number;
}

/** A reading whose use is known, so that it can be the end of a window. */
export type UsableReading = Reading & { readonly used: number };

export type ReadingOutcome =
  | { readonly known: true; readonly reading: UsableReading }
  | { readonly known: false; readonly at: number; readonly reasons: readonly Reason[]; readonly reading?: Reading };

/** Whether a reading tells the use; without it neither bill nor forecast is possible. */
export function readingOutcome(reading: Reading): ReadingOutcome {
  if (reading.used === null) return { known: false, at: reading.at, reasons: reading.reasons, reading };
  return { known: true, reading: { ...reading, used: reading.used } };
}

/** What is left of the quota, never below 0; null when unlimited or unknown. */
export function remainingOf({ quota, used }: Pick<Quota, 'quota' | 'used'>): number | null {
  return quota === null || used === null ? null : Math.max(0, quota - used);
}
