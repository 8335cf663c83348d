import type { CommandSpec } from '../../core/command.ts';
import { ArgumentError, type Text, type Translate, UserFacingError } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { createProgress } from '../../runtime/progress.ts';
import type { ScreenOutput } from '../../runtime/screen.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import type { Host } from '../host/host.ts';
import { decodeCatalog } from '../kernel/catalog.ts';
import { FrameError } from '../kernel/decoder/messages.ts';
import { CatalogError } from '../kernel/decoder/nodes.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import {
  parseRecordedJson,
  parseRecordedLog,
  parseRecordedMessages,
  RecordingError,
  readRecordedText,
} from './recording.ts';
import { type ReplayInput, type ReplayResult, replay } from './replay.ts';
import { TEXTS } from './texts.ts';

interface ReplayOptions {
  readonly interval: number;
  readonly phase: number;
  readonly proxies?: string;
  readonly providers?: string;
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
 *
 * @param terminal for how far it is
 */
export function replayCommand(
  print: (text: string) => void,
  { files, clock, domainOf }: Pick<Host, 'files' | 'clock' | 'domainOf'>,
  translate: Translate,
  terminal: ScreenOutput,
): CommandSpec {
  const read = (path: string): Promise<string> => readRecordedText(files, path);
  return {
    name: 'replay',
    description: COMMANDS.replay,
    argument: { name: '<file...>', description: TEXTS.recordings },
    options: [
      { flags: '--interval <ms>', description: TEXTS.interval, read: milliseconds, default: 1000 },
      { flags: '--phase <ms>', description: TEXTS.phase, read: milliseconds, default: 0 },
      { flags: '--proxies <file>', description: TEXTS.proxies },
      { flags: '--providers <file>', description: TEXTS.providers },
      { flags: '--logs <file>', description: TEXTS.logs },
      { flags: '--from-zero', description: TEXTS.fromZero },
      { flags: '--json', description: TEXTS.json },
    ],
    async run(paths, options: ReplayOptions) {
      const messages = [];
      for (const path of paths) messages.push(...parseRecordedMessages(path, await read(path)));
      const log = options.logs === undefined ? undefined : parseRecordedLog(options.logs, await read(options.logs));
      const catalog = await readCatalog(options, read);
      const { interval, phase, fromZero = false } = options;
      const played = { messages, ...(log === undefined ? {} : { log }), catalog, ledger: { ...LEDGER, domainOf } };
      const progress = createProgress(terminal, () => clock.now());
      const onFrame = (...frames: [number, number]) => progress.tell(() => translate(TEXTS.replaying(...frames)));
      const result = asUserFacing(
        () => replay({ ...played, interval, phase, fromZero, onFrame }),
        FrameError,
        TEXTS.badFrame,
      );
      progress.end();
      print(options.json === true ? JSON.stringify(result) : describe(result, translate));
      const { download, upload } = result.surplus;
      if (download !== 0 || upload !== 0) throw new UserFacingError(TEXTS.notExact(download, upload));
    },
  };
}

/** The nodes that the files list; a node that they do not list counts as proxy only where there are no files. */
async function readCatalog(
  { proxies, providers }: ReplayOptions,
  read: (path: string) => Promise<string>,
): Promise<ReplayInput['catalog']> {
  if (proxies === undefined && providers === undefined) return { ...EMPTY_CATALOG, has: () => false };
  const answer = async (path: string | undefined, instead: unknown) =>
    path === undefined ? instead : parseRecordedJson(path, await read(path));
  const answers = [await answer(proxies, { proxies: {} }), await answer(providers, undefined)] as const;
  const path = [proxies, providers].filter((each) => each !== undefined).join(', ');
  return asUserFacing(
    () => decodeCatalog(...answers),
    CatalogError,
    (detail) => TEXTS.badCatalog(path, detail),
  );
}

/** Has an error that names a place in the kernel's data, in English, say in both languages what it is about. */
function asUserFacing<T>(
  task: () => T,
  kind: typeof FrameError | typeof CatalogError,
  text: (detail: string) => Text,
): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof kind) throw new RecordingError(text(error.message), { cause: error });
    throw error;
  }
}

function describe({ frames, kernel, carry, surplus, restarts, series }: ReplayResult, translate: Translate): string {
  const rows = [...series]
    .sort((a, b) => b.bytes - a.bytes)
    .map(
      ({ class: trafficClass, node, direction, accounting, bytes }) =>
        `  ${formatBytes(bytes).padStart(12)}  ${trafficClass.padEnd(12)} ${direction.padEnd(8)} ${accounting.padEnd(8)} ${node}`,
    );
  return [
    translate(TEXTS.replayed(frames, restarts)),
    translate(TEXTS.replayedKernel(formatBytes(kernel.download), formatBytes(kernel.upload))),
    translate(TEXTS.replayedCarry(formatBytes(carry.download), formatBytes(carry.upload))),
    ...rows,
    ...(surplus.download === 0 && surplus.upload === 0 ? [translate(TEXTS.exact)] : []),
  ].join('\n');
}
