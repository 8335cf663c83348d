import { type Calibration, calibrate } from './calibration.ts';
import { calibrated, type DeviceUse, expectedBill } from './expected.ts';
import type { Thresholds } from './verdict.ts';
import type { WindowRecord } from './window-record.ts';

const DAY = 24 * 3_600_000;

/**
 * A closed window judged again, after what is known of its nodes changed. What was silent or late at the time is not
 * known any more: a bill that fits now is `ok`, and one that did not fit then and does not fit now keeps its verdict.
 *
 * @param windows all closed windows of the airport
 * @param use what its devices used in it, by what is known now
 */
export function rejudge(
  record: WindowRecord,
  use: DeviceUse,
  thresholds: Thresholds,
  windows: readonly WindowRecord[],
): WindowRecord {
  const raw = expectedBill(use);
  const days = (record.to - record.from) / DAY;
  const calibration: Calibration = calibrate(windows);
  const { low, high } = calibrated(raw, calibration, days, 0);
  const figures = { ...record, low: raw.low, likely: raw.likely, high: raw.high };
  const { billed } = record;
  if (billed === null) return figures;
  const beyond = (bytes: number, of: number): boolean => bytes > thresholds.bytes && bytes > of * thresholds.ratio;
  if (beyond(billed - high, high / Math.max(1, days))) {
    return { ...figures, kind: record.kind === 'incomplete' ? 'incomplete' : 'leak' };
  }
  if (beyond(low - billed, low)) return { ...figures, kind: 'underbilled' };
  return { ...figures, kind: record.kind === 'drift' ? 'drift' : 'ok' };
}
