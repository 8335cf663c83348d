import { PrometheusError } from '../../runtime/prometheus.ts';
import { multiplierOf, multiplierRule, type Owner, ownershipOf } from '../airport/nodes.ts';
import { type AirportRules, NO_RULES } from '../airport/settings.ts';
import type { Amendments } from '../amend/amendments.ts';
import type { DevicePresence, NodeBytes, UsageReader } from '../usage/window-use.ts';
import { type Asked, type Judged, judge } from '../verdict/judge.ts';
import type { Memory } from '../verdict/observations.ts';
import { billBetween, type Mark, type ReadingOutcome } from '../verdict/reading.ts';
import type { DeviceUse, NodeUse } from '../verdict/use.ts';
import type { Absence, Thresholds, Usage, Verdict } from '../verdict/verdict.ts';

const DAY = 24 * 3_600_000;
/** A device reports every 10 s and is scraped every 15 s: later than this it is silent. */
const SILENT_AFTER = 3 * 60_000;
/** Silent for longer, a device counts as retired and explains nothing any more. */
const RETIRED_AFTER = 30 * DAY;
/** A device's habit is the most of these means, in days: a quiet week, or days away, are no new habit. */
const HABIT_DAYS: readonly number[] = [1, 7, 28];
/** How far above its habit a silent device may plausibly have gone: days of use differ by such factors, and phones sleep often. */
const PLAUSIBLE_FACTOR = 8;

/** A health check moves about 7 kB: a TLS handshake and an empty answer. */
const CHECK_BYTES = 7_000;

export interface AirportWindow {
  readonly user: string;
  readonly airport: string;
  /** All airports of the user. */
  readonly airports: readonly (Owner & { readonly rules?: AirportRules })[];
  /** The airport's counter where the window began. */
  readonly anchor: Mark | undefined;
  /** The same now; absent where the outcome is not known. */
  readonly mark: Mark | undefined;
  readonly outcome: ReadingOutcome;
  /** Whether answers of the airport differed lately. */
  readonly unsteady: boolean;
  /** Whether a report asks. */
  readonly report: boolean;
  /** What earlier observations and windows showed. */
  readonly memory: Memory;
  /** What a person corrected. */
  readonly amendments: Amendments;
}

/** One airport's window, judged, with the nodes that the judgement rests on. */
export interface AirportAudit {
  readonly user: string;
  readonly airport: string;
  readonly outcome: ReadingOutcome;
  readonly verdict: Verdict;
  readonly nodes: readonly NodeUse[];
  readonly devices: readonly DevicePresence[];
  /** What the observation leaves behind. */
  readonly judged: Judged;
}

/**
 * Compares what the airports of one user billed since their anchors with what devices used, each by itself or, where their
 * nodes cannot be told apart, together. An unreachable Prometheus is an outcome.
 */
export async function auditWindows(
  usage: UsageReader,
  windows: readonly AirportWindow[],
  thresholds: Thresholds,
): Promise<AirportAudit[]> {
  const gathered: (Gathered & { readonly window: AirportWindow })[] = [];
  for (const window of windows) gathered.push({ window, ...(await gather(usage, window)) });
  const judged = judge(
    gathered.map(({ window, usage: known }) => askedOf(window, known)),
    thresholds,
  );
  return gathered.flatMap(({ window: { user, airport, outcome }, nodes, devices }, index) => {
    const each = judged[index];
    return each === undefined ? [] : [{ user, airport, outcome, nodes, devices, verdict: each.verdict, judged: each }];
  });
}

function askedOf(window: AirportWindow, usage: Usage): Asked {
  const { airport, airports, anchor, mark, outcome, unsteady, report, memory, amendments } = window;
  return {
    airport,
    unsteady,
    report,
    airports: airports.length,
    from: anchor?.at,
    outcome: outcome.known ? { known: true, at: mark?.at ?? outcome.reading.at } : outcome,
    bill: anchor === undefined || mark === undefined ? undefined : billBetween(anchor, mark),
    usage,
    memory,
    answers: amendments.answersOf(airport),
  };
}

interface Gathered {
  readonly usage: Usage;
  readonly nodes: readonly NodeUse[];
  readonly devices: readonly DevicePresence[];
}

