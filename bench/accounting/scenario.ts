import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { namedSchema } from '../../core/json.ts';
import type { Dimension } from '../../core/metric-contract.ts';
import type { TrafficClass } from '../../core/traffic.ts';
import { domainOf } from '../../exporter/host/node-domains.ts';
import { nodeFiles } from '../../exporter/host/node-system.ts';
import { decodeCatalog, type NodeCatalog } from '../../exporter/kernel/catalog.ts';
import { createFrameDecoder } from '../../exporter/kernel/decoder/frame-decoder.ts';
import { parseOpenedConnection } from '../../exporter/kernel/decoder/messages.ts';
import { classify, hostKey, NO_KEY } from '../../exporter/ledger/attribution.ts';
import type { ConnectionOpened } from '../../exporter/ledger/frame.ts';
import {
  parseRecordedLog,
  parseRecordedMessages,
  type RecordedLogLine,
  type RecordedMessage,
  readRecordedText,
} from '../../exporter/replay/recording.ts';
import { movedBy, type SimulatedConnection } from '../../simulator/household/connection.ts';
import type { Cut, TruthDimension } from '../../simulator/household/truth.ts';
import type { WorkloadShape } from '../../simulator/household/workload.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import { generateHousehold } from '../../simulator/kernel/kernel-source.ts';
import { type BytesBy, bytesBy } from './misattribution.ts';

/** A stream of a kernel from its first byte, with what is known to be true of it. */
export interface Scenario {
  readonly name: string;
  readonly messages: readonly RecordedMessage[];
  readonly log: readonly RecordedLogLine[];
  readonly catalog: NodeCatalog;
  readonly truth: Truth;
  /** The connections of the scenario; a recording has those that a frame showed. */
  readonly lives: readonly ConnectionLife[];
}

/** All that is known of a connection that is over, or of one that was open to the end. */
export interface ConnectionLife {
  readonly class: string;
  /** Epoch milliseconds; `closedAt` is Infinity for one that was open to the end. */
  readonly openedAt: number;
  readonly closedAt: number;
  /** Downloaded by an instant (epoch milliseconds). */
  downloadedBy(at: number): number;
}

/** Downloaded bytes that the kernel's totals count. */
interface Truth {
  readonly total: number;
  readonly byClass: BytesBy;
  /** Undefined where it is not known which node a group chose for each connection. */
  readonly byNode: BytesBy | undefined;
  /** Keys as the ledger writes them. */
  readonly byDimension: ReadonlyMap<Dimension, BytesBy>;
}

/** Names of nodes on the device itself, in recordings and simulations alike. */
export const LOCAL_NODES = ['ua3f'];

const Moved = z.object({ down: z.number() });
const TruthFile = z.object({
  truth: namedSchema(Moved),
  by: z.optional(namedSchema(namedSchema(Moved))),
});
type TruthFile = z.infer<typeof TruthFile>;

/** What the destination ports of the recordings stand for (test/recordings/README.md). */
const CLASS_OF_PORT: ReadonlyMap<string, TrafficClass> = new Map([
  ['18001', 'proxy'],
  ['18002', 'direct'],
  ['18003', 'local'],
  ['18004', 'reject'],
  ['18005', 'proxy'],
  ['18006', 'proxy'],
  ['18007', 'proxy'],
  ['18008', 'proxy'],
]);

/**
 * A recording of a real kernel from test/recordings.
 *
 * @throws RecordingError, ZodError
 */
export async function readScenario(root: string, name: string): Promise<Scenario> {
  const folder = join(root, 'test/recordings');
  const beside = name === 'modern' ? 'modern.' : '';
  const read = (file: string): Promise<string> => readRecordedText(nodeFiles, join(folder, file));
  const json = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(folder, file), 'utf8'));
  const catalog = decodeCatalog(await json(`${beside}proxies.json`), await json(`${beside}providers.json`));
  const log = parseRecordedLog(name, await read(`${name}.logs.json.gz`));
  const file = TruthFile.parse(await json(`${name}.truth.json`));
  const openings = log.flatMap(({ t, payload }) => parseOpenedConnection(payload, t, catalog.has) ?? []);
  const ports = [...file.truth].map(([port, { down }]) => ({ port, bytes: down }));
  const down = ({ bytes }: { bytes: number }): number => bytes;
  const messages = parseRecordedMessages(name, await read(`${name}.ndjson.gz`));
  return {
    name,
    messages,
    log,
    catalog,
    truth: {
      total: ports.reduce((sum, { bytes }) => sum + bytes, 0),
      byClass: bytesBy(ports, ({ port }) => CLASS_OF_PORT.get(port) ?? 'unattributed', down),
      byNode: nodeTruth(ports, openings),
      byDimension: dimensionTruth(file, openings),
    },
    lives: livesShown(messages, catalog),
  };
}

interface PortBytes {
  readonly port: string;
  readonly bytes: number;
}

