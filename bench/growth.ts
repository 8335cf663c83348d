import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createExactSums } from '../auditor/usage/exact-sums.ts';
import { storeReach } from '../auditor/usage/stored-series.ts';
import { createUsageReader } from '../auditor/usage/window-use.ts';
import { buildDashboard } from '../grafana/dashboard.ts';
import { allDashboards } from '../grafana/dashboards.ts';
import { DEFAULTS } from '../grafana/settings.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { panelQueries } from '../test/dashboard-lint/panel-queries.ts';
import { ask } from '../test/panel-answers.ts';
import type { BenchContext } from './bench.ts';
import { devicePushes } from './gateway/device-pushes.ts';
import type { Schedule, ScheduleRequest } from './gateway/push-probes.ts';
import { blocksOfDevice } from './growth/blocks.ts';
import { type Fleet, type FleetSize, ROLES, type Role, startFleet } from './growth/fleet.ts';
import type { Cell, Figure, Section } from './table.ts';

const PUSH_SECONDS = 10;
const SCRAPE_SECONDS = 15;
const MIB = 2 ** 20;
/** Without a device. */
const IDLE_MS = 15_000;
const LEAST_MEMORY = 2.5 * 2 ** 30;

interface Run extends FleetSize {
  /** Pushes of each device. */
  readonly pushes: number;
}

const QUICK: readonly Run[] = [{ devices: 100, gateways: 2, pace: 1, pushes: 6 }];
/** The last ones are slower than devices are, since two cores do not bear them at their pace. */
const FULL: readonly Run[] = [
  { devices: 250, gateways: 2, pace: 1, pushes: 12 },
  { devices: 1000, gateways: 2, pace: 1, pushes: 18 },
  { devices: 2500, gateways: 5, pace: 3, pushes: 8 },
  { devices: 5000, gateways: 10, pace: 6, pushes: 7 },
];

/**
 * What devices cost in each part of a store that may lose a machine, as docs/scale.md has it, all on this machine; up to
 * as many as it has memory for.
 */
export async function* growth({ root, probe, quick }: BenchContext): AsyncGenerator<Section> {
  const runs = quick ? QUICK : FULL;
  yield await diskSection();
  const texts = await devicePushes(Math.max(...runs.map(({ pushes }) => pushes)));
  for (const run of runs) {
    const fleet = await startFleet(root, run);
    try {
      const idle = await measure(fleet, sleep(IDLE_MS));
      const begun = Date.now();
      const input = {
        target: fleet.target,
        devices: run.devices,
        texts: texts.slice(0, run.pushes),
        firstSequence: 1,
        intervalMs: PUSH_SECONDS * 1000 * run.pace,
      } satisfies ScheduleRequest;
      const pushing = probe<Schedule>({ name: 'gateway-schedule', input });
      await Promise.race([pushing, untilScraped(fleet, run.devices)]);
      yield costSection(run, idle, await measure(fleet, pushing));
      yield await flowSection(fleet, run, await pushing);
      yield await askSection(fleet, run, begun);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      yield {
        title: `${run.devices} devices at ${run.gateways} gateways: not measured`,
        method: 'More than this machine has memory for: it is stopped before other programs are.',
        columns: ['stopped by'],
        rows: [[error.message]],
      };
      return;
    } finally {
      await fleet.stop();
    }
  }
}

/** Other programs of this machine would be ended next. */
class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}

/** Waits until Prometheus has every device, and with it all series. @throws OutOfMemoryError */
async function untilScraped(fleet: Fleet, devices: number): Promise<void> {
  const prometheus = createPrometheus({ addresses: () => [fleet.prometheus] });
  for (;;) {
    await sleep(1000);
    await assertMemory();
    const [scraped] = await prometheus.instant('count(flowcollect_kernel_up)');
    if ((scraped?.value ?? 0) >= devices) return;
  }
}

