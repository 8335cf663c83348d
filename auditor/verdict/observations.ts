import type { Change } from './finding.ts';
import { regimeAfter } from './judgement.ts';
import { DAY, LONGEST_LAG, type NightExcess, type WindowRecord, type WindowTraffic } from './span.ts';
import type { DeviceUse } from './use.ts';

const HOUR = 3_600_000;
/** Fewer bytes show no lag. */
const LEAST_DEFERRED = 8 * 2 ** 20;
/** An airport has caught up once it has billed this share of what it deferred. */
const MADE_UP = 0.8;
/** The counter moved at some time between two observations. */
const OBSERVATIONS_APART = 2 * HOUR;

/** One reading of the airport, with what was known of the devices at the time. Epoch milliseconds; bytes since the first observation. */
export interface Observation {
  readonly at: number;
  readonly billed: number;
  readonly expected: number;
  /** Whether it is sure that devices had reported all that they used. */
  readonly whole: boolean;
  /** Whether it showed what was gross, while all devices had reported. */
  readonly leak: boolean;
  /** The change that it showed, where that is news; null for none. */
  readonly change: Change | null;
  /** Resets that were due since the window began, and bytes that they hid, which are a part of what was billed. */
  readonly resets: number;
  readonly hidden: number;
}

const above = ({ billed, expected }: Observation): number => billed - expected;

/** Bytes, at least and at most. */
interface Unbilled {
  readonly low: number;
  readonly high: number;
}

/**
 * What an airport had not billed yet of what was used until an instant. It is at least what the bill was behind its best of
 * the time before, since no bill comes before its use. It is at most what leaves nothing unbilled for longer than the
 * longest known lag.
 *
 * @param lag the longest known lag, in milliseconds; 0 for none
 * @param reach how far back the best is looked for, in milliseconds
 */
export function unbilledAt(observations: readonly Observation[], at: number, lag: number, reach: number): Unbilled {
  const here = observations.findLast((observation) => observation.at <= at);
  if (here === undefined) return { low: 0, high: 0 };
  let [least, most] = [above(here), Number.POSITIVE_INFINITY];
  for (const observation of observations) {
    if (!observation.whole || observation.at > at || at - observation.at > reach) continue;
    least = Math.max(least, above(observation));
    const since = observations.findLast((each) => each.at <= observation.at - lag);
    if (since !== undefined) most = Math.min(most, observation.billed - since.expected);
  }
  const low = least - above(here);
  const high = Number.isFinite(most) && lag > 0 ? most - above(here) : low;
  return { low: Math.round(low), high: Math.round(Math.max(low, high)) };
}

/** Bytes used within the lag before an instant: the airport may bill all of them after it. */
export function usedWithin(observations: readonly Observation[], at: number, lag: number): number {
  if (lag === 0) return 0;
  const here = observations.findLast((observation) => observation.at <= at);
  const before = observations.findLast((observation) => observation.at <= at - lag) ?? observations[0];
  return Math.max(0, Math.round((here?.expected ?? 0) - (before?.expected ?? 0)));
}

/**
 * The longest that an airport was seen to leave bytes unbilled, if first used is first billed; 0 where it never fell behind
 * and made up for it. A price below what names say looks like a lag too, but is never made up for.
 *
 * @param chance bytes that chance moves; less shows no lag
 */
export function lagOf(observations: readonly Observation[], chance = 0): number {
  const least = Math.max(LEAST_DEFERRED, chance);
  const whole = observations.filter((observation) => observation.whole);
  let longest = 0;
  for (const [index, peak] of whole.entries()) {
    let depth = 0;
    let behind = 0;
    for (const observation of whole.slice(index + 1)) {
      if (observation.at - peak.at > LONGEST_LAG) break;
      const missing = above(peak) - above(observation);
      if (missing > depth) {
        depth = missing;
        const used = whole.findLast(({ expected }) => expected <= observation.expected - missing);
        behind = Math.max(behind, observation.at - (used?.at ?? peak.at));
      }
      if (missing > (1 - MADE_UP) * depth) continue;
      if (depth > least) longest = Math.max(longest, behind);
      if (missing <= 0) break;
    }
  }
  return longest === 0 ? 0 : Math.min(LONGEST_LAG, longest + OBSERVATIONS_APART);
}

/**
 * An observation with what resets hid since the window began: where one fell between two observations at which all devices
 * had reported, what was used between them and not billed. An airport with a lag bills some of that later: of it nothing
 * is taken as hidden.
 *
 * @param from when the window began, epoch milliseconds
 */
