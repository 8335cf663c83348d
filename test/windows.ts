import { namedBill, spanOf } from '../auditor/verdict/compared.ts';
import { type Asked, type Judged, judge } from '../auditor/verdict/judge.ts';
import { presentHabit } from '../auditor/verdict/judgement.ts';
import { afterClose, afterObservation, type Memory, trafficOf } from '../auditor/verdict/observations.ts';
import type { Bill } from '../auditor/verdict/reading.ts';
import type { NodeShare, WindowRecord } from '../auditor/verdict/span.ts';
import type { DeviceUse, NodeUse } from '../auditor/verdict/use.ts';
import type { Absence, Thresholds, Verdict } from '../auditor/verdict/verdict.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const MB = 2 ** 20;
export const GB = 2 ** 30;
/** The night on which the first window begins. */
export const BEGAN = Date.parse('2026-11-01T23:55:00+08:00');
export const THRESHOLDS: Thresholds = { bytes: 100 * MB, ratio: 0.2 };

/** What a household uses on a day, in bytes: from 3 to 13 GB, without any pattern. */
export const usedOn = (day: number): number => Math.round((3 + 10 * drawn(day)) * GB);
/** What chance does on a day, between -1 and 1. */
export const chanceOn = (day: number): number => 2 * drawn(day + 1000) - 1;

/** Digits of a sine are as good as chance, and the same at every run. */
function drawn(index: number): number {
  const digits = Math.sin(index * 12.9898 + 1) * 43_758.5453;
  return digits - Math.floor(digits);
}

/** So many days one after the other, from the first on. */
export function days<T>(count: number, of: (day: number) => T): T[] {
  return Array.from({ length: count }, (_, day) => of(day));
}

/** A node whose name tells its multiplier, as it is remembered. */
export const shareOf = (bytes: number, over: Partial<NodeShare> = {}): NodeShare => ({
  node: '香港 01 | 1x',
  provider: '',
  bytes,
  multiplier: { low: 1, high: 1 },
  stated: true,
  owners: 1,
  ...over,
});

/** What a window was: bytes through the only node, unless nodes are given, and bytes billed, which is what names tell by default. */
export interface Closed extends Partial<Omit<WindowRecord, 'bill'>> {
  readonly used?: number;
  readonly billed?: number;
  readonly bill?: Partial<WindowRecord['bill']>;
}

/** The closed window of a day (the first is 0), on which all was well unless told otherwise. */
export function closedWindow(day: number, { used = 10 * GB, billed, bill, ...over }: Closed = {}): WindowRecord {
  const nodes = over.nodes ?? [shareOf(used)];
  const named = namedBill({ nodes, checks: over.checks ?? 0 });
  const bytes = billed ?? named.likely;
  return {
    from: BEGAN + day * DAY,
    to: BEGAN + (day + 1) * DAY,
    kind: 'ok',
    nodes,
    named,
    bill: { low: bytes, likely: bytes, high: bytes, ...bill },
    hidden: bill?.high === null ? null : 0,
    unattributed: 0,
    nearEdges: 0,
    tail: [],
    lost: 0,
    checks: 0,
    deferred: 0,
    slack: 0,
    nights: [{ days: 1, excess: bytes - named.likely }],
    backlog: 0,
    unbilled: 0,
    whole: true,
    newDevices: false,
    acknowledged: false,
    lag: 0,
    regime: BEGAN,
    changed: null,
    lacking: false,
    reported: null,
    ...over,
  };
}

/** A node as devices used it. */
export const nodeOf = (bytes: number, over: Partial<NodeUse> = {}): NodeUse => ({
  node: '香港 01 | 1x',
  provider: '',
  bytes,
  uncounted: 0,
  multiplier: { low: 1, high: 1 },
  stated: true,
  ownership: 'sure',
  ...over,
});

/** A day as it passes: what devices used, which is billed as names tell unless said otherwise. */
export interface Passed extends Partial<DeviceUse> {
  /** Bytes of the only node, where no nodes are given. */
  readonly used?: number;
  readonly billed?: number;
  readonly bill?: Partial<Bill>;
  readonly hours?: number;
  readonly devices?: number;
  readonly absences?: readonly Absence[];
  readonly newDevices?: readonly string[];
}

