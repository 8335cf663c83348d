import { billOver } from './bill.ts';
import type { WindowRecord } from './window-record.ts';

const HOUR = 3_600_000;
/** Airports that bill in batches, or when a long connection ends, catch up within this. */
export const LONGEST_LAG = 48 * HOUR;
/** Bytes that are late, or used while the counter stood; less is chance. */
const STALLED = 8 * 2 ** 20;
/** Long connections of an evening may be billed when they end. */
const USUAL_LAG = 12 * HOUR;
const LOOKS_APART = 2 * HOUR;
const PROMPT_LOOKS = 10;
/** Windows that tell how late an airport gets, and how many of them it takes. */
const WINDOWS_BACK = 14;
const FEWEST_WINDOWS = 7;
/** A long connection leaves more behind than any of those days did. */
const MORE = 2;

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

/** Whether enough looks saw the counter follow the devices. */
export function isPrompt(looks: readonly Look[]): boolean {
  const whole = looks.filter((look) => look.whole);
  return whole.length >= PROMPT_LOOKS && longestStall(whole) === 0 && deepestFall(whole) < STALLED;
}

/**
 * Late billing at the beginning of a window. An airport that was never below the lowest bill is prompt: what unsure
 * multipliers leave open is no lateness. For others it is how far the bill was behind its best, by the likely figure and,
 * over the hours that its batches are apart, by the highest, since what is late may all have gone through dear nodes.
 *
 * A price below what names say looks like lateness too, but is never made up for. So what is not sure to be late, being
 * above the lowest bill, is at most twice the share of a day that the airport was seen to make up for.
 */
export function backlogAt(anchor: number, looks: readonly Look[], windows: readonly WindowRecord[]): number {
  const base = looks.findLast(({ at }) => at === anchor);
  if (base === undefined) return 0;
  const earlier = looks.filter(({ at, whole }) => whole && at <= anchor && anchor - at <= LONGEST_LAG);
  const stall = longestStall(earlier);
  if (stall === 0 && deepestFall(earlier) < STALLED) return behind(earlier, base, 'low');
  const apart = Math.max(USUAL_LAG, 2 * stall);
  const recent = earlier.filter(({ at }) => anchor - at <= apart);
  const shown = Math.max(behind(earlier, base, 'likely'), behind(recent, base, 'high'));
  const share = usualShare(windows.slice(-WINDOWS_BACK));
  if (share === undefined) return shown;
  const used = Math.max(...windows.slice(-2).map(({ high }) => high));
  return Math.min(shown, behind(recent, base, 'low') + MORE * Math.max(STALLED, share * used));
}

/** The largest share of a day, that window's or the one before it, that the airport made up for; undefined while few tell. */
function usualShare(windows: readonly WindowRecord[]): number | undefined {
  const shares = windows.flatMap(({ kind, madeUp, high }, index) => {
    if (kind === 'leak' || madeUp === undefined) return [];
    return [madeUp / Math.max(1, high, windows[index - 1]?.high ?? 0)];
  });
  return shares.length < FEWEST_WINDOWS ? undefined : Math.max(...shares);
}

/**
 * What was late when a window began has arrived once the longest pause of the counter, or a night, is over: it is no more
 * than what was billed until then. Infinite while that is not over, and where too little is known of the counter.
 *
 * @param looks all that are remembered, those before the window included
 */
export function arrivedSince(anchor: number, looks: readonly Look[]): number {
  const earlier = looks.filter(({ at, whole }) => whole && at <= anchor && anchor - at <= LONGEST_LAG);
  if (earlier.length < PROMPT_LOOKS) return Number.POSITIVE_INFINITY;
  const pause = Math.max(USUAL_LAG, longestStall(earlier));
  const until = looks.findIndex(({ at }) => at >= anchor + pause);
  const from = looks.findLastIndex(({ at }) => at === anchor);
  if (from === -1 || until === -1) return Number.POSITIVE_INFINITY;
  // A counter that has not moved at all is still in its pause.
  return billOver(looks.slice(from, until + 1)).high || Number.POSITIVE_INFINITY;
}

/**
 * The most that an airport made up for within some hours: billed beyond the highest that names admit for what was used
 * meanwhile, so that it was late before.
 */
export function madeUpIn(looks: readonly Look[]): number {
  const whole = looks.filter((look) => look.whole);
  let most = 0;
  for (const [index, look] of whole.entries()) {
    for (const earlier of whole.slice(0, index)) {
      if (look.at - earlier.at <= USUAL_LAG) most = Math.max(most, look.above.high - earlier.above.high);
    }
  }
  return Math.round(most);
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
