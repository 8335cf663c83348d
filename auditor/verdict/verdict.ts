import type { Change, LearnedBilling, Pool, Surplus } from './finding.ts';
import { type Bill, type Reason, type ReasonCode, reason } from './reading.ts';
import type { DeviceUse, Expected } from './use.ts';

/** A deviation is gross when it is above both. */
export interface Thresholds {
  /** `LeakMinBytes`. */
  readonly bytes: number;
  /** `LeakRatio`, a share of what should have been billed. */
  readonly ratio: number;
}

/**
 * - `ok`: the bill fits what the devices used.
 * - `leak`: the airport billed clearly more.
 * - `drift`: a small excess that stays over many days.
 * - `underbilled`: the airport billed clearly less.
 * - `incomplete`: more than reported, but a silent or new device can explain it.
 * - `unknown`: a figure is missing.
 */
export const VERDICT_KINDS = ['ok', 'leak', 'drift', 'underbilled', 'incomplete', 'unknown'] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** Why a verdict is `unknown`, as mail, bot and dashboards say it. */
export const UNKNOWNS = ['first_day', 'first_days', 'no_reading', 'not_compared'] as const;
type Unknown = (typeof UNKNOWNS)[number];
/** A verdict, or why there is none. */
export type VerdictState = Exclude<VerdictKind, 'unknown'> | Unknown;

/**
 * @param isRead whether the airport could be read
 * @returns undefined for another verdict
 */
export function unknownOf({ kind, reasons }: Pick<Verdict, 'kind' | 'reasons'>, isRead: boolean): Unknown | undefined {
  const isFor = (...codes: ReasonCode[]): boolean => reasons.some(({ code }) => codes.includes(code));
  if (kind !== 'unknown') return undefined;
  if (!isRead) return 'no_reading';
  if (isFor('first_reading')) return 'first_day';
  return isFor('lag_unknown') ? 'first_days' : 'not_compared';
}

const BY_WEIGHT: readonly VerdictKind[] = ['leak', 'incomplete', 'drift', 'underbilled', 'unknown', 'ok'];

/** The verdict that a report of several airports begins with: what needs attention most. */
export function gravest(kinds: readonly VerdictKind[]): VerdictKind {
  return BY_WEIGHT.find((kind) => kinds.includes(kind)) ?? 'unknown';
}

/** A device that did not report up to the end of the window. */
export interface Absence {
  readonly device: string;
  /** When it last reported, epoch milliseconds; null when unknown. */
  readonly since: number | null;
  /** Bytes, times multipliers, that it could plausibly have used since. */
  readonly plausible: number;
}

/** What devices used in a window, or why that is unknown. */
export type Usage =
  | {
      readonly known: true;
      readonly use: DeviceUse;
      readonly devices: number;
      readonly absences: readonly Absence[];
      /** Devices whose first report ever fell into the window: what they used before it was not counted. */
      readonly newDevices: readonly string[];
    }
  | { readonly known: false; readonly reasons: readonly Reason[] };

export interface Verdict {
  readonly kind: VerdictKind;
  readonly reasons: readonly Reason[];
  /** The window, epoch milliseconds; absent while there is no reading at one of its ends. */
  readonly window?: { readonly from: number; readonly to: number };
  readonly bill?: Bill;
  /** What should have been billed, by names, settings and what was learned. */
  readonly expected?: Expected;
  /** An excess that began at some time and stayed, for a `drift` and for a `leak` that rests on one. */
  readonly drift?: Change;
  /** What closed windows tell about how the airport bills. */
  readonly learned?: LearnedBilling;
  /** What stays above names, settings and answers, whatever the kind. */
  readonly surplus?: Surplus;
  /** Present where this airport could only be judged together with others of its user. */
  readonly pool?: Pool;
  /** Bytes that devices say they lost sight of in the window; they widen what is expected. */
  readonly lost?: number;
  /** Bill less the likely expectation, signed; null when either is unknown. */
  readonly difference: number | null;
  /** Devices that explain an `incomplete`, or that were silent although the bill fits. */
  readonly absences: readonly Absence[];
  /** Whether the next window begins at the reading that ends this one; else this window stays open and grows. */
  readonly closes: boolean;
}

