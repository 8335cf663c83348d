import { type Bill, billOver } from './bill.ts';
import type { Calibration } from './calibration.ts';
import { type Drift, driftOf } from './drift.ts';
import { calibrated, type DeviceUse, type Expected, expectedBill } from './expected.ts';
import type { LearnedBilling, Pool, Surplus } from './finding.ts';
import { type Knowledge, NOTHING_KNOWN } from './knowledge.ts';
import type { ReadingOutcome, UsableReading } from './reading.ts';
import { type Reason, reason } from './reason.ts';
import type { VerdictKind } from './verdict-kind.ts';
import type { WindowRecord } from './window-record.ts';

/** A deviation counts when it is above both. */
export interface Thresholds {
  /** `LeakMinBytes`. */
  readonly bytes: number;
  /** `LeakRatio`, a share of what should have been billed. */
  readonly ratio: number;
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
      readonly newcomers: readonly string[];
    }
  | { readonly known: false; readonly reasons: readonly Reason[] };

export interface Verdict {
  readonly kind: VerdictKind;
  readonly reasons: readonly Reason[];
  /** The window, epoch milliseconds; absent while there is no reading at one of its ends. */
  readonly window?: { readonly from: number; readonly to: number };
  readonly bill?: Bill;
  /** What names and use alone let expect. */
  readonly raw?: Expected;
  /** The same, with what was learned of the airport. */
  readonly expected?: Expected;
  readonly calibration?: Calibration;
  /** The excess that stayed, for a `drift`. */
  readonly drift?: Drift;
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
const EXPLAINS_FOR = 2 * DAY;
/** Days after which a window that waits for a silent device closes all the same. */
const LONGEST_OPEN = 3;

/**
 * Judges one airport over the window between two readings.
 *
 * @param known what earlier looks and windows tell
 */
export function judge(
  before: UsableReading | undefined,
  after: ReadingOutcome,
  usage: Usage,
  thresholds: Thresholds,
  known: Knowledge = NOTHING_KNOWN,
): Verdict {
  if (!after.known) return undecided(after.reasons, false);
  if (before === undefined) return undecided([reason('first_reading')], true);
  // A clock that was set back: neither samples nor lags can be told apart in such a window.
  if (after.reading.at < before.at) return undecided([reason('clock_set_back')], true);
  const window = { from: before.at, to: after.reading.at };
  const bill = billOver([before, ...known.looks, after.reading]);
  if (!usage.known) return { ...undecided(usage.reasons, false), window, bill };
  if (usage.devices === 0) return { ...undecided([reason('no_devices')], true), window, bill };

  const days = (window.to - window.from) / DAY;
  const raw = expectedBill(usage.use);
  const expected = calibrated(raw, known.calibration, days, known.backlog);
  const { absences } = usage;
  const decide = (kind: VerdictKind, reasons: readonly Reason[], closes: boolean): Verdict => ({
    kind,
    reasons: bill.newCycle ? [reason('cycle_began'), ...reasons] : reasons,
    window,
    bill,
    raw,
    expected,
    calibration: known.calibration,
    difference: bill.low - expected.likely,
    absences,
    closes,
  });
  const silent = absences.map(({ device }) => reason('device_silent', device));

  // Late bytes of a silent device belong to this window where the bill may already hold some.
  const lately = absences.filter(({ since }) => since !== null && window.to - since <= EXPLAINS_FOR);
  const awaited = lately.length > 0 && bill.low - expected.likely > thresholds.bytes;

  const excess = bill.low - expected.high;
  // What names and lag leave open does not grow with the days: a longer window is held to the share of one day.
  // Until a day is over, the rest of a usual one is held against it: early in a day a little lateness is a large share.
  const tolerated =
    ((expected.high - known.backlog + Math.max(0, 1 - days) * known.usualDay) * thresholds.ratio) / Math.max(1, days);
  if (excess > thresholds.bytes && excess > tolerated) {
    if (usage.newcomers.length > 0) {
      // What a device used before it was first seen will never be known: the next window starts afresh.
      const fresh = usage.newcomers.map((device) => reason('device_new', device));
      return decide('incomplete', fresh, true);
    }
    return excess <= plausible(absences, window.to)
      ? decide('incomplete', silent, false)
      : decide('leak', silent, !awaited || days >= LONGEST_OPEN);
  }
  // All devices had reported when it showed, so what they used since does not explain it.
  if (known.looks.some(({ leak }) => leak)) return decide('leak', [], true);
  const lacking = bill.high === null ? 0 : expected.low - bill.high;
  if (lacking > thresholds.bytes && lacking > expected.low * thresholds.ratio) return decide('underbilled', [], true);
  const fits = decide('ok', [], !awaited || days >= LONGEST_OPEN);
  const record = recordOf(fits);
  const drift = record === undefined ? undefined : driftOf([...known.windows, record], known.calibration);
  return drift === undefined ? fits : { ...fits, kind: 'drift', drift };
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

/** What a verdict leaves behind; undefined when it compared nothing. */
export function recordOf({ window, bill, raw, kind, absences }: Verdict): WindowRecord | undefined {
  if (window === undefined || bill === undefined || raw === undefined) return undefined;
  const billed = bill.high === null ? null : Math.round((bill.low + bill.high) / 2);
  const { low, likely, high } = raw;
  return { ...window, billed, low, likely, high, kind, whole: absences.length === 0 };
}
