import { agedWindow, ageOf, LONGEST_AGE, tailOf } from './age.ts';
import { DAY, isComparable, type Span, spanOf, type WindowRecord } from './span.ts';
import { distancesFromMedian, median } from './statistics.ts';

/** What is deferred from the day before weighs too much in a shorter one. */
export const SHORTEST = 20 * 3_600_000;
/** While devices are still being set up, windows before the last of them are not what the airport's habit shows in. */
const SETTING_UP = 14 * DAY;

/**
 * How bills are moved to where what they bill was used: not at all, by what observations showed to be deferred, or by the age of
 * the airport's figures at the ends of windows, in minutes.
 */
export type Deferral = 'none' | 'observed' | number;

/** What windows show. */
export interface Compared {
  readonly spans: readonly Span[];
  /** The newest windows, whose silent devices have not all reported yet: a part of the next span. */
  readonly pending: readonly WindowRecord[];
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
  const result =
    age === undefined
      ? steadier(windows)
      : { ...joinedSpans(windows.map((each, index) => agedWindow(age, each, windows[index - 1]))), deferral: age };
  known.set(windows, result);
  return result;
}

function joinedSpans(windows: readonly WindowRecord[]): Pick<Compared, 'spans' | 'pending'> {
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
  return { spans, pending: group };
}

/** Adjusting for the lag counts only if it makes bills this much steadier; otherwise it adds the noise of the observations. */
const STEADIER = 0.7;

/** Spans with their bills as they are, or with what was deferred moved to where it was used: whichever goes steadier with use. */
function steadier(windows: readonly WindowRecord[]): Compared {
  const { spans, pending } = joinedSpans(windows);
  const plain = spans.map(unmoved);
  if (spread(spans) >= STEADIER * spread(plain)) return { spans: plain, pending, deferral: 'none' };
  // What was deferred before the very first reading was not seen until then.
  const seenFrom = (windows[0]?.from ?? 0) + Math.max(0, ...windows.map(({ lag }) => lag));
  return { spans: spans.filter(({ from }) => from >= seenFrom), pending, deferral: 'observed' };
}

/** The open window as closed ones are compared. */
export interface OpenSpan {
  readonly span: Span;
  /** The span that it would close, where it tells as much as closed ones. */
  readonly closing?: Span | undefined;
}

/** The open window as a span. Where no age is known at its ends, the last hour may be on either side. */
export function openSpan(
  { deferral, pending }: Pick<Compared, 'deferral' | 'pending'>,
  window: WindowRecord,
  before: WindowRecord | undefined,
): OpenSpan {
  const aged = typeof deferral === 'number' ? agedWindow(deferral, window, before) : window;
  if (typeof deferral === 'number' && !isComparable(aged)) {
    const hour = ({ tail }: WindowRecord): number => tailOf(tail, LONGEST_AGE) ?? 0;
    const nearEdges = Math.hypot(window.nearEdges, hour(window), before === undefined ? 0 : hour(before));
    return { span: unmoved(spanOf([{ ...window, nearEdges }])) };
  }
  const closing = window.whole ? joined([...pending, aged]) : undefined;
  const plain = deferral === 'none' ? unmoved : (each: Span) => each;
  return { span: plain(spanOf([aged])), closing: closing === undefined ? undefined : plain(closing) };
}

/** A span with its bill as it is. */
function unmoved(span: Span): Span {
  const doubt = Math.sqrt(Math.max(0, span.doubt ** 2 - span.slack ** 2));
  return { ...span, billed: span.bill, doubt };
}

/** The median distance of bills from what names let expect, by the median day. */
function spread(spans: readonly Span[]): number {
  return median(distancesFromMedian(spans.map(({ billed, named, days }) => (billed - named.likely) / days)));
}

/** Windows that follow each other as one span; undefined where they are too short, or one of them tells nothing. */
function joined(windows: readonly WindowRecord[]): Span | undefined {
  const [first, last] = [windows[0], windows.at(-1)];
  if (first === undefined || last === undefined || last.to - first.from < SHORTEST) return undefined;
  return windows.every(isComparable) ? spanOf([first, ...windows.slice(1)]) : undefined;
}