const DAY = 24 * 3_600_000;
/** A device that is silent for longer explains nothing by what it might have used: then a person should look. */
const EXPLAINS_FOR = 7 * DAY;
/** Days after which a window that waits for a silent device closes all the same. */
const LONGEST_OPEN = 3;

/** What a verdict is decided by, besides the figures. */
export interface Circumstances {
  readonly to: number;
  readonly days: number;
  readonly thresholds: Thresholds;
  readonly absences: readonly Absence[];
  readonly newDevices: readonly string[];
  /** Whether a leak showed at an earlier observation of the window, while all devices had reported. */
  readonly leakSeen: boolean;
  /** Whether answers of the airport differed lately. */
  readonly unsteady: boolean;
  /** Whether the window before lacked as much as this one may. */
  readonly lackedBefore: boolean;
}

/** What a judgement says of a window; of all airports of a user together, where they are judged so. */
export interface Findings {
  readonly gross: boolean;
  readonly sure: boolean;
  readonly lagKnown: boolean;
  readonly excess: number;
  /** Bill less expectation. */
  readonly difference: number;
  readonly lacking: boolean;
  readonly change?: Change;
  readonly changeIsGross: boolean;
  readonly leaks: boolean;
}

/** A kind with its reasons, and whether the window closes with it. */
export type Decision = Pick<Verdict, 'kind' | 'reasons' | 'closes'>;

/** What is gross comes first, then what stays, then what a person said, then what is missing. */
export function decide(found: Findings, { to, days, thresholds, ...given }: Circumstances): Decision {
  const { absences, newDevices, leakSeen, unsteady, lackedBefore } = given;
  const silent = absences.map(({ device }) => reason('device_silent', device));
  // Bytes that a silent device reports later belong to this window where the bill may already hold some.
  const lately = absences.some(({ since }) => since !== null && to - since <= EXPLAINS_FOR);
  const closes = !(lately && found.difference > thresholds.bytes) || days >= LONGEST_OPEN;
  const stays = stayingOf(found);
  if (found.gross) {
    // What a device used before it was first seen will never be known: nothing of it counts in the next window.
    if (newDevices.length > 0)
      return {
        kind: stays ?? 'incomplete',
        reasons: newDevices.map((each) => reason('device_new', each)),
        closes: true,
      };
    // Where all devices had reported when it showed, what they used since does not explain it.
    if (!leakSeen && found.excess <= plausible(absences, to))
      return { kind: stays ?? 'incomplete', reasons: silent, closes: false };
    if (!found.lagKnown) return { kind: 'unknown', reasons: [reason('lag_unknown'), ...silent], closes: true };
    if (unsteady) return { kind: 'unknown', reasons: [reason('readings_differ')], closes: days >= LONGEST_OPEN };
    if (found.sure) return { kind: 'leak', reasons: silent, closes };
    return stays === undefined
      ? { kind: 'unknown', reasons: [reason('habit_unknown'), ...silent], closes: true }
      : { kind: stays, reasons: silent, closes };
  }
  if (leakSeen) return { kind: 'leak', reasons: [], closes: true };
  if (stays !== undefined) return { kind: stays, reasons: [], closes };
  if (found.lacking && lackedBefore) return { kind: 'underbilled', reasons: [], closes: true };
  return { kind: 'ok', reasons: [], closes };
}

/** What earlier windows, or all together, show to stay: no device that is silent today explains it. */
function stayingOf({ leaks, change, changeIsGross }: Findings): 'leak' | 'drift' | undefined {
  if (leaks) return 'leak';
  return change === undefined ? undefined : changeIsGross ? 'leak' : 'drift';
}

/** What silent devices may have used, in bytes times multipliers. */
function plausible(absences: readonly Absence[], to: number): number {
  return absences
    .filter(({ since }) => since === null || to - since <= EXPLAINS_FOR)
    .reduce((sum, each) => sum + each.plausible, 0);
}

/** A verdict without figures. */
export function undecided(reasons: readonly Reason[], closes: boolean): Verdict {
  return { kind: 'unknown', reasons, difference: null, absences: [], closes };
}