/** @throws OutOfMemoryError */
async function assertMemory(): Promise<void> {
  const info = await readFile('/proc/meminfo', 'utf8');
  const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(info)?.[1]) * 1024;
  if (available < LEAST_MEMORY)
    throw new OutOfMemoryError(`only ${Math.round(available / MIB)} MiB of memory are left`);
}

/** What a part took of the processor, as a share of one core, and holds of memory, in bytes. */
interface Load {
  readonly processes: number;
  readonly core: number;
  readonly memory: number;
}

/** Over as long as something takes. */
async function measure(fleet: Fleet, work: Promise<unknown>): Promise<ReadonlyMap<Role, Load>> {
  const [begun, before] = [performance.now(), await fleet.costs()];
  const ended = new AbortController();
  const watch = (async () => {
    while (!ended.signal.aborted) {
      await assertMemory();
      await sleep(2000);
    }
  })();
  await Promise.race([work, watch]).finally(() => ended.abort());
  const [seconds, after] = [(performance.now() - begun) / 1000, await fleet.costs()];
  return new Map(
    [...after].map(([role, { seconds: total, memory, processes }]) => [
      role,
      { processes, memory, core: (total - (before.get(role)?.seconds ?? 0)) / seconds },
    ]),
  );
}

const NO_LOAD: Load = { processes: 0, core: 0, memory: 0 };

function costSection(
  { devices, gateways, pace }: Run,
  idle: ReadonlyMap<Role, Load>,
  loads: ReadonlyMap<Role, Load>,
): Section {
  const rows = ROLES.map((role): Cell[] => {
    const [rest, load] = [idle.get(role) ?? NO_LOAD, loads.get(role) ?? NO_LOAD];
    return [
      role,
      String(load.processes),
      { value: 100 * rest.core, unit: '%', digits: 1 },
      { value: 100 * load.core, unit: '%', digits: 0 },
      { value: ((load.core - rest.core) * pace * 1000) / devices, unit: 'cores', digits: 3 },
      { value: rest.memory / MIB, unit: 'MiB', digits: 0 },
      { value: load.memory / MIB, unit: 'MiB', digits: 0 },
      { value: (load.memory - rest.memory) / devices / 1024, unit: 'KiB', digits: 0 },
    ];
  });
  return {
    title: `${devices} devices at ${gateways} gateways: what each part takes`,
    method: `Pushes every ${PUSH_SECONDS * pace} s and scrapes every ${SCRAPE_SECONDS * pace} s, ${pace} times as slow as devices are; from when Prometheus had all devices on. Of one core, and for 1,000 devices at their own pace, less what the part takes with no device; memory that is the processes' own, at the end.`,
    columns: ['part', 'processes', 'idle', 'of a core', 'for 1,000', 'idle', 'memory', 'a device'],
    rows,
  };
}

/** Whether pushes and samples came through. */
async function flowSection(fleet: Fleet, { devices }: Run, pushed: Schedule): Promise<Section> {
  const prometheus = createPrometheus({ addresses: () => [fleet.prometheus] });
  const figure = async (query: string): Promise<number> => (await prometheus.instant(query))[0]?.value ?? Number.NaN;
  const scrape = await figure('max(max_over_time(scrape_duration_seconds{job="pushgateway"}[15m]))');
  const failed = await figure('sum(count_over_time((up{job="pushgateway"} == 0)[15m:15s])) or vector(0)');
  const rules = await figure('max(prometheus_rule_group_last_duration_seconds)');
  const now = Date.now();
  const reach = await storeReach(createPrometheus({ addresses: () => [fleet.query] }), now);
  const milliseconds = (value: number): Figure => ({ value, unit: 'ms', digits: 0 });
  const seconds = (value: number): Figure => ({ value, unit: 's', digits: 1 });
  return {
    title: `${devices} devices: whether all of it came through`,
    method:
      'Pushes that were not taken, or answered after the next was due; time from when a push was due to its answer; the longest scrape of a Pushgateway, scrapes that failed, the longest group of rules, and how far Thanos was behind at the end, a scrape included. The client is the crowd of devices itself.',
    columns: ['not taken', 'late', 'median', 'p99', 'scrape', 'failed', 'rules', 'Thanos behind', 'client'],
    rows: [
      [
        String(pushed.refused),
        String(pushed.late),
        milliseconds(pushed.medianMs),
        milliseconds(pushed.p99Ms),
        seconds(scrape),
        String(failed),
        seconds(rules),
        seconds((now - reach) / 1000),
        { value: 100 * pushed.processorShare, unit: '% of a core', digits: 0 },
      ],
    ],
  };
}

