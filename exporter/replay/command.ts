import { Command } from 'commander';
import type { Say, Text } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { ArgumentError } from '../../runtime/argument-error.ts';
import { CatalogError, decodeCatalog, EMPTY_NODE_CATALOG, type NodeCatalog } from '../kernel/catalog.ts';
import { FrameError } from '../kernel/decoder/parsed-frame.ts';
import { TEXTS } from '../texts.ts';
import {
  parseRecordedJson,
  parseRecordedLog,
  parseRecordedMessages,
  type RecordedLogLine,
  RecordingError,
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
  if (!Number.isSafeInteger(value) || value < 0) throw new ArgumentError(TEXTS.badMilliseconds(text));
  return value;
};

/**
 * `flowcollect replay`: prints what the ledger makes of a recorded stream, so that anyone can check the accounting on
 * their own traffic. Reads no file that was not named.
 */
export function replayCommand(print: (text: string) => void, say: Say): Command {
  return new Command('replay')
    .description(say(TEXTS.replay))
    .argument('<file...>', say(TEXTS.recordings))
    .option('--interval <ms>', say(TEXTS.interval), milliseconds, 1000)
    .option('--phase <ms>', say(TEXTS.phase), milliseconds, 0)
    .option('--proxies <file>', say(TEXTS.proxies))
    .option('--logs <file>', say(TEXTS.logs))
    .option('--from-zero', say(TEXTS.fromZero))
    .option('--json', say(TEXTS.json))
    .action(async (files: string[], options: ReplayOptions) => {
      const messages = [];
      for (const file of files) messages.push(...parseRecordedMessages(file, await readRecordedText(file)));
      const log = options.logs === undefined ? undefined : await readLog(options.logs);
      const catalog = await readCatalog(options.proxies);
      const { interval, phase, fromZero = false } = options;
      const played = { messages, ...(log === undefined ? {} : { log }), catalog, ledger: LEDGER };
      const result = spoken(() => replay({ ...played, interval, phase, fromZero }), FrameError, TEXTS.badFrame);
      print(options.json === true ? JSON.stringify(result) : describe(result, say));
    });
}

async function readLog(path: string): Promise<RecordedLogLine[]> {
  return parseRecordedLog(path, await readRecordedText(path));
}

async function readCatalog(path: string | undefined): Promise<NodeCatalog> {
  if (path === undefined) return EMPTY_NODE_CATALOG;
  const answer = parseRecordedJson(path, await readRecordedText(path));
  return spoken(
    () => decodeCatalog(answer),
    CatalogError,
    (detail) => TEXTS.badCatalog(path, detail),
  );
}

/** Has an error that names a place in the kernel's data, in English, say in both languages what it is about. */
function spoken<T>(task: () => T, kind: typeof FrameError | typeof CatalogError, text: (detail: string) => Text): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof kind) throw new RecordingError(text(error.message), { cause: error });
    throw error;
  }
}

function describe({ frames, kernel, carry, restarts, series }: ReplayResult, say: Say): string {
  const rows = [...series]
    .sort((a, b) => b.bytes - a.bytes)
    .map(
      ({ class: trafficClass, node, direction, accounting, bytes }) =>
        `  ${formatBytes(bytes).padStart(12)}  ${trafficClass.padEnd(12)} ${direction.padEnd(8)} ${accounting.padEnd(8)} ${node}`,
    );
  return [
    say(TEXTS.replayed(frames, restarts)),
    say(TEXTS.replayedKernel(formatBytes(kernel.download), formatBytes(kernel.upload))),
    say(TEXTS.replayedCarry(formatBytes(carry.download), formatBytes(carry.upload))),
    ...rows,
  ].join('\n');
}
