import { NOISE } from './fit.ts';
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
/** An age is right where it leaves what a prompt meter does; of longer batches any age explains a part. A share of a usual day. */
const STEADY = 2 * NOISE;

/** The age by which bills go steadier with use than as they are, and than with what observations showed to be deferred. */
function ageOf(windows: readonly WindowRecord[]): number | undefined {
  const recent = windows.slice(-AGED - 1);
  const comparable = (window: WindowRecord, index: number): boolean =>
    window.whole && recent[index - 1]?.whole === true && isComparable(window);
  const single = (each: WindowRecord): Span => spanOf([each]);
  const spans = recent.filter(comparable).map(single);
  if (spans.length < FEWEST_AGED) return undefined;
  const usual = Math.min(meanSpread(spans), meanSpread(spans.map(unmoved)));
  const daily = median(spans.map(({ named, days }) => named.likely / days));
  const most = Math.min(STEADIER * (1 - CHOSEN / spans.length) * usual, STEADY * daily);
  let best: { readonly age: number; readonly spread: number } | undefined;
  for (const age of TAIL_MINUTES.keys()) {
    const aged = agedBy(age, recent).filter(comparable).map(single);
    if (aged.length < FEWEST_AGED) continue;
    const found = meanSpread(aged);
    if (found < (best?.spread ?? most)) best = { age, spread: found };
  }
  return best === undefined || best.age > LONGEST_AGE ? undefined : best.age;
}

function agedBy(age: number, windows: readonly WindowRecord[]): WindowRecord[] {
  return windows.map((window, index) => agedWindow(age, window, windows[index - 1]));
}

const HOUR = 3_600_000;
const LONGEST_AGE = TAIL_MINUTES.indexOf(60);
/** How far ends of windows may be from the same minute of an hour. */
const SAME_MINUTE = 150_000;

/**
 * A window with what was billed of the use up to its ends, where the airport's figures were of this age at both: as they are
 * at the same minute of any hour, for airports that count once an hour or more often. What the age does not tell is hidden.
 */
function agedWindow(age: number, window: WindowRecord, before: WindowRecord | undefined): WindowRecord {
  const { bill, tail, from, to } = window;
  const start = before?.to === from ? before.tail : [];
  const [atStart, atEnd] = [start[age], tail[age]];
  const unmoved = { ...window, deferred: 0, slack: 0 };
  const offset = Math.abs(((to - from + HOUR / 2) % HOUR) - HOUR / 2);
  if (atStart === undefined || atEnd === undefined || offset > SAME_MINUTE)
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

/** The open window as a span, and whether it tells as much as closed ones. */
export interface OpenSpan {
  readonly span: Span;
  readonly comparable: boolean;
}

/** The open window as closed ones are compared. Where no age is known at its ends, the last hour may be on either side. */
export function openSpan(deferral: Deferral, window: WindowRecord, before: WindowRecord | undefined): OpenSpan {
  const comparable = isComparable(window);
  if (deferral === 'observed') return { span: spanOf([window]), comparable };
  if (deferral === 'none') return { span: unmoved(spanOf([window])), comparable };
  const aged = agedWindow(deferral, window, before);
  if (isComparable(aged)) return { span: spanOf([aged]), comparable };
  const hour = ({ tail }: WindowRecord): number => tail[LONGEST_AGE] ?? 0;
  const nearEdges = Math.hypot(window.nearEdges, hour(window), before === undefined ? 0 : hour(before));
  return { span: unmoved(spanOf([{ ...window, nearEdges }])), comparable: false };
}

/** A span with its bill as it is. */
function unmoved(span: Span): Span {
  const doubt = Math.sqrt(Math.max(0, span.doubt ** 2 - span.slack ** 2));
  return { ...span, billed: span.bill, doubt };
}

/** How far bills are from what names let expect, by the median day: bytes a day of each window, the nearest first. */
function distances(spans: readonly Span[]): number[] {
  const surplus = spans.map(({ billed, named, days }) => (billed - named.likely) / days);
  const middle = median(surplus);
  return surplus.map((each) => Math.abs(each - middle)).sort((a, b) => a - b);
}

const spread = (spans: readonly Span[]): number => median(distances(spans));

/** Of few windows, more is known by the mean than by the median; a quarter may be odd ones. */
function meanSpread(spans: readonly Span[]): number {
  const usual = distances(spans).slice(0, Math.ceil(0.75 * spans.length));
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