/** By node, where the log shows that each port always left through the same one. */
function nodeTruth(ports: readonly PortBytes[], openings: readonly ConnectionOpened[]): BytesBy | undefined {
  const nodes = new Map(openings.map(({ destinationPort, node }) => [destinationPort, node]));
  if (openings.some(({ destinationPort, node }) => nodes.get(destinationPort) !== node)) return undefined;
  return bytesBy(
    ports,
    ({ port }) => nodes.get(port) ?? 'unattributed',
    ({ bytes }) => bytes,
  );
}

/** By the dimensions that the recording's truth cuts, and by process where the log names the same for all. */
function dimensionTruth(
  { truth, by }: TruthFile,
  openings: readonly ConnectionOpened[],
): ReadonlyMap<Dimension, BytesBy> {
  const cuts = new Map<Dimension, BytesBy>();
  for (const dimension of ['host', 'source', 'inbound_user'] as const) {
    const cut = [...(by?.get(dimension) ?? [])];
    const keyOf = ([name]: [string, unknown]): string => (dimension === 'host' ? hostKey(name, domainOf) : name);
    if (cut.length > 0)
      cuts.set(
        dimension,
        bytesBy(cut, keyOf, ([, { down }]) => down),
      );
  }
  const process = openings[0]?.process ?? '';
  if (process !== '' && openings.every((opening) => opening.process === process)) {
    cuts.set('process', new Map([[process, [...truth.values()].reduce((sum, { down }) => sum + down, 0)]]));
  }
  return cuts;
}

const DIMENSION_OF_CUT: readonly (readonly [Dimension, TruthDimension])[] = [
  ['group', 'group'],
  ['rule', 'rule'],
  ['process', 'process'],
  ['source', 'source'],
  ['host', 'host'],
  ['inbound_user', 'inboundUser'],
];

/** A run of the simulated kernel, with a frame every 100 ms. */
export function generateScenario(shape: WorkloadShape, seconds: number, seed: string): Scenario {
  const { frames, logs, truth, totals, connections } = generateHousehold({ seed, shape, seconds, frameEvery: 100 });
  const answers = catalogAnswers(frames[0]?.at ?? 0);
  const cut = (name: TruthDimension) => Object.entries(truth.by[name]);
  const down = ([, { download }]: [string, Cut[string]]): number => download;
  return {
    name: `${shape} ${seconds} s ${seed}`,
    messages: frames.map(({ at, message }) => ({ t: at, text: message })),
    log: logs.map(({ at, payload }) => ({ t: at, payload })),
    catalog: decodeCatalog(JSON.parse(answers.proxies), JSON.parse(answers.providers)),
    truth: {
      total: totals.download,
      byClass: bytesBy(cut('class'), ([name]) => name, down),
      byNode: bytesBy(
        truth.nodes.filter(({ counted }) => counted),
        ({ node }) => node,
        ({ download }) => download,
      ),
      byDimension: new Map(
        DIMENSION_OF_CUT.map(([dimension, name]) => {
          const keyOf = ([key]: [string, unknown]): string =>
            dimension === 'host' ? hostKey(key, domainOf) : key === '' ? NO_KEY : key;
          return [dimension, bytesBy(cut(name), keyOf, down)];
        }),
      ),
    },
    lives: livesSimulated(connections),
  };
}

/**
 * The lives of the connections that a recording shows: as exact as its frames are close, and without those that lived
 * between two of them.
 */
export function livesShown(messages: readonly RecordedMessage[], catalog: NodeCatalog): ConnectionLife[] {
  const decoder = createFrameDecoder();
  const shown = new Map<string, { class: string; points: { at: number; bytes: number }[] }>();
  const times = messages.map(({ t }) => t);
  for (const { t, text } of messages) {
    for (const { id, download, details } of decoder.decode(Buffer.from(text), t).connections) {
      const node = details.chains[0] ?? '';
      const life = shown.get(id) ?? { class: classify(node, catalog.typeOf(node), new Set(LOCAL_NODES)), points: [] };
      life.points.push({ at: t, bytes: download });
      shown.set(id, life);
    }
  }
  const frameAfter = new Map(times.map((t, index) => [t, times[index + 1] ?? Number.POSITIVE_INFINITY]));
  return [...shown.values()].map(({ class: trafficClass, points }) => ({
    class: trafficClass,
    openedAt: points[0]?.at ?? 0,
    closedAt: frameAfter.get(points.at(-1)?.at ?? 0) ?? Number.POSITIVE_INFINITY,
    downloadedBy: (at) => points.findLast((point) => point.at <= at)?.bytes ?? 0,
  }));
}

/** The lives of simulated connections that the kernel's totals count, exact to the byte. */
function livesSimulated(connections: readonly SimulatedConnection[]): ConnectionLife[] {
  return connections
    .filter(({ counted }) => counted)
    .map(({ node, openedAt, closesAt, download }) => ({
      class: node.class,
      openedAt,
      closedAt: closesAt,
      downloadedBy: (at) => movedBy(download, at),
    }));
}
