import { median } from './accounting/misattribution.ts';
import type { BenchContext } from './bench.ts';
import { countSeries, devicePushes } from './gateway/device-pushes.ts';
import { type Programs, startPrograms } from './gateway/programs.ts';
import type { PushTarget, Rush, RushRequest, Schedule, ScheduleRequest } from './gateway/push-probes.ts';
import type { Cell, Section } from './table.ts';

/** As many as one gateway keeps open to Pushgateway. */
const CONCURRENCY = 16;
const INTERVAL_MS = 10_000;

/** How fast pushes get through the gateway, and how many devices one machine carries. */
export async function* gateway(context: BenchContext): AsyncGenerator<Section> {
  const { quick } = context;
  const sizes = quick ? [50, 200] : [50, 100, 200, 400];
  const [rounds, pushesOfRound] = quick ? [1, 1000] : [3, 1500];
  const warmUp = 10;
  const texts = await devicePushes(warmUp + (rounds * pushesOfRound) / Math.min(...sizes));
  yield deviceSection(texts);
  yield await throughput(context, texts, sizes, rounds, pushesOfRound, warmUp);
  for (const behind of ['pushgateway and prometheus', 'victoria-metrics'] as const)
    yield await load(context, texts.slice(0, quick ? 3 : 6), behind);
}

function deviceSection(texts: readonly string[]): Section {
  const first = texts[0] ?? '';
  return {
    title: 'What a device pushes',
    method: "The exporter's own page after eleven minutes of the simulated household with its families on.",
    columns: ['series', 'size'],
    rows: [[String(countSeries(first)), { value: Buffer.byteLength(first) / 1000, unit: 'kB', digits: 1 }]],
  };
}

async function throughput(
  { root, probe }: BenchContext,
  texts: readonly string[],
  sizes: readonly number[],
  rounds: number,
  pushesOfRound: number,
  warmUp: number,
): Promise<Section> {
  const rows: Cell[][] = [];
  for (const devices of sizes) {
    const programs = await startPrograms(root, devices, 'pushgateway');
    try {
      const rush = async (target: PushTarget, from: number, count: number): Promise<Rush> => {
        const input = {
          target,
          devices,
          texts: texts.slice(from, from + count),
          firstSequence: 1 + from,
          concurrency: CONCURRENCY,
        } satisfies RushRequest;
        const found = await probe<Rush>({ name: 'gateway-rush', input });
        if (found.refused > 0) throw new Error(`${found.refused} of ${found.pushes} pushes were not taken`);
        return found;
      };
      const results: { direct: Rush; through: Rush; gateway: number }[] = [];
      let from = 0;
      for (let round = 0; round <= rounds; round += 1) {
        const count = round === 0 ? warmUp : Math.round(pushesOfRound / devices);
        const direct = await rush(programs.pushgateway, from, count);
        const before = await programs.processorSeconds();
        const through = await rush(programs.gateway, from, count);
        const after = await programs.processorSeconds();
        from += count;
        if (round > 0) results.push({ direct, through, gateway: after.gateway - before.gateway });
      }
      const rate = ({ pushes, seconds }: Rush): number => pushes / seconds;
      const perSecond = (value: number): Cell => ({ value, unit: '/s', digits: 0 });
      const milliseconds = (value: number): Cell => ({ value, unit: 'ms', digits: 2 });
      rows.push([
        String(devices),
        perSecond(median(results.map(({ direct }) => rate(direct)))),
        perSecond(median(results.map(({ through }) => rate(through)))),
        {
          value: median(results.map(({ direct, through }) => rate(through) / rate(direct))),
          unit: '×',
          digits: 2,
          atLeast: 0.5,
        },
        milliseconds(median(results.map(({ gateway, through }) => (1000 * gateway) / through.pushes))),
        milliseconds(median(results.map(({ through }) => (1000 * through.processorSeconds) / through.pushes))),
      ]);
    } finally {
      await programs.stop();
    }
  }
  return {
    title: 'Pushes a second',
    method: `The same packed bodies from the same client, ${CONCURRENCY} at a time, straight into a Pushgateway without its consistency check and through the gateway into the same one, in turns; medians of ${rounds} rounds of ${pushesOfRound} pushes. The last columns are processor time a push.`,
    columns: ['devices', 'straight', 'through the gateway', 'ratio', 'gateway', 'client'],
    rows,
  };
}

const STORES = {
  'pushgateway and prometheus': 'a real Pushgateway scraped by a real Prometheus every 15 s',
  'victoria-metrics': 'a real VictoriaMetrics',
} as const;

async function load(
  { root, probe, quick }: BenchContext,
  texts: readonly string[],
  behind: keyof typeof STORES,
): Promise<Section> {
  const rows: Cell[][] = [];
  let carried = 0;
  for (let devices = quick ? 100 : 200; ; devices *= 2) {
    const programs = await startPrograms(root, devices, behind);
    try {
      const input = {
        target: programs.gateway,
        devices,
        texts,
        firstSequence: 1,
        intervalMs: INTERVAL_MS,
      } satisfies ScheduleRequest;
      const before = await programs.processorSeconds();
      const found = await probe<Schedule>({ name: 'gateway-schedule', input });
      rows.push(await loadRow(programs, devices, found, before, texts.length));
      if (found.refused > 0 || found.late > 0) break;
      carried = devices;
    } finally {
      await programs.stop();
    }
  }
  const total: Cell = { value: carried, unit: 'devices', digits: 0, atLeast: 200 };
  return {
    title: `Devices on one machine, with ${STORES[behind]}`,
    method: `Each pushes every ten seconds through the gateway, all on the machine of the client; doubled until one push of ${texts.length} of a device is refused, or answered after the next was due.`,
    columns: ['devices', 'not taken', 'late', 'median', 'p99', 'longest', 'scrape', 'gateway', 'store', 'client'],
    rows: [...rows, ['carried', total, '', '', '', '', '', '', '', '']],
  };
}

async function loadRow(
  programs: Programs,
  devices: number,
  found: Schedule,
  before: { readonly gateway: number; readonly store: number },
  turns: number,
): Promise<Cell[]> {
  const milliseconds = (value: number): Cell => ({ value, unit: 'ms', digits: 0 });
  const scrape = await programs.query('max_over_time(scrape_duration_seconds{job="pushgateway"}[5m])');
  const after = await programs.processorSeconds();
  const core = (share: number): Cell => ({ value: 100 * share, unit: '% of a core', digits: 0 });
  const seconds = (turns * INTERVAL_MS) / 1000;
  return [
    String(devices),
    String(found.refused),
    String(found.late),
    milliseconds(found.medianMs),
    milliseconds(found.p99Ms),
    milliseconds(found.longestMs),
    Number.isNaN(scrape) ? 'none' : milliseconds(1000 * scrape),
    core((after.gateway - before.gateway) / seconds),
    core((after.store - before.store) / seconds),
    core(found.processorShare),
  ];
}
