import { type Bill, billBetween } from './bill.ts';
import { type DeviceUse, type Expected, expectedBill } from './expected.ts';
import type { ReadingOutcome, UsableReading } from './reading.ts';
import { type Reason, reason } from './reason.ts';

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
  readonly expected?: Expected;
  /** Bill less the likely expectation, signed; null when either is unknown. */
  readonly difference: number | null;
  /** Devices that explain an `incomplete`, or that were silent although the bill fits. */
  readonly absences: readonly Absence[];
  /** Whether the next window begins at the reading that ends this one; else this window stays open and grows. */
  readonly closes: boolean;
}

/** Judges one airport over the window between two readings. */
export function judge(
  before: UsableReading | undefined,
  after: ReadingOutcome,
  usage: Usage,
  thresholds: Thresholds,
): Verdict {
  if (!after.known) return undecided(after.reasons, false);
  if (before === undefined) return undecided([reason('first_reading')], true);
  const window = { from: before.at, to: after.reading.at };
  const bill = billBetween(before, after.reading);
  if (!usage.known) return { ...undecided(usage.reasons, false), window, bill };
  if (usage.devices === 0) return { ...undecided([reason('no_devices')], true), window, bill };

  const expected = expectedBill(usage.use);
  const decide = (kind: VerdictKind, reasons: readonly Reason[], closes: boolean): Verdict => ({
    kind,
    reasons: bill.newCycle ? [reason('cycle_began'), ...reasons] : reasons,
    window,
    bill,
    expected,
    difference: bill.low - expected.likely,
    absences: usage.absences,
    closes,
  });

  const excess = bill.low - expected.high;
  if (excess > thresholds.bytes && excess > expected.high * thresholds.ratio) {
    if (usage.newcomers.length > 0) {
      // What a device used before it was first seen will never be known: the next window starts afresh.
      return decide(
        'incomplete',
        usage.newcomers.map((device) => reason('device_new', device)),
        true,
      );
    }
    const plausible = usage.absences.reduce((sum, each) => sum + each.plausible, 0);
    if (excess <= plausible) {
      return decide(
        'incomplete',
        usage.absences.map(({ device }) => reason('device_silent', device)),
        false,
      );
    }
    return decide('leak', [], true);
  }
  const lacking = bill.high === null ? 0 : expected.low - bill.high;
  if (lacking > thresholds.bytes && lacking > expected.low * thresholds.ratio) return decide('underbilled', [], true);
  return decide('ok', [], true);
}

function undecided(reasons: readonly Reason[], closes: boolean): Verdict {
  return { kind: 'unknown', reasons, difference: null, absences: [], closes };
}

const BY_WEIGHT: readonly VerdictKind[] = ['leak', 'incomplete', 'drift', 'underbilled', 'unknown', 'ok'];

/** The verdict that a report of several airports begins with: what needs attention most. */
export function gravest(kinds: readonly VerdictKind[]): VerdictKind {
  return BY_WEIGHT.find((kind) => kinds.includes(kind)) ?? 'unknown';
}
