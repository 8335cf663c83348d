import { NOISE } from './fit.ts';
import { DAY, type NodeShare, type Span, type WindowRecord, type WindowTraffic } from './span.ts';
import { distancesFromMedian, median, sum } from './statistics.ts';
import { type Estimate, TAIL_MINUTES } from './use.ts';

const HOUR = 3_600_000;
/** What is deferred from the day before weighs too much in a shorter one. */
export const SHORTEST = 20 * HOUR;
/** While devices are still being set up, windows before the last of them are not what the airport's habit shows in. */
const SETTING_UP = 14 * DAY;
/** Moving bills counts only if they go so much steadier with use; otherwise it adds noise. */
const STEADIER = 0.7;

/**
 * How bills are moved to where what they bill was used: not at all, by what observations showed to be deferred, or by the age of
 * the airport's figures at the ends of windows, in minutes.
 */
type Deferral = 'none' | 'observed' | number;

/** What windows show. */
interface Compared {
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
interface OpenSpan {
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

/** The oldest figures of an airport that counts once an hour, in minutes. */
const LONGEST_AGE = 60;
/** Windows among which the age of figures is looked for, and the fewest that tell it. */
const MOST_WINDOWS = 30;
const FEWEST_WINDOWS = 5;
/** The best of many ages fits some windows by chance, as if it had so many fewer of them. */
const CHOSEN = 4;
/** An age is right where it leaves what a prompt meter does; of longer batches any age explains a part. A share of a usual day. */
const STEADY = 2 * NOISE;
/** How far ends of windows may be from the same minute of an hour. */
const SAME_MINUTE = 150_000;

/**
 * How old an airport's figures are at the ends of windows, as an airport's that counts once an hour at the same minute: the
 * age by which bills go steadier with use than as they are, and than with what observations showed to be deferred.
 *
 * @returns whole minutes; undefined where no age of an hour or less makes them steady
 */
export function ageOf(windows: readonly WindowRecord[]): number | undefined {
  const recent = windows.slice(-MOST_WINDOWS - 1);
  const pairs = recent.flatMap((window, index) => {
    const before = recent[index - 1];
    const tells = before?.whole === true && window.whole && window.bill.high !== null && isComparable(window);
    return tells ? [{ window, before }] : [];
  });
  const surplusOf = (window: WindowRecord, deferred: number): number =>
    ((likelyBill(window) + deferred - window.named.likely) * DAY) / (window.to - window.from);
  const plain = spreadOf(pairs.map(({ window }) => surplusOf(window, 0)));
  const observed = spreadOf(pairs.map(({ window }) => surplusOf(window, window.deferred)));
  const daily = median(pairs.map(({ window: { named, from, to } }) => (named.likely * DAY) / (to - from)));
  let least = Math.min(STEADIER * (1 - CHOSEN / pairs.length) * Math.min(plain, observed), STEADY * daily);
  let found: number | undefined;
  for (let age = 1; least > 0 && age <= (TAIL_MINUTES.at(-1) ?? 0); age += 1) {
    const surplus = pairs.flatMap(({ window, before }) => {
      const deferred = deferredBy(age, window, before);
      return deferred === undefined ? [] : [surplusOf(window, deferred)];
    });
    const spread = spreadOf(surplus);
    if (surplus.length >= FEWEST_WINDOWS && spread < least) [found, least] = [age, spread];
  }
  return found === undefined || found > LONGEST_AGE ? undefined : found;
}

/** The mean distance of surpluses from their median. A quarter of them may be odd ones. */
function spreadOf(surplus: readonly number[]): number {
  const usual = distancesFromMedian(surplus).slice(0, Math.ceil(0.75 * surplus.length));
  return sum(usual, (each) => each) / Math.max(1, usual.length);
}

/** Bytes that figures of this age leave to the next window, less those of the one before; undefined where it tells none. */
function deferredBy(
  age: number,
  { from, to, tail }: WindowRecord,
  before: WindowRecord | undefined,
): number | undefined {
  const atStart = before?.to === from ? tailOf(before.tail, age) : undefined;
  const atEnd = tailOf(tail, age);
  const offset = Math.abs(((to - from + HOUR / 2) % HOUR) - HOUR / 2);
  return atStart === undefined || atEnd === undefined || offset > SAME_MINUTE ? undefined : Math.round(atEnd - atStart);
}

/**
 * A window with what was billed of the use up to its ends, where the airport's figures were of this age at both: as they are
 * at the same minute of any hour, for airports that count once an hour or more often. What the age does not tell is hidden: between
 * other minutes, or around a reset.
 *
 * @param age minutes
 */
export function agedWindow(age: number, window: WindowRecord, before: WindowRecord | undefined): WindowRecord {
  const { bill } = window;
  const unmoved = { ...window, deferred: 0, slack: 0 };
  const deferred = deferredBy(age, window, before);
  if (deferred === undefined || bill.high === null) return { ...unmoved, hidden: null };
  return {
    ...unmoved,
    bill: {
      ...bill,
      low: bill.low + deferred,
      likely: bill.likely + deferred,
      high: bill.high === null ? null : bill.high + deferred,
    },
    nearEdges: Math.hypot(doubtAround(before?.tail ?? [], age), doubtAround(window.tail, age)),
  };
}

/** The standard deviation of an instant of which only its ends are known, as a share of what lies between them. */
const SOMEWHERE = 1 / Math.sqrt(12);

/** How far the bytes of an age may be off: they moved at some time between the ages around it that are remembered. */
function doubtAround(tail: readonly number[], age: number): number {
  const next = TAIL_MINUTES.findIndex((each) => each >= age);
  return SOMEWHERE * ((tail[next] ?? 0) - (tail[next - 1] ?? 0));
}

/** Bytes of the last minutes before the end of a window, evenly between those that are known; undefined where none are. */
export function tailOf(tail: readonly number[], minutes: number): number | undefined {
  const next = TAIL_MINUTES.findIndex((each) => each >= minutes);
  const [after, bytes] = [TAIL_MINUTES[next], tail[next]];
  if (after === undefined || bytes === undefined) return tail.at(-1);
  const [begin, before] = [TAIL_MINUTES[next - 1] ?? 0, tail[next - 1] ?? 0];
  return before + ((bytes - before) * (minutes - begin)) / (after - begin);
}

/** Whether a window's bill is known to be for what its devices reported. */
function isComparable({ hidden, newDevices, acknowledged }: WindowRecord): boolean {
  return hidden !== null && !newDevices && !acknowledged;
}

/** Windows that follow each other as one span. */
export function spanOf(windows: readonly [WindowRecord, ...WindowRecord[]]): Span {
  const [first] = windows;
  const last = windows.at(-1) ?? first;
  const sum = (of: (window: WindowRecord) => number): number => windows.reduce((total, each) => total + of(each), 0);
  const slack = Math.max(...windows.map((window) => window.slack));
  return {
    from: first.from,
    to: last.to,
    days: (last.to - first.from) / DAY,
    bill: sum(likelyBill),
    billed: sum((window) => likelyBill(window) + window.deferred),
    named: {
      low: sum(({ named }) => named.low),
      likely: sum(({ named }) => named.likely),
      high: sum(({ named }) => named.high),
    },
    deferred: sum(({ deferred }) => deferred),
    nodes: addShares(windows.flatMap((window) => window.nodes)),
    // A lag moves bytes over the ends of a span only.
    doubt: Math.hypot(doubtOf(windows), slack),
    slack,
    checks: sum(({ checks }) => checks),
    nights: windows.flatMap(({ nights }) => nights),
    record: last,
  };
}

/** What was billed in a window, with what resets hid. Bytes. */
const likelyBill = ({ bill, hidden }: WindowRecord): number => bill.likely + (hidden ?? 0);

/** Independent doubts add up by their squares. */
function doubtOf(windows: readonly WindowRecord[]): number {
  let squares = 0;
  for (const { bill, hidden, nearEdges, lost, unattributed } of windows) {
    // What is rounded is as likely anywhere within.
    const rounding = Math.max((bill.high ?? 0) - bill.likely, bill.likely - bill.low) / Math.sqrt(3);
    squares += rounding ** 2 + (SOMEWHERE * (hidden ?? 0)) ** 2 + nearEdges ** 2 + lost ** 2 + unattributed ** 2;
  }
  return Math.sqrt(squares);
}

/** Σ bytes × multiplier, as an interval over what names and settings leave open, with the health checks that were counted. */
export function namedBill({ nodes, checks }: Pick<WindowTraffic, 'nodes' | 'checks'>): Estimate {
  let [low, likely, high] = [0, checks, checks];
  for (const { bytes, multiplier, owners } of nodes) {
    high += bytes * multiplier.high;
    likely += (bytes * (multiplier.low + multiplier.high)) / 2 / owners;
    if (owners === 1) low += bytes * multiplier.low;
  }
  return { low: Math.floor(low), likely: Math.round(likely), high: Math.ceil(high) };
}

/** A node's identity: names repeat across providers. */
export const nodeKey = ({ node, provider }: Pick<NodeShare, 'node' | 'provider'>): string => `${node}\n${provider}`;

/** Shares of several windows added up by node; prices are those of the last. */
export function addShares(shares: Iterable<NodeShare>): Map<string, NodeShare> {
  const nodes = new Map<string, NodeShare>();
  for (const share of shares) {
    const key = nodeKey(share);
    nodes.set(key, { ...share, bytes: share.bytes + (nodes.get(key)?.bytes ?? 0) });
  }
  return nodes;
}