const LOOK_AHEAD = 8 * 3_600_000;

/** What an audit and the overview cost, asked of both stores. */
async function askSection(fleet: Fleet, { devices, pace }: Run, begun: number): Promise<Section> {
  const settings = { ...DEFAULTS, language: 'en' as const };
  const overview = allDashboards(settings).find(({ name }) => name === 'overview');
  if (overview === undefined) throw new Error('there is no overview');
  const rows: Cell[][] = [];
  for (const [name, audited, shown] of [
    ['Prometheus', fleet.prometheus, fleet.prometheus],
    ['Thanos', fleet.query, fleet.front],
  ] as const) {
    const prometheus = createPrometheus({ addresses: () => [audited] });
    const end = Date.now();
    let series = 0;
    const audit = await timed(fleet, async () => {
      const usage = createUsageReader(prometheus, createExactSums(prometheus, Date.now));
      series = (await usage.window('default', begun, end)).proxyNodes.length;
    });
    if (series === 0) throw new Error('the audit saw nothing');
    const look = { at: end, offset: LOOK_AHEAD, scrape: 1000 * SCRAPE_SECONDS * pace };
    const queries = panelQueries(buildDashboard(overview, settings), look);
    const panels = await timed(fleet, async () => {
      for (const query of queries) await ask(shown, query);
    });
    const seconds = (value: number): Figure => ({ value, unit: 's', digits: 2 });
    rows.push([name, ...[audit, panels].flatMap(({ took, processor }) => [seconds(took), seconds(processor)])]);
  }
  return {
    title: `${devices} devices: what an audit and the overview cost`,
    method:
      'Once each, after the pushes, while scrapes go on: the use of one user with all devices, since the pushes began, and every query of the overview one after the other. Time, and processor time of stores and queries meanwhile.',
    columns: ['asked', 'audit', 'processor', 'overview', 'processor'],
    rows,
  };
}

const ASKED: readonly Role[] = ['Prometheus', 'receivers', 'queries', 'front'];

async function timed(fleet: Fleet, work: () => Promise<void>): Promise<{ took: number; processor: number }> {
  const processor = async (): Promise<number> => {
    const costs = await fleet.costs();
    return ASKED.reduce((sum, role) => sum + (costs.get(role)?.seconds ?? 0), 0);
  };
  const [before, begun] = [await processor(), performance.now()];
  await work();
  const took = (performance.now() - begun) / 1000;
  return { took, processor: (await processor()) - before };
}

async function diskSection(): Promise<Section> {
  const { series, samples, chunks, index } = await blocksOfDevice();
  const days = 400;
  const scraped = (series * days * 86_400) / SCRAPE_SECONDS;
  const bytes = (value: number, digits: number): Figure => ({ value, unit: 'B', digits });
  return {
    title: 'What a device takes on the disk of one Prometheus or receiver',
    method: `The block of two hours that promtool makes of what a device pushes every ten seconds, taken every ${SCRAPE_SECONDS} s; ${days} days of as many samples, with an index for each two hours, which later grow together. The household moves all day and night.`,
    columns: ['series', 'samples', 'a sample', 'index a series', `${days} days`],
    rows: [
      [
        String(series),
        String(samples),
        bytes(chunks / samples, 2),
        bytes(index / series, 0),
        { value: (scraped * (chunks + index)) / samples / MIB, unit: 'MiB', digits: 0 },
      ],
    ],
  };
}
