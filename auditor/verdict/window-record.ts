import type { VerdictKind } from './verdict-kind.ts';

/** One judged window as it is remembered, so that what many windows show together can be learned. */
export interface WindowRecord {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Bytes that the airport billed; null when a new cycle hid some. */
  readonly billed: number | null;
  /** What names and use let expect, before anything learned: the interval and the best single figure. */
  readonly low: number;
  readonly likely: number;
  readonly high: number;
  readonly kind: VerdictKind;
  /** Whether every device had reported up to the end; else its late bytes fall into the next window. */
  readonly whole: boolean;
  /** The most that the airport made up for within some hours of it, in bytes; absent where its looks are not known. */
  readonly madeUp?: number;
}

/** Windows that can be compared: one, or several that only together hold all that devices reported late. */
export interface ComparedSpan {
  readonly from: number;
  readonly to: number;
  readonly days: number;
  readonly billed: number;
  readonly low: number;
  readonly likely: number;
  readonly high: number;
  /** Whether all of its windows were `ok`. */
  readonly clean: boolean;
}

const DAY = 24 * 3_600_000;
/** What is late from the day before weighs too much in a shorter one. */
const SHORTEST = 20 * 3_600_000;

/**
 * Windows as spans that can be compared, oldest first. Windows without all devices are joined with those that follow
 * until all have reported; what a new cycle hid, and what was already told as a leak, is left out.
 */
export function comparedSpans(windows: readonly WindowRecord[]): ComparedSpan[] {
  const spans: ComparedSpan[] = [];
  let group: WindowRecord[] = [];
  for (const window of windows) {
    group.push(window);
    if (!window.whole) continue;
    const span = joined(group);
    if (span !== undefined) spans.push(span);
    group = [];
  }
  return spans;
}

function joined(windows: readonly WindowRecord[]): ComparedSpan | undefined {
  const [first, last] = [windows[0], windows.at(-1)];
  if (first === undefined || last === undefined || last.to - first.from < SHORTEST) return undefined;
  if (windows.some(({ kind }) => kind === 'leak' || kind === 'incomplete' || kind === 'unknown')) return undefined;
  let [billed, low, likely, high] = [0, 0, 0, 0];
  for (const window of windows) {
    if (window.billed === null) return undefined;
    billed += window.billed;
    low += window.low;
    likely += window.likely;
    high += window.high;
  }
  const days = (last.to - first.from) / DAY;
  const clean = windows.every(({ kind }) => kind === 'ok');
  return { from: first.from, to: last.to, days, billed, low, likely, high, clean };
}
