import { addShares, namedBill, nodeKey } from './compared.ts';
import type { NightExcess, NodeShare, WindowRecord } from './span.ts';

/** Airports are read one after the other: windows that end so close to each other end together. */
const TOGETHER = 10 * 60_000;

/** One airport's windows, the open one last. */
export interface Member {
  readonly windows: readonly WindowRecord[];
  readonly current: WindowRecord;
}

/** Windows of several airports of one user as if they were one airport, to which all of their nodes belong. */
interface PooledWindows {
  readonly windows: readonly WindowRecord[];
  readonly current: WindowRecord;
}

const known = new WeakMap<readonly WindowRecord[], { members: readonly Member[]; windows: readonly WindowRecord[] }>();

/** @returns undefined where the open windows did not begin together */
export function poolOf(members: readonly Member[]): PooledWindows | undefined {
  const [first] = members;
  if (first === undefined) return undefined;
  const { from, to } = first.current;
  const open = members.map(({ current }) => current);
  if (open.some((each) => Math.abs(each.from - from) > TOGETHER || Math.abs(each.to - to) > TOGETHER)) return undefined;
  const before = known.get(first.windows);
  const same = before?.members.every(({ windows }, index) => windows === members[index]?.windows) === true;
  const windows = same && before !== undefined ? before.windows : alignedWindows(members);
  if (!same) known.set(first.windows, { members, windows });
  return { windows, current: together(open) };
}

/** Between instants at which windows of all airports end. */
function alignedWindows(members: readonly Member[]): WindowRecord[] {
  const [first, ...others] = members;
  if (first === undefined) return [];
  const aligned: WindowRecord[] = [];
  let rest: readonly (readonly WindowRecord[])[] = members.map(({ windows }) => windows);
  for (const { to } of first.windows) {
    const all = others.every(({ windows }) => windows.some((each) => Math.abs(each.to - to) <= TOGETHER));
    if (!all) continue;
    const parts = rest.map((windows) => windows.filter((each) => each.to <= to + TOGETHER));
    rest = rest.map((windows) => windows.filter((each) => each.to > to + TOGETHER));
    const inARow = parts.map((part) => (part.length === 0 ? undefined : part.reduce((a, b) => following(a, b))));
    if (inARow.every((each) => each !== undefined)) aligned.push(together(inARow));
  }
  return aligned;
}

/** Two windows of one airport, one after the other. */
function following(a: WindowRecord, b: WindowRecord): WindowRecord {
  const both = merged([a, b], { ...b, from: a.from }, [...addShares([...a.nodes, ...b.nodes]).values()]);
  return { ...both, unbilled: b.unbilled };
}

/** Windows of several airports over the same span; a node that several may own is one node. */
function together(windows: readonly WindowRecord[]): WindowRecord {
  const [first] = windows;
  if (first === undefined) throw new RangeError('no windows to put together');
  const nodes = new Map<string, NodeShare>();
  for (const share of windows.flatMap((window) => window.nodes)) {
    const key = nodeKey(share);
    if (share.owners === 1 || !nodes.has(key)) nodes.set(key, share);
  }
  const { unattributed, nearEdges, lost } = first;
  // All of it is the pool's, whoever owns it.
  const one = merged(
    windows,
    first,
    [...nodes.values()].map((share) => ({ ...share, owners: 1 })),
  );
  return {
    ...one,
    unattributed,
    nearEdges: Math.max(nearEdges, ...windows.map((each) => each.nearEdges)),
    lost,
  };
}

function merged(windows: readonly WindowRecord[], base: WindowRecord, nodes: readonly NodeShare[]): WindowRecord {
  const sum = (of: (window: WindowRecord) => number): number => windows.reduce((total, each) => total + of(each), 0);
  const checks = sum((each) => each.checks);
  const highs = windows.map(({ bill }) => bill.high);
  const high = highs.includes(null) ? null : highs.reduce<number>((total, each) => total + (each ?? 0), 0);
  const isHidden = windows.some(({ hidden }) => hidden === null);
  return {
    ...base,
    nodes,
    bill: {
      low: sum(({ bill }) => bill.low),
      likely: sum(({ bill }) => bill.likely),
      high,
    },
    hidden: isHidden ? null : sum(({ hidden }) => hidden ?? 0),
    named: namedBill({ nodes, checks }),
    unattributed: sum((each) => each.unattributed),
    nearEdges: sum((each) => each.nearEdges),
    // Each airport has an age of its own.
    tail: [],
    lost: sum((each) => each.lost),
    checks,
    deferred: sum(({ deferred }) => deferred),
    slack: sum(({ slack }) => slack),
    nights: addedNights(windows),
    backlog: sum(({ backlog }) => backlog),
    unbilled: sum(({ unbilled }) => unbilled),
    whole: windows.every(({ whole }) => whole),
    newDevices: windows.some(({ newDevices }) => newDevices),
    acknowledged: windows.some(({ acknowledged }) => acknowledged),
    lag: Math.max(...windows.map(({ lag }) => lag)),
    regime: Math.max(...windows.map(({ regime }) => regime)),
    changed: windows.find(({ changed }) => changed !== null)?.changed ?? null,
    lacking: windows.some(({ lacking }) => lacking),
    reported: windows.find(({ reported }) => reported !== null)?.reported ?? null,
  };
}

/** Nights of windows that began and ended together; one alone where they were not observed at the same times. */
function addedNights(windows: readonly WindowRecord[]): NightExcess[] {
  const [first] = windows;
  if (first === undefined || windows.some(({ nights }) => nights.length !== first.nights.length)) return [];
  return first.nights.map(({ days }, index) => ({
    days,
    excess: windows.reduce((total, { nights }) => total + (nights[index]?.excess ?? 0), 0),
  }));
}
