import type { ExpositionFamily, ExpositionSample } from '../core/exposition.ts';
import { parseExposition } from '../core/exposition-parser.ts';
import { TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../core/traffic.ts';
import { formatBytes, formatRate, padToWidth } from '../core/units.ts';
import { createPeriodicTask, systemClock } from '../runtime/async.ts';
import { requestHttp } from '../runtime/http.ts';
import type { Screen } from '../runtime/screen.ts';
import type { StackMessages } from './texts.ts';

const TERMINAL_EVERY_MS = 2000;
const LINE_EVERY_MS = 15_000;

/**
 * Reads the exporter's metrics again and again and shows them: redrawn in place on a terminal, a line now and then
 * elsewhere. A reading that fails is left out; the exporter's end is noticed by whoever runs it.
 *
 * @param url of the exporter's metrics
 * @returns how to stop
 */
export function startLiveView(url: string, screen: Screen, texts: StackMessages, clock: () => number): () => void {
  let before: TrafficReading | undefined;
  const show = async (): Promise<void> => {
    const now = await readExporter(url, clock);
    if (screen.isTerminal) screen.draw(['', ...trafficTable(now, before ?? now, texts)]);
    else screen.say(trafficLine(now, texts));
    before = now;
  };
  const task = createPeriodicTask({
    clock: systemClock,
    every: screen.isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS,
    run: show,
    onError: () => undefined,
  });
  task.start();
  return () => {
    void task.stop();
    screen.draw([]);
  };
}

/** @param url of the exporter's metrics. @throws where it does not answer within two seconds */
export async function readExporter(url: string, clock: () => number): Promise<TrafficReading> {
  const { text } = await requestHttp(url, { timeout: 2000 });
  return readTraffic(text, clock());
}

/** What the exporter's metrics say at one instant. */
interface TrafficReading {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly bytesByClass: ReadonlyMap<TrafficClass, number>;
  readonly bytesByNode: ReadonlyMap<string, number>;
  readonly connections: number;
  readonly kernelUp: boolean;
  readonly pushes: { readonly accepted: number; readonly failed: number };
}

const TOP_NODES = 4;

/**
 * @param exposition the exporter's /metrics
 * @throws ExpositionError when it is no exposition text
 */
export function readTraffic(exposition: string, at: number): TrafficReading {
  const families = new Map<string, ExpositionFamily>(
    parseExposition(exposition).map((family) => [family.name, family]),
  );
  const samples = (name: string): readonly ExpositionSample[] => families.get(name)?.samples ?? [];
  const sumBy = (label: string): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const { labels, value } of samples(TRAFFIC_BYTES)) {
      const key = labels.get(label) ?? '';
      sums.set(key, (sums.get(key) ?? 0) + value);
    }
    return sums;
  };
  const byClass = sumBy('class');
  const pushes = { accepted: 0, failed: 0 };
  for (const { labels, value } of samples('flowcollect_exporter_pushes_total')) {
    pushes[labels.get('result') === 'accepted' ? 'accepted' : 'failed'] += value;
  }
  return {
    at,
    bytesByClass: new Map(TRAFFIC_CLASSES.map((each) => [each, byClass.get(each) ?? 0])),
    bytesByNode: sumBy('node'),
    connections: samples('flowcollect_kernel_connections')[0]?.value ?? 0,
    kernelUp: samples('flowcollect_kernel_up')[0]?.value === 1,
    pushes,
  };
}

/** The table as lines, rates since the reading before. */
export function trafficTable(now: TrafficReading, before: TrafficReading, texts: StackMessages): string[] {
  const seconds = (now.at - before.at) / 1000;
  const rate = (grown: number): string => (seconds > 0 ? formatRate(grown / seconds) : '');
  const row = (name: string, total: string, perSecond: string): string =>
    `${padToWidth(name, 14)}${padToWidth(total, 12, 'start')}${padToWidth(perSecond, 14, 'start')}`;
  const grown = (each: TrafficClass): number => bytesOf(now, each) - bytesOf(before, each);
  const shown = TRAFFIC_CLASSES.filter((each) => each === 'proxy' || each === 'direct' || bytesOf(now, each) > 0);
  const nodes = [...now.bytesByNode].sort((a, b) => b[1] - a[1]).slice(0, TOP_NODES);
  return [
    row('', texts.columns.total, texts.columns.rate),
    ...shown.map((each) => row(texts.classes[each], formatBytes(bytesOf(now, each)), rate(grown(each)))),
    row(texts.sum, formatBytes(sumOf(now)), rate(sumOf(now) - sumOf(before))),
    `${texts.nodes}  ${nodes.map(([node, bytes]) => `${node} ${formatBytes(bytes)}`).join(' · ')}`,
    statusLine(now, texts),
  ];
}

/** The same in one line, for logs and pipes. */
export function trafficLine(now: TrafficReading, texts: StackMessages): string {
  const classes = TRAFFIC_CLASSES.filter((each) => bytesOf(now, each) > 0);
  const parts = classes.map((each) => `${texts.classes[each]} ${formatBytes(bytesOf(now, each))}`);
  return [...parts, `${texts.sum} ${formatBytes(sumOf(now))}`, statusLine(now, texts)].join(' · ');
}

function statusLine({ connections, kernelUp, pushes }: TrafficReading, texts: StackMessages): string {
  const state = kernelUp ? texts.connections(connections) : texts.kernelDown;
  return `${state} · ${texts.pushes(pushes.accepted, pushes.failed)}`;
}

function bytesOf(reading: TrafficReading, each: TrafficClass): number {
  return reading.bytesByClass.get(each) ?? 0;
}

function sumOf(reading: TrafficReading): number {
  return [...reading.bytesByClass.values()].reduce((sum, bytes) => sum + bytes, 0);
}
