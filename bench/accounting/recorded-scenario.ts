import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { namedSchema } from '../../core/json.ts';
import type { Dimension } from '../../core/metric-contract.ts';
import type { TrafficClass } from '../../core/traffic.ts';
import { nodeFiles } from '../../exporter/host/node-files.ts';
import { decodeCatalog } from '../../exporter/kernel/catalog.ts';
import { parseOpenedConnection } from '../../exporter/kernel/streams.ts';
import { hostKey } from '../../exporter/ledger/attribution.ts';
import type { ConnectionOpened } from '../../exporter/ledger/frame.ts';
import { parseRecordedLog, parseRecordedMessages, readRecordedText } from '../../exporter/replay/recording.ts';
import { livesShown } from './connection-life.ts';
import { type Bytes, bytesBy } from './misattribution.ts';
import type { Scenario } from './scenario.ts';

const Moved = z.object({ down: z.number() });
const TruthFile = z.object({
  truth: namedSchema(Moved),
  by: namedSchema(namedSchema(Moved)).optional(),
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
function nodeTruth(ports: readonly PortBytes[], openings: readonly ConnectionOpened[]): Bytes | undefined {
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
): ReadonlyMap<Dimension, Bytes> {
  const cuts = new Map<Dimension, Bytes>();
  for (const dimension of ['host', 'source', 'inbound_user'] as const) {
    const cut = [...(by?.get(dimension) ?? [])];
    const keyOf = ([name]: [string, unknown]): string => (dimension === 'host' ? hostKey(name) : name);
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