/** What an airport is judged by when a window of several days in a row is looked at. */
export function askedOf(from: number, passed: readonly Passed[], over: Partial<Asked> = {}): Asked {
  const last = passed.at(-1) ?? {};
  const nodes = merged(passed.flatMap(nodesOf));
  const sum = (of: (each: Passed) => number): number => passed.reduce((total, each) => total + of(each), 0);
  const billed = sum((each) => each.billed ?? namedOf(nodesOf(each)));
  const use: DeviceUse = {
    nodes,
    unattributed: sum(({ unattributed = 0 }) => unattributed),
    nearEdges: sum(({ nearEdges = 0 }) => nearEdges),
    tail: last.tail ?? [],
    lost: sum(({ lost = 0 }) => lost),
    checks: sum(({ checks = 0 }) => checks),
  };
  const { devices = 1, absences = [] } = last;
  const newDevices = passed.flatMap((each) => each.newDevices ?? []);
  return {
    airport: 'a.yaml',
    airports: 1,
    from,
    outcome: { known: true, at: from + sum(({ hours = 24 }) => hours) * HOUR },
    bill: { low: billed, likely: billed, high: billed, newCycle: false, ...last.bill },
    unsteady: false,
    report: true,
    usage: { known: true, use, devices, absences, newDevices },
    memory: NO_MEMORY,
    answers: [],
    ...over,
  };
}

/** An airport's past, and each of its verdicts. */
interface Past {
  /** When the open window began. */
  readonly from: number;
  /** Days of the open window: more than none where one of them did not close it. */
  readonly open: readonly Passed[];
  readonly memory: Memory;
  readonly verdicts: readonly Verdict[];
}

export const NO_MEMORY: Memory = { observations: [], windows: [] };

/** The first reading of all was just made. */
export const NO_PAST: Past = {
  from: BEGAN,
  open: [],
  memory: afterObservation(NO_MEMORY, BEGAN, BEGAN, {}),
  verdicts: [],
};

/** The observation at the end of one more day, after those of every two hours in it. */
export function judgedAfter(past: Past, day: Passed, over: Partial<Asked> = {}): Judged {
  const memory = throughDay(past, day, over);
  return judgedOnce({ ...past, memory }, day, over);
}

/** Days that pass one after the other; each is judged at its end and remembered. */
export function lived(passed: readonly Passed[], past: Past = NO_PAST, over: Partial<Asked> = {}): Past {
  let now = past;
  for (const day of passed) {
    const memory = throughDay(now, day, over);
    const judged = judgedOnce({ ...now, memory }, day, over);
    const at = endOf(now, day);
    const observed = afterObservation(memory, now.from, at, judged);
    const { closes } = judged.verdict;
    now = {
      from: closes ? at : now.from,
      open: closes ? [] : [...now.open, day],
      memory: closes ? afterClose(observed, judged) : observed,
      verdicts: [...now.verdicts, judged.verdict],
    };
  }
  return now;
}

function judgedOnce({ from, open, memory }: Past, day: Passed, over: Partial<Asked>): Judged {
  const [judged] = judge([askedOf(from, [...open, day], { memory, ...over })], THRESHOLDS);
  if (judged === undefined) throw new Error('one airport was asked for');
  return judged;
}

/** What is remembered after the observations of a day through which bill and use went on evenly. */
function throughDay({ memory, from, open }: Past, day: Passed, over: Partial<Asked>): Memory {
  const { outcome, usage, bill, airports } = askedOf(from, [...open, day], over);
  const begin = memory.observations.findLast(({ at }) => at === from);
  const before = memory.observations.at(-1);
  if (!outcome.known || !usage.known || begin === undefined || before === undefined) return memory;
  const to = outcome.at;
  const window = closedWindow(0, { ...trafficOf(usage.use, airports), from, to });
  const end = {
    billed: begin.billed + (bill?.likely ?? 0),
    expected: begin.expected + presentHabit(memory.windows).predict([spanOf([window])]).likely,
  };
  const silentSince = Math.min(...(day.absences ?? []).map(({ since }) => since ?? 0));
  let now = memory;
  for (let at = before.at + 2 * HOUR; at < to; at += 2 * HOUR) {
    const part = (at - before.at) / (to - before.at);
    const billed = before.billed + part * (end.billed - before.billed);
    const expected = before.expected + part * (end.expected - before.expected);
    now = afterObservation(now, from, at, {
      observation: { at, billed, expected, whole: at <= silentSince, leak: false, change: null, resets: 0, hidden: 0 },
    });
  }
  return now;
}

const endOf = ({ from, open }: Past, day: Passed): number =>
  from + [...open, day].reduce((sum, { hours = 24 }) => sum + hours, 0) * HOUR;

const nodesOf = ({ nodes, used = 10 * GB }: Passed): readonly NodeUse[] => nodes ?? [nodeOf(used)];

const namedOf = (nodes: readonly NodeUse[]): number =>
  nodes.reduce(
    (sum, { bytes, uncounted, multiplier: { low, high } }) => sum + ((bytes + uncounted) * (low + high)) / 2,
    0,
  );

function merged(nodes: readonly NodeUse[]): NodeUse[] {
  const byName = new Map<string, NodeUse>();
  for (const each of nodes) byName.set(each.node, { ...each, bytes: each.bytes + (byName.get(each.node)?.bytes ?? 0) });
  return [...byName.values()];
}
