import { type Calibration, calibrate, UNCALIBRATED } from './calibration.ts';
import type { UsableReading } from './reading.ts';
import type { Verdict } from './verdict.ts';
import type { WindowRecord } from './window-record.ts';

const HOUR = 3_600_000;
/** Airports that bill in batches, or when a long connection ends, catch up within this. */
const LONGEST_LAG = 48 * HOUR;
/** Bytes that are late, or used while the counter stood; less is chance. */
const STALLED = 8 * 2 ** 20;
/** Long connections of an evening may be billed when they end. */
const USUAL_LAG = 12 * HOUR;
const LOOKS_APART = 2 * HOUR;
const PROMPT_LOOKS = 10;
const USUAL_DAYS = 14;
const LOOKS_KEPT = 200;
const WINDOWS_KEPT = 400;

/** One reading of the airport, with what was known of the devices at the time. Epoch milliseconds and bytes. */
export interface Look {
  readonly at: number;
  readonly used: number;
  readonly precision: number;
  /**
   * Bytes billed since the first look, above what was expected, above the highest that names admit and above the lowest.
   * They fall while the airport lags and rise as it catches up.
   */
  readonly above: { readonly likely: number; readonly high: number; readonly low: number };
  /** Whether every device had reported. */
  readonly whole: boolean;
  readonly leak: boolean;
}

/** What is remembered of an airport beyond its readings. */
export interface Memory {
  /** Of the open window and of the two days before it, oldest first. */
  readonly looks: readonly Look[];
  /** Windows that are closed, oldest first. */
  readonly windows: readonly WindowRecord[];
}

export const NO_MEMORY: Memory = { looks: [], windows: [] };

/** What earlier looks and windows tell about the open one. */
export interface Knowledge {
  readonly calibration: Calibration;
  /** Bytes used before the window that the airport had not billed when it began, as far as they showed. */
  readonly backlog: number;
  /** The highest bill of a usual day. */
  readonly usualDay: number;
  /** Looks within the window, without the one that is judged. */
  readonly looks: readonly Look[];
  readonly windows: readonly WindowRecord[];
}

export const NOTHING_KNOWN: Knowledge = { calibration: UNCALIBRATED, backlog: 0, usualDay: 0, looks: [], windows: [] };

/**
 * @param anchor when the open window began
 * @param usedBefore what devices used in the hours before it, for the first window, of whose backlog nothing showed
 */
export function knowledgeOf({ looks, windows }: Memory, anchor: number, usedBefore: number): Knowledge {
  return {
    calibration: calibrate(windows),
    backlog: windows.length === 0 && !isPrompt(looks) ? usedBefore : backlogAt(anchor, looks),
    usualDay: usualDay(windows),
    looks: looks.filter(({ at }) => at > anchor),
    windows,
  };
}

/** Whether enough looks saw the counter follow the devices. */
function isPrompt(looks: readonly Look[]): boolean {
  const whole = looks.filter((look) => look.whole);
  return whole.length >= PROMPT_LOOKS && longestStall(whole) === 0 && deepestFall(whole) < STALLED;
}

/**
 * Late billing at the beginning of a window. An airport that was never below the lowest bill is prompt: what unsure
 * multipliers leave open is no lateness. For others it is how far the bill was behind its best, by the likely figure and,
 * over the hours that its batches are apart, by the highest, since what is late may all have gone through dear nodes.
 */
function backlogAt(anchor: number, looks: readonly Look[]): number {
  const base = looks.findLast(({ at }) => at === anchor);
  if (base === undefined) return 0;
  const earlier = looks.filter(({ at, whole }) => whole && at <= anchor && anchor - at <= LONGEST_LAG);
  const stall = longestStall(earlier);
  if (stall === 0 && deepestFall(earlier) < STALLED) return behind(earlier, base, 'low');
  const apart = Math.max(USUAL_LAG, 2 * stall);
  const recent = earlier.filter(({ at }) => anchor - at <= apart);
  return Math.max(behind(earlier, base, 'likely'), behind(recent, base, 'high'));
}

/** How far the bill at the anchor was behind its best. */
function behind(earlier: readonly Look[], base: Look, figure: keyof Look['above']): number {
  return Math.round(Math.max(0, ...earlier.map(({ above }) => above[figure] - base.above[figure])));
}

/** How far the bill ever fell behind the lowest that it should have been. */
function deepestFall(looks: readonly Look[]): number {
  let [best, deepest] = [Number.NEGATIVE_INFINITY, 0];
  for (const { above } of looks) {
    best = Math.max(best, above.low);
    deepest = Math.max(deepest, best - above.low);
  }
  return deepest;
}

/** The longest time in which the airport's counter stood although devices used it: how far apart its batches are. */
function longestStall(looks: readonly Look[]): number {
  let longest = 0;
  let since = looks[0];
  for (const look of looks) {
    if (since === undefined || look.used !== since.used) since = look;
    else if (since.above.likely - look.above.likely > STALLED) longest = Math.max(longest, look.at - since.at);
  }
  // It moved at some time between two looks.
  return longest === 0 ? 0 : longest + 2 * LOOKS_APART;
}

/** The highest bill of a usual day, by the median of the last windows. */
export function usualDay(windows: readonly WindowRecord[]): number {
  const daily = windows
    .slice(-USUAL_DAYS)
    .map(({ high, from, to }) => high / Math.max(1, (to - from) / (24 * HOUR)))
    .sort((a, b) => a - b);
  return daily[Math.floor(daily.length / 2)] ?? 0;
}

/** Remembers one look at the open window. */
export function afterLook(memory: Memory, anchor: UsableReading, reading: UsableReading, verdict: Verdict): Memory {
  const { at, used, precision } = reading;
  const { bill, raw, expected, kind } = verdict;
  const base = memory.looks.findLast((look) => look.at === anchor.at)?.above ?? { likely: 0, high: 0, low: 0 };
  const whole = verdict.absences.length === 0 && kind !== 'incomplete' && kind !== 'unknown';
  const over = (figure: number | undefined): number => (bill === undefined ? 0 : bill.low - (figure ?? bill.low));
  const above = {
    likely: base.likely + over(expected?.likely),
    high: base.high + over(raw?.high),
    low: base.low + over(raw?.low),
  };
  const look: Look = { at, used, precision, above, whole, leak: kind === 'leak' && whole };
  // What lies in the future was read before the clock was set back.
  const kept = memory.looks.filter((each) => each.at < at && each.at >= anchor.at - LONGEST_LAG);
  return { looks: [...kept, look].slice(-LOOKS_KEPT), windows: memory.windows };
}

/** Remembers a window that is closed; one that was never judged leaves no record. */
export function afterClose(memory: Memory, verdict: Verdict): Memory {
  const record = recordOf(verdict);
  if (record === undefined) return memory;
  return { looks: memory.looks, windows: [...memory.windows, record].slice(-WINDOWS_KEPT) };
}

/** What a verdict leaves behind; undefined when it compared nothing. */
export function recordOf({ window, bill, raw, kind, absences }: Verdict): WindowRecord | undefined {
  if (window === undefined || bill === undefined || raw === undefined) return undefined;
  const billed = bill.high === null ? null : Math.round((bill.low + bill.high) / 2);
  const { low, likely, high } = raw;
  return { ...window, billed, low, likely, high, kind, whole: absences.length === 0 };
}
