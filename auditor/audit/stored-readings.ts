import type { AirportState } from '../state/audit-state.ts';
import type { Mark } from '../verdict/bill.ts';
import type { UsableReading } from '../verdict/reading.ts';
import { type Reason, reason } from '../verdict/reason.ts';
import type { WindowRecord } from '../verdict/window-record.ts';

/** An airport is read every two hours, and a failure or two may lie between. */
const REACH = 3 * 3_600_000;

/** What is remembered of a span: the counter at its ends and in between, or why that is not known. */
export type StoredReadings =
  | {
      readonly known: true;
      /** At least two, in order; the first and the last are the ends. */
      readonly marks: readonly Mark[];
      /** The closed windows that the span consists of; empty where it rests on single readings. */
      readonly windows: readonly WindowRecord[];
    }
  | { readonly known: false; readonly reasons: readonly Reason[] };

type Found = Extract<StoredReadings, { known: true }>;

/**
 * The readings that stand nearest to the ends of a span: of closed windows, of which only what they billed is kept, or
 * of the running cycle, of which the counter itself is.
 *
 * @param time writes an instant for people
 */
export function storedReadings(
  { latest, cycle, windows }: AirportState,
  from: number,
  to: number,
  time: (at: number) => string,
): StoredReadings {
  const marks = marksOf(latest, cycle?.trail ?? []);
  const distance = ({ marks: [first, ...others] }: Found): number =>
    Math.abs((first?.at ?? 0) - from) + Math.abs((others.at(-1)?.at ?? 0) - to);
  const found = [fromWindows(windows, from, to), fromMarks(marks, from, to)]
    .filter((each) => each !== undefined)
    .sort((a, b) => distance(a) - distance(b))[0];
  if (found === undefined) return { known: false, reasons: missing(marks, windows, from, to, time) };
  // What was billed before the counter fell was not seen to the end.
  if (found.windows.some(({ bill }) => bill.high === null)) return { known: false, reasons: [reason('cycle_began')] };
  return found;
}

const NOTHING_HIDDEN = { gaps: 0, resets: 0, cycles: 0, credited: 0 };

/** Points of the trail do not keep how far the airport rounds; where it does, its last reading tells. */
function marksOf(
  latest: UsableReading | null,
  trail: readonly { readonly at: number; readonly used: number }[],
): Mark[] {
  const precision = latest?.precision ?? 0;
  const marks = new Map<number, Mark>();
  for (const { at, used } of latest === null ? trail : [...trail, latest])
    marks.set(at, { at, total: used, precision, ...NOTHING_HIDDEN });
  return [...marks.values()].sort((a, b) => a.at - b.at);
}

function fromMarks(marks: readonly Mark[], from: number, to: number): Found | undefined {
  const [first, last] = [nearest(marks, from), nearest(marks, to)];
  if (first === undefined || last === undefined || first.at >= last.at) return undefined;
  return { known: true, marks: marks.filter(({ at }) => at >= first.at && at <= last.at), windows: [] };
}

/** Windows that touch, from one end of the span to the other. */
function fromWindows(windows: readonly WindowRecord[], from: number, to: number): Found | undefined {
  const first = nearest(
    windows.map((window) => ({ ...window, at: window.from })),
    from,
  );
  const last = nearest(
    windows.map((window) => ({ ...window, at: window.to })),
    to,
  );
  if (first === undefined || last === undefined || first.from >= last.to) return undefined;
  const chain = windows.filter((window) => window.from >= first.from && window.to <= last.to);
  if (chain.some((window, index) => index > 0 && window.from !== chain[index - 1]?.to)) return undefined;
  const marks: Mark[] = [{ at: first.from, total: 0, precision: 0, ...NOTHING_HIDDEN }];
  for (const { to: at, bill } of chain)
    marks.push({ at, total: (marks.at(-1)?.total ?? 0) + bill.likely, precision: 0, ...NOTHING_HIDDEN });
  return { known: true, marks, windows: chain };
}

function nearest<T extends { readonly at: number }>(marks: readonly T[], at: number): T | undefined {
  const [best] = [...marks].sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
  return best !== undefined && Math.abs(best.at - at) <= REACH ? best : undefined;
}

function missing(
  marks: readonly Mark[],
  windows: readonly WindowRecord[],
  from: number,
  to: number,
  time: (at: number) => string,
): Reason[] {
  const instants = [...marks.map(({ at }) => at), ...windows.flatMap((window) => [window.from, window.to])];
  if (instants.length === 0) return [reason('readings_none')];
  const near = (end: number): boolean => instants.some((at) => Math.abs(at - end) <= REACH);
  const kept = reason('readings_kept', `${time(Math.min(...instants))} – ${time(Math.max(...instants))}`);
  const ends = [from, to].filter((end) => !near(end)).map((end) => reason('reading_missing', time(end)));
  return ends.length === 0 ? [reason('readings_apart'), kept] : [...ends, kept];
}
