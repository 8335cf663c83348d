import { HIGHEST_OFFSET, HIGHEST_RATIO } from '../../auditor/verdict/calibration.ts';
import type { DeviceUse, NodeUse } from '../../auditor/verdict/expected.ts';
import { knowledgeOf, type Memory, NO_MEMORY } from '../../auditor/verdict/knowledge.ts';
import { afterClose, afterLook } from '../../auditor/verdict/memory.ts';
import type { ReadingOutcome, UsableReading } from '../../auditor/verdict/reading.ts';
import { reason } from '../../auditor/verdict/reason.ts';
import { type Absence, judge, type Thresholds, type Usage } from '../../auditor/verdict/verdict.ts';
import type { VerdictKind } from '../../auditor/verdict/verdict-kind.ts';
import { createRandom } from '../../simulator/random.ts';
import { DAY } from './household-use.ts';
import { BEGIN, type SimulatedAirport, type SimulatedDevice } from './simulated-airport.ts';

const HOUR = 3_600_000;
/** As the auditor has them. */
const AIRPORT_LAG = 3 * 60_000;
const SILENT_AFTER = 3 * 60_000;
const HABIT_DAYS = 7;
const PLAUSIBLE_FACTOR = 8;
const USED_BEFORE = 12 * HOUR;
export const THRESHOLDS: Thresholds = { bytes: 100 * 2 ** 20, ratio: 0.2 };

/** One verdict, by a look or by the nightly report. */
export interface Heard {
  readonly at: number;
  readonly kind: VerdictKind;
  readonly report: boolean;
}

/** Plays months of an airport through the auditor's verdict: a look every two hours, a report every night. */
export function auditMonths(airport: SimulatedAirport): Heard[] {
  const random = createRandom(`looks of ${airport.plan.seed}`);
  const heard: Heard[] = [];
  let memory: Memory = NO_MEMORY;
  let anchor: UsableReading | undefined;
  const visit = (at: number, report: boolean): void => {
    const outcome = readingAt(airport, at);
    const from = anchor?.at ?? at;
    const usage: Usage = outcome.known ? usageOf(airport, from, at) : { known: false, reasons: [] };
    const before = memory.windows.length > 0 ? 0 : usageBefore(airport, from);
    const verdict = judge(anchor, outcome, usage, THRESHOLDS, knowledgeOf(memory, from, before));
    heard.push({ at, kind: verdict.kind, report });
    if (!outcome.known) return;
    memory = afterLook(memory, anchor ?? outcome.reading, outcome.reading, verdict);
    if (anchor === undefined || (report && verdict.closes)) {
      memory = afterClose(memory, verdict);
      anchor = outcome.reading;
    }
  };
  for (let day = 0; day < airport.plan.days; day += 1) {
    const start = BEGIN + day * DAY;
    if (day === 0) visit(start, false);
    for (let at = start + 2 * HOUR; at < start + DAY - 600_000; at += 2 * HOUR + random.next() * 600_000)
      visit(at, false);
    visit(start + DAY, true);
  }
  return heard;
}

function readingAt(airport: SimulatedAirport, at: number): ReadingOutcome {
  const used = airport.used(at);
  if (used === undefined) return { known: false, at, reasons: [reason('header_missing')] };
  const reading = { at, upload: 0, download: used, used, quota: airport.quota, unlimited: false };
  return { known: true, reading: { ...reading, expiry: null, reset: null, precision: 0, reasons: [] } };
}

/** A device's counters as the store has them: what was not pushed yet is not there. */
function reportedUntil({ silences }: SimulatedDevice, at: number): number {
  const silence = silences.find(({ from, to }) => at > from && at < to);
  return silence?.from ?? at;
}

function nodesOf(airport: SimulatedAirport, from: number, to: number, devices = airport.devices): NodeUse[] {
  return airport.nodes.map(({ name, low, high }, node) => ({
    node: name,
    provider: '',
    bytes: Math.round(
      devices.reduce((sum, device) => {
        const total = device.use[node];
        return (
          sum + (total === undefined ? 0 : total.at(reportedUntil(device, to)) - total.at(reportedUntil(device, from)))
        );
      }, 0),
    ),
    uncounted: 0,
    multiplier: { low, high },
    claim: 'sure',
  }));
}

const highest = (nodes: readonly NodeUse[]): number =>
  nodes.reduce((sum, { bytes, multiplier }) => sum + bytes * multiplier.high, 0);

function usageOf(airport: SimulatedAirport, from: number, to: number): Usage {
  const edges = [
    ...nodesOf(airport, from - AIRPORT_LAG, from),
    ...nodesOf(airport, Math.max(from, to - AIRPORT_LAG), to),
  ];
  const use: DeviceUse = { nodes: nodesOf(airport, from, to), unattributed: 0, nearEdges: highest(edges) };
  const absences = airport.devices.flatMap((device, index): Absence[] => {
    const since = reportedUntil(device, to);
    if (to - since <= SILENT_AFTER) return [];
    const used = (spent: number): number => highest(nodesOf(airport, Math.max(0, since - spent), since, [device]));
    const habit = Math.max(used(HABIT_DAYS * DAY) / HABIT_DAYS, used(DAY));
    const days = Math.max(1, (to - Math.max(from, since)) / DAY);
    return [{ device: `device ${index + 1}`, since, plausible: Math.ceil(PLAUSIBLE_FACTOR * habit * days) }];
  });
  return { known: true, use, devices: airport.devices.length, absences, newcomers: [] };
}

function usageBefore(airport: SimulatedAirport, from: number): number {
  return highest(nodesOf(airport, from - USED_BEFORE, from));
}

/**
 * The most that an honest airport may bill a household in a span, by all that can be known: what names admit, with the
 * overhead and the health checks that the auditor may learn at most, and what was late when the span began. What a device
 * reported late may have moved after the span began: another household, honest, would have the same readings.
 */
export function highestBill(airport: SimulatedAirport, from: number, to: number): number {
  const named = airport.nodes.reduce((sum, { high }, node) => {
    const bytes = airport.devices.reduce(
      (all, device) =>
        all + ((device.use[node]?.at(to) ?? 0) - (device.use[node]?.at(reportedUntil(device, from)) ?? 0)),
      0,
    );
    return sum + bytes * high;
  }, 0);
  // What is late may all have gone through the node that is least sure.
  const unsure = Math.max(1, ...airport.nodes.map(({ low, high }) => high / low));
  const late = (airport.own.at(from) - airport.ownBilled.at(from)) * unsure;
  return (named + late) * HIGHEST_RATIO + (HIGHEST_OFFSET * (to - from)) / DAY;
}

/**
 * The earlier FlowCollect's rule on the same months: total against total since the last midnight, no multiplier, a
 * missing header taken for 0, an alarm when both differ by more than 100 MB and 20 %.
 */
export function earlierRule(airport: SimulatedAirport): Heard[] {
  const heard: Heard[] = [];
  for (let day = 0; day < airport.plan.days; day += 1) {
    const [from, to] = [BEGIN + day * DAY, BEGIN + (day + 1) * DAY];
    const billed = (airport.used(to) ?? 0) - (airport.used(from) ?? 0);
    const own = nodesOf(airport, from, to).reduce((sum, { bytes }) => sum + bytes, 0);
    const difference = Math.abs(billed - own);
    const leak = difference > THRESHOLDS.bytes && difference > own * THRESHOLDS.ratio;
    heard.push({ at: to, kind: leak ? 'leak' : 'ok', report: true });
  }
  return heard;
}