async function gather(usage: UsageReader, asked: AirportWindow): Promise<Gathered> {
  const { anchor, mark } = asked;
  const nothing = { nodes: [], devices: [] };
  if (anchor === undefined || mark === undefined || mark.at < anchor.at)
    return { ...nothing, usage: { known: false, reasons: [] } };
  try {
    const span = { from: anchor.at, to: mark.at };
    const { use, nodes, devices } = await weighedUse(usage, asked, span.from, span.to);
    const absences = await absencesOf(usage, asked, devices, span);
    const newDevices = devices
      .filter(({ device, isNew }) => isNew && !asked.amendments.isSuccessor(device))
      .map(({ device }) => device);
    return { nodes, devices, usage: { known: true, use, devices: devices.length, absences, newDevices } };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return { ...nothing, usage: { known: false, reasons: [error.reason] } };
  }
}

/** Whose use is weighed, and by which rules. */
export type Weighing = Pick<AirportWindow, 'user' | 'airport' | 'airports' | 'amendments'>;

/** What devices used in a span, node by node with multiplier and ownership. @throws PrometheusError */
export async function weighedUse(
  usage: UsageReader,
  asked: Weighing,
  from: number,
  to: number,
): Promise<{
  readonly use: DeviceUse;
  readonly nodes: readonly NodeUse[];
  readonly devices: readonly DevicePresence[];
}> {
  const { proxyNodes, edgeNodes, tails, unattributed, devices, lost } = await usage.window(asked.user, from, to);
  const nodes = nodesOf(asked, proxyNodes);
  const checks = nodes.reduce((sum, each) => {
    const { low, high } = each.multiplier;
    // A node that several may own costs each of them a part.
    return (
      sum + (each.checks * CHECK_BYTES * (low + high)) / 2 / (each.ownership === 'sure' ? 1 : asked.airports.length)
    );
  }, 0);
  const use = {
    nodes,
    unattributed,
    nearEdges: weigh(nodesOf(asked, edgeNodes)),
    tail: tails.map((tail) => Math.round(likelyBill(nodesOf(asked, tail), asked.airports.length))),
    lost,
    checks: Math.round(checks),
  };
  return { use, nodes, devices: devices.filter(({ device }) => !asked.amendments.isGone(device)) };
}

function nodesOf({ airport, airports, amendments }: Weighing, nodes: readonly NodeBytes[]): (NodeUse & NodeBytes)[] {
  return nodes.flatMap((each) => {
    const ownership = ownershipOf(airport, each.node, each.provider, airports, amendments.ownerOf(each.node));
    const rules = airports.find(({ name }) => name === airport)?.rules ?? NO_RULES;
    const multiplier = multiplierOf(each.node, amendments.multiplierOf(each.node) ?? multiplierRule(rules, each.node));
    return ownership === 'no' ? [] : [{ ...each, ownership, multiplier, stated: multiplier.source !== 'default' }];
  });
}

/** What some nodes cost by what is likely of them; one that several may own costs each of them a part. */
function likelyBill(nodes: readonly NodeUse[], airports: number): number {
  return nodes.reduce((sum, { bytes, multiplier: { low, high }, ownership }) => {
    return sum + (bytes * (low + high)) / 2 / (ownership === 'sure' ? 1 : airports);
  }, 0);
}

/** The most that some nodes may have cost. */
function weigh(nodes: readonly NodeUse[]): number {
  return nodes.reduce((sum, { bytes, uncounted, multiplier }) => sum + (bytes + uncounted) * multiplier.high, 0);
}

async function absencesOf(
  usage: UsageReader,
  asked: AirportWindow,
  devices: readonly DevicePresence[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Absence[]> {
  const absences: Absence[] = [];
  for (const { device, lastPush } of devices) {
    if (lastPush === null) {
      absences.push({ device, since: null, plausible: Number.POSITIVE_INFINITY });
    } else if (to - lastPush > SILENT_AFTER && to - lastPush <= RETIRED_AFTER) {
      const daily = async (days: number): Promise<number> =>
        weigh(nodesOf(asked, await usage.ofDevice(asked.user, device, lastPush - days * DAY, lastPush))) / days;
      const habit = Math.max(...(await Promise.all(HABIT_DAYS.map(daily))));
      const days = Math.max(1, (to - Math.max(from, lastPush)) / DAY);
      // Far above its habit on one day, but not on every one of many.
      absences.push({ device, since: lastPush, plausible: Math.ceil(PLAUSIBLE_FACTOR * habit * Math.sqrt(days)) });
    }
  }
  return absences;
}