export function withHidden(
  observations: readonly Observation[],
  from: number,
  observation: Observation,
  lags: boolean,
): Observation {
  if (observation.resets === 0) return observation;
  const earlier = observations.filter(({ at }) => at >= from && at < observation.at);
  const last = earlier.findLast(({ at }) => at > from) ?? { resets: 0, hidden: 0 };
  const before = earlier.findLast(({ whole }) => whole);
  const billed = observation.billed + last.hidden;
  if (before === undefined || !observation.whole || lags)
    return { ...observation, billed, resets: last.resets, hidden: last.hidden };
  const used = observation.expected - before.expected;
  const missing = used - (billed - before.billed);
  const hidden = observation.resets > last.resets ? Math.round(Math.max(0, Math.min(used, missing))) : 0;
  return { ...observation, billed: billed + hidden, hidden: last.hidden + hidden };
}

/** A shorter rest belongs to the night before it. */
const SHORTEST_NIGHT = DAY / 2;

/**
 * What was billed above what was expected in each night of a window, by what was observed day by day since it began.
 *
 * @param observations the last of them at the end of the window
 */
export function nightsOf(observations: readonly Observation[], from: number): NightExcess[] {
  const nights: NightExcess[] = [];
  const last = observations.at(-1);
  let begin = observations.findLast(({ at }) => at <= from);
  while (begin !== undefined && last !== undefined && begin.at < last.at) {
    const { at } = begin;
    const next = observations.findLast((each) => each.at <= at + 1.05 * DAY && each.at >= at + SHORTEST_NIGHT);
    const end: Observation = next === undefined || last.at - next.at < SHORTEST_NIGHT ? last : next;
    nights.push({ days: (end.at - at) / DAY, excess: Math.round(above(end) - above(begin)) });
    begin = end;
  }
  return nights;
}

const OBSERVATIONS_KEPT = 200;
const WINDOWS_KEPT = 400;
/** Older windows are not learned from: their nodes are not kept. */
const NODES_KEPT = 90;

/** What is remembered of an airport beyond its readings. */
export interface Memory {
  /** Of the open window and of the two days before it, oldest first. */
  readonly observations: readonly Observation[];
  /** Windows that are closed, oldest first. */
  readonly windows: readonly WindowRecord[];
}

/** Whether an earlier look at an open window showed a leak. */
export function leakSeenIn({ observations }: Memory, from: number): boolean {
  return observations.some(({ at, leak }) => leak && at > from);
}

/** The change that the last look at an open window showed. */
export function shownIn({ observations }: Memory, from: number): Change | null {
  return observations.findLast(({ at }) => at > from)?.change ?? null;
}

/**
 * What devices used, as a window remembers it.
 *
 * @param airports how many airports their user has
 */
export function trafficOf(use: DeviceUse, airports: number): WindowTraffic {
  // Nodes that were only checked carried nothing that a bill could rest on.
  const carrying = use.nodes.filter(({ bytes, uncounted }) => bytes + uncounted > 0);
  const nodes = carrying.map(({ node, provider, bytes, uncounted, multiplier: { low, high }, stated, ownership }) => ({
    node,
    provider,
    bytes: bytes + uncounted,
    multiplier: { low, high },
    stated,
    owners: ownership === 'sure' ? 1 : airports,
  }));
  const dearest = Math.max(1, ...nodes.map(({ multiplier }) => multiplier.high));
  const { unattributed, nearEdges, tail, lost, checks } = use;
  return { nodes, unattributed: unattributed * dearest, nearEdges, tail, lost: lost * dearest, checks };
}

/** What one observation of the open window leaves behind. */
export interface Left {
  readonly observation?: Observation;
  /** The window as it is remembered should it close now. */
  readonly record?: WindowRecord;
}

/**
 * Remembers one observation of the open window.
 *
 * @param anchor when the open window began, epoch milliseconds; the observation's own instant where it begins the first
 */
export function afterObservation(
  { observations, windows }: Memory,
  anchor: number,
  at: number,
  { observation }: Left,
): Memory {
  // What lies in the future was read before the clock was set back.
  const kept = observations.filter((each) => each.at < at && each.at >= anchor - LONGEST_LAG);
  const begin: Observation[] =
    kept.length === 0 && anchor === at
      ? [{ at, billed: 0, expected: 0, whole: true, leak: false, change: null, resets: 0, hidden: 0 }]
      : [];
  return {
    observations: [...kept, ...begin, ...(observation === undefined ? [] : [observation])].slice(-OBSERVATIONS_KEPT),
    windows,
  };
}

/** Remembers a window that is closed; one that was never judged leaves no record. */
export function afterClose({ observations, windows }: Memory, { record }: Left): Memory {
  if (record === undefined) return { observations, windows };
  const closed = { ...record, regime: regimeAfter([...windows, record]) };
  const kept = [...windows, closed].slice(-WINDOWS_KEPT);
  const forgotten = kept.at(-NODES_KEPT - 1);
  return {
    observations,
    windows:
      forgotten === undefined || forgotten.nodes.length === 0
        ? kept
        : kept.map((each) => (each === forgotten ? { ...each, nodes: [] } : each)),
  };
}
