import { DAY, type Span, spanOf, type WindowRecord } from './span.ts';
import { sum } from './statistics.ts';
import { TAIL_MINUTES } from './use.ts';

/** What is deferred from the day before weighs too much in a shorter one. */
export const SHORTEST = 20 * 3_600_000;
/** While devices are still being set up, windows before the last of them are not what the airport's habit shows in. */
const SETTING_UP = 14 * DAY;

/**
 * How bills are moved to where what they bill was used: not at all, by what observations showed to be deferred, or by the age of
 * the airport's figures at the ends of windows, as a place in `TAIL_MINUTES`.
 */
export type Deferral = 'none' | 'observed' | number;

/** What windows show. */
export interface Compared {
  readonly spans: readonly Span[];
  readonly deferral: Deferral;
}

const known = new WeakMap<readonly WindowRecord[], Compared>();

/**
 * Windows as spans that can be compared, oldest first. Windows without all devices are joined with those that follow until
 * all have reported; what a new cycle or a credit hid is left out, and so are first days: until the airport's lag is
 * known, and until the last device was set up.
 */
export function compared(windows: readonly WindowRecord[]): Compared {
  const found = known.get(windows);
  if (found !== undefined) return found;
  const age = ageOf(windows);
  const result = age === undefined ? steadier(windows) : { spans: joinedSpans(agedBy(age, windows)), deferral: age };
  known.set(windows, result);
  return result;
}

function joinedSpans(windows: readonly WindowRecord[]): Span[] {
  const spans: Span[] = [];
  let group: WindowRecord[] = [];
  const first = windows[0]?.from ?? 0;
  const setUp = windows.findLastIndex(({ newDevices, to }) => newDevices && to - first <= SETTING_UP);
  for (const window of windows.slice(setUp + 1)) {
    group.push(window);
    if (!window.whole) continue;
    const span = joined(group);
    if (span !== undefined) spans.push(span);
    group = [];
  }
  return spans;
}

/** Adjusting for the lag counts only if it makes bills this much steadier; otherwise it adds the noise of the observations. */
const STEADIER = 0.7;

/** Spans with their bills as they are, or with what was deferred moved to where it was used: whichever goes steadier with use. */
function steadier(windows: readonly WindowRecord[]): Compared {
  const spans = joinedSpans(windows);
  const plain = spans.map(unmoved);
  if (spread(spans) >= STEADIER * spread(plain)) return { spans: plain, deferral: 'none' };
  // What was deferred before the very first reading was not seen until then.
  const seenFrom = (windows[0]?.from ?? 0) + Math.max(0, ...windows.map(({ lag }) => lag));
  return { spans: spans.filter(({ from }) => from >= seenFrom), deferral: 'observed' };
}

/** Windows among which the age of figures is looked for, and the fewest that tell it. */
const AGED = 30;
const FEWEST_AGED = 5;
/** The best of so many ages fits some windows by chance, as if it had so many fewer of them. */
const CHOSEN = 4;

/** The age by which bills go steadier with use than as they are, and than with what observations showed to be deferred. */
function ageOf(windows: readonly WindowRecord[]): number | undefined {
  const recent = windows.slice(-AGED - 1);
  const comparable = (window: WindowRecord, index: number): boolean =>
    window.whole && recent[index - 1]?.whole === true && isComparable(window);
  const single = (each: WindowRecord): Span => spanOf([each]);
  const spans = recent.filter(comparable).map(single);
  if (spans.length < FEWEST_AGED) return undefined;
  const usual = Math.min(spread(spans), spread(spans.map(unmoved)));
  const most = STEADIER * (1 - CHOSEN / spans.length) * usual;
  let best: { readonly age: number; readonly spread: number } | undefined;
  for (const age of TAIL_MINUTES.keys()) {
    const aged = agedBy(age, recent).filter(comparable).map(single);
    if (aged.length < FEWEST_AGED) continue;
    const found = spread(aged);
    if (found < (best?.spread ?? most)) best = { age, spread: found };
  }
  return best?.age;
}

function agedBy(age: number, windows: readonly WindowRecord[]): WindowRecord[] {
  return windows.map((window, index) => agedWindow(age, window, windows[index - 1]));
}

/** A window with what was billed of the use up to its ends, where the airport's figures were of this age at both. */
export function agedWindow(age: number, window: WindowRecord, before: WindowRecord | undefined): WindowRecord {
  const { bill, tail, from } = window;
  const start = before?.to === from ? before.tail : [];
  const [atStart, atEnd] = [start[age], tail[age]];
  const unmoved = { ...window, deferred: 0, slack: 0 };
  if (atStart === undefined || atEnd === undefined)
    return { ...unmoved, bill: { ...bill, high: null, onlyResets: false } };
  const deferred = atEnd - atStart;
  return {
    ...unmoved,
    bill: {
      ...bill,
      low: bill.low + deferred,
      likely: bill.likely + deferred,
      high: bill.high === null ? null : bill.high + deferred,
    },
    nearEdges: Math.hypot(betweenAges(start, age), betweenAges(tail, age)),
  };
}

/** The age lies somewhere between the ones before and after it. */
function betweenAges(tail: readonly number[], age: number): number {
  return ((tail[age + 1] ?? tail[age] ?? 0) - (tail[age - 1] ?? 0)) / 4;
}

/** The open window as a span, as closed ones are compared. One whose start the age does not tell is compared as it is. */
export function openSpan(deferral: Deferral, window: WindowRecord, before: WindowRecord | undefined): Span {
  if (deferral === 'observed') return spanOf([window]);
  const aged = deferral === 'none' ? window : agedWindow(deferral, window, before);
  return unmoved(spanOf([isComparable(aged) ? aged : window]));
}

/** A span with its bill as it is. */
function unmoved(span: Span): Span {
  const doubt = Math.sqrt(Math.max(0, span.doubt ** 2 - span.slack ** 2));
  return { ...span, billed: span.bill, doubt };
}

/** Windows whose distance is the farthest may be odd ones: a share of all. */
const ODD = 0.25;

/** The mean distance of bills from what names let expect, by the median day, without that of odd windows. Bytes a day. */
function spread(spans: readonly Span[]): number {
  const surplus = spans.map(({ billed, named, days }) => (billed - named.likely) / days);
  const middle = median(surplus);
  const distances = surplus.map((each) => Math.abs(each - middle)).sort((a, b) => a - b);
  const usual = distances.slice(0, Math.ceil((1 - ODD) * distances.length));
  return sum(usual, (each) => each) / Math.max(1, usual.length);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function joined(windows: readonly WindowRecord[]): Span | undefined {
  const [first, last] = [windows[0], windows.at(-1)];
  if (first === undefined || last === undefined || last.to - first.from < SHORTEST) return undefined;
  return windows.every(isComparable) ? spanOf([first, ...windows.slice(1)]) : undefined;
}

/** Whether a window's bill is known to be for what its devices reported. */
export function isComparable({ bill, newDevices, acknowledged }: WindowRecord): boolean {
  return (bill.high !== null || bill.onlyResets === true) && !newDevices && !acknowledged;
}
