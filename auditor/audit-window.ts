import { multiplierOf } from './airport/multiplier.ts';
import { claimOf, type Owner } from './airport/ownership.ts';
import type { PlanChange } from './airport/plan-change.ts';
import { type AirportRules, multiplierRule, NO_RULES } from './airport-settings.ts';
import type { Amendments } from './amend/amendments.ts';
import { PrometheusError } from './usage/prometheus.ts';
import type { DevicePresence, NodeBytes, UsageReader } from './usage/window-use.ts';
import type { DeviceUse, NodeUse } from './verdict/expected.ts';
import type { Forecast } from './verdict/forecast.ts';
import { type Knowledge, knowledgeOf, type Memory } from './verdict/knowledge.ts';
import type { ReadingOutcome, UsableReading } from './verdict/reading.ts';
import { type Absence, judge, type Thresholds, type Usage, type Verdict } from './verdict/verdict.ts';

const DAY = 24 * 3_600_000;
/** What was used in the hours before the first window may be billed in it. */
const USED_BEFORE = DAY / 2;
/** A device reports every 10 s and is scraped every 15 s: later than this it is silent. */
const SILENT_AFTER = 3 * 60_000;
/** Silent for longer, a device counts as retired and explains nothing any more. */
const RETIRED_AFTER = 30 * DAY;
const HABIT_DAYS = 7;
/** How far above its habit a silent device may plausibly have gone: days of use differ by such factors, and phones sleep often. */
const PLAUSIBLE_FACTOR = 8;

export interface AirportWindow {
  readonly user: string;
  readonly airport: string;
  /** All airports of the user. */
  readonly airports: readonly (Owner & { readonly rules?: AirportRules })[];
  /** The reading at which the window began. */
  readonly anchor: UsableReading | undefined;
  readonly outcome: ReadingOutcome;
  readonly thresholds: Thresholds;
  /** What earlier looks and windows showed. */
  readonly memory: Memory;
  /** What is known instead, for a window that is long over. */
  readonly known?: Knowledge;
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
}

/** The same, with how long what is left will last, and what changed of the plan since the window began. */
export interface AuditedAirport extends AirportAudit {
  readonly forecast: Forecast;
  readonly plan: readonly PlanChange[];
}

/** Compares what an airport billed since the anchor with what devices used. An unreachable Prometheus is an outcome. */
export async function auditWindow(usage: UsageReader, asked: AirportWindow): Promise<AirportAudit> {
  const { anchor, outcome, airport, thresholds } = asked;
  const result = { user: asked.user, airport, outcome, nodes: [], devices: [] };
  if (anchor === undefined || !outcome.known) {
    return { ...result, verdict: judge(anchor, outcome, { known: false, reasons: [] }, thresholds) };
  }
  try {
    const { use, nodes, devices } = await weighedUse(usage, asked, anchor.at, outcome.reading.at);
    const known: Usage = {
      known: true,
      use,
      devices: devices.length,
      absences: await absencesOf(usage, asked, devices, { from: anchor.at, to: outcome.reading.at }),
      newcomers: devices
        .filter(({ device, newcomer }) => newcomer && !asked.amendments.isSuccessor(device))
        .map(({ device }) => device),
    };
    const before = asked.memory.windows.length > 0 ? 0 : await usedBefore(usage, asked, anchor.at);
    const knowledge = asked.known ?? knowledgeOf(asked.memory, anchor.at, before);
    return { ...result, nodes, devices, verdict: judge(anchor, outcome, known, thresholds, knowledge) };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return { ...result, verdict: judge(anchor, outcome, { known: false, reasons: [error.reason] }, thresholds) };
  }
}

/** Whose use is weighed, and by which rules. */
type Weighing = Pick<AirportWindow, 'user' | 'airport' | 'airports' | 'amendments'>;

/** What devices used in a span, node by node with multiplier and claim. @throws PrometheusError */
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
  const { proxyNodes, edgeNodes, unattributed, devices } = await usage.window(asked.user, from, to);
  const nodes = nodesOf(asked, proxyNodes);
  const use = { nodes, unattributed, nearEdges: weigh(nodesOf(asked, edgeNodes)) };
  return { use, nodes, devices: devices.filter(({ device }) => !asked.amendments.isGone(device)) };
}

function nodesOf({ airport, airports, amendments }: Weighing, nodes: readonly NodeBytes[]): NodeUse[] {
  return nodes.flatMap((each) => {
    const claim = claimOf(airport, each.node, each.provider, airports, amendments.ownerOf(each.node));
    const rules = airports.find(({ name }) => name === airport)?.rules ?? NO_RULES;
    const multiplier = multiplierOf(each.node, amendments.multiplierOf(each.node) ?? multiplierRule(rules, each.node));
    return claim === 'no' ? [] : [{ ...each, claim, multiplier }];
  });
}

/** The most that some nodes may have cost. */
function weigh(nodes: readonly NodeUse[]): number {
  return nodes.reduce((sum, { bytes, uncounted, multiplier }) => sum + (bytes + uncounted) * multiplier.high, 0);
}

async function usedBefore(usage: UsageReader, asked: AirportWindow, anchor: number): Promise<number> {
  return weigh(nodesOf(asked, (await usage.window(asked.user, anchor - USED_BEFORE, anchor)).proxyNodes));
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
      const used = async (days: number): Promise<number> =>
        weigh(nodesOf(asked, await usage.ofDevice(asked.user, device, lastPush - days * DAY, lastPush)));
      // A device that is days old has no week yet.
      const habit = Math.max((await used(HABIT_DAYS)) / HABIT_DAYS, await used(1));
      const days = Math.max(1, (to - Math.max(from, lastPush)) / DAY);
      absences.push({ device, since: lastPush, plausible: Math.ceil(PLAUSIBLE_FACTOR * habit * days) });
    }
  }
  return absences;
}
