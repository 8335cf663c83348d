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

const PIB = 2 ** 50;

/** Whether a total stands for "no limit": panels write 0, and some 1 PiB or more. Bytes; null when not known. */
export function isUnlimited(total: number | null): boolean {
  return total !== null && (total === 0 || total >= PIB);
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

/** What an airport billed between two readings, in bytes. */
export interface Bill {
  /** At least this much; exactly this much unless rounding or a new cycle hides the rest. */
  readonly low: number;
  /** What the figures say, as they are: rounding moves it neither way. */
  readonly likely: number;
  /** At most this much; null when a cycle ended in between, so that its last use was never seen. */
  readonly high: number | null;
  /** Whether use fell: the airport began a new cycle (or credited traffic back). */
  readonly newCycle: boolean;
  /** Resets that were due, where nothing else hid any: each no more than what was used between two readings. */
  readonly resets?: number;
  /** Bytes that the airport gave back in between; absent for none. */
  readonly credit?: number;
}

/**
 * The airport's counter folded over cycles and credits, at one accepted reading. Bytes since the first reading ever,
 * unless said otherwise.
 */
export interface Mark {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Growth that was seen; never falls. */
  readonly total: number;
  /** How far the total may be off at this end because the airport rounds. */
  readonly precision: number;
  /** Steps in which some billing was hidden, such as the end of a cycle; never falls. */
  readonly gaps: number;
  /** Those of them that were resets which were due. */
  readonly resets: number;
  /** Cycles that were seen to begin; less by one where that proved wrong. */
  readonly cycles: number;
  /** Given back by the airport; less where that proved wrong. */
  readonly credited: number;
}

/** The bill between two marks of one airport, the earlier one first. */
export function billBetween(first: Mark, last: Mark): Bill {
  const likely = last.total - first.total;
  const precision = first.precision + last.precision;
  const credit = last.credited - first.credited;
  const resets = last.resets - first.resets;
  return {
    low: Math.max(0, likely - precision),
    likely,
    high: first.gaps === last.gaps ? likely + precision : null,
    newCycle: last.cycles > first.cycles,
    ...(credit > 0 ? { credit } : {}),
    ...(resets > 0 && resets === last.gaps - first.gaps ? { resets } : {}),
  };
}

/**
 * Why a figure or a verdict is not known. Codes rather than sentences, so that the pure parts stay free of language;
 * `messages/writing.ts` says each in Chinese and English.
 */
export const REASON_CODES = [
  // The Subscription-Userinfo header.
  'header_missing',
  'header_empty',
  'header_garbage',
  'header_all_zero',
  'figure_missing',
  'figure_empty',
  'figure_negative',
  'figure_invalid',
  'figure_too_large',
  'figure_repeated',
  'figures_rounded',
  'figures_not_split',
  'quota_unlimited',
  'expiry_none',
  'expiry_implausible',
  // Fetching it.
  'http_status',
  'http_forbidden',
  'http_rate_limited',
  'http_empty',
  'fetch_timeout',
  'fetch_name',
  'fetch_refused',
  'fetch_tls',
  'fetch_redirects',
  'fetch_redirect_inward',
  'fetch_failed',
  'json_invalid',
  'json_without',
  'kernel_secret',
  'kernel_provider',
  'kernel_figures',
  'link_spent',
  'proxy_unreachable',
  'proxy_sign_in',
  'proxy_no_route',
  'address_missing',
  // The devices' side.
  'prometheus_unreachable',
  'prometheus_refused',
  'prometheus_answer',
  'prometheus_partial',
  'prometheus_behind',
  'no_devices',
  'no_samples',
  'device_new',
  'device_silent',
  // The airport's side.
  'first_reading',
  'cycle_began',
  'clock_set_back',
  'reading_unchanged',
  'reading_fell',
  'reading_old',
  'lag_unknown',
  'habit_unknown',
  'readings_differ',
  // A window of the past.
  'readings_none',
  'reading_missing',
  'readings_kept',
  'readings_apart',
  'window_past',
  // The forecast.
  'quota_unknown',
  'use_unknown',
  'use_in_doubt',
  'observed_too_short',
  'no_use',
  'plan_expired',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** One reason, with what it is about: a key of the header, a status code, a device. Never an URL or a secret. */
export interface Reason {
  readonly code: ReasonCode;
  readonly detail?: string;
}

export const reason = (code: ReasonCode, detail?: string): Reason => ({
  code,
  ...(detail === undefined ? {} : { detail }),
});
