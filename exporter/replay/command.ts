import { Command, InvalidArgumentError } from 'commander';
import { formatBytes } from '../../core/units.ts';
import { decodeCatalog, EMPTY_NODE_CATALOG, type NodeCatalog } from '../kernel/catalog.ts';
import {
  parseRecordedJson,
  parseRecordedLog,
  parseRecordedMessages,
  type RecordedLogLine,
  readRecordedText,
} from './recording.ts';
import { type ReplayResult, replay } from './replay.ts';

interface ReplayOptions {
  readonly interval: number;
  readonly phase: number;
  readonly proxies?: string;
  readonly logs?: string;
  readonly fromZero?: boolean;
  readonly json?: boolean;
}

/** The ledger as devices run it by default. */
const LEDGER = { localNodes: ['ua3f'], familyCap: 50 };

const milliseconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('expected whole milliseconds.');
  return value;
};

/**
 * `flowcollect replay`: prints what the ledger makes of a recorded stream, so that anyone can check the accounting on
 * their own traffic. Reads no file that was not named.
 */
export function replayCommand(print: (text: string) => void): Command {
  return new Command('replay')
    .description('run a recorded /connections stream through the ledger and print its counters')
    .argument('<file...>', 'recordings, one {"t":ms} TAB message a line, plain or gzip; several are one stream')
    .option('--interval <ms>', 'poll interval to imitate', milliseconds, 1000)
    .option('--phase <ms>', 'start at the first frame at least this far in', milliseconds, 0)
    .option('--proxies <file>', "the kernel's /proxies answer, for the types of nodes")
    .option('--logs <file>', 'the /logs stream: a list of {"t", "type", "payload"}')
    .option('--from-zero', 'count the first frame too, as if the ledger had run when the kernel started')
    .option('--json', 'print JSON')
    .action(async (files: string[], options: ReplayOptions) => {
      const messages = [];
      for (const file of files) messages.push(...parseRecordedMessages(file, await readRecordedText(file)));
      const log = options.logs === undefined ? undefined : await readLog(options.logs);
      const result = replay({
        messages,
        ...(log === undefined ? {} : { log }),
        catalog: await readCatalog(options.proxies),
        ledger: LEDGER,
        interval: options.interval,
        phase: options.phase,
        fromZero: options.fromZero === true,
      });
      print(options.json === true ? JSON.stringify(result) : describe(result));
    });
}

async function readLog(path: string): Promise<RecordedLogLine[]> {
  return parseRecordedLog(path, await readRecordedText(path));
}

async function readCatalog(path: string | undefined): Promise<NodeCatalog> {
  if (path === undefined) return EMPTY_NODE_CATALOG;
  return decodeCatalog(parseRecordedJson(path, await readRecordedText(path)));
}

function describe({ frames, kernel, carry, restarts, series }: ReplayResult): string {
  const rows = [...series]
    .sort((a, b) => b.bytes - a.bytes)
    .map(
      ({ class: trafficClass, node, direction, accounting, bytes }) =>
        `  ${formatBytes(bytes).padStart(12)}  ${trafficClass.padEnd(12)} ${direction.padEnd(8)} ${accounting.padEnd(8)} ${node}`,
    );
  return [
    `${frames} frames, ${restarts} kernel restarts`,
    `kernel  download ${formatBytes(kernel.download)}, upload ${formatBytes(kernel.upload)}`,
    `carry   download ${formatBytes(carry.download)}, upload ${formatBytes(carry.upload)}`,
    ...rows,
  ].join('\n');
}
