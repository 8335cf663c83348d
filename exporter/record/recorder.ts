import * as z from 'zod/mini';
import { parseJson } from '../../core/json.ts';
import { UserFacingError } from '../../core/language.ts';
import type { Clock } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Files, PackedFile } from '../host/host.ts';
import type { KernelApi } from '../kernel/api.ts';
import type { KernelProblem } from '../kernel/problem.ts';
import { follow, followFrames } from '../kernel/streams.ts';
import { TEXTS } from './texts.ts';

interface RecorderOptions {
  readonly api: KernelApi;
  /** Milliseconds between frames. */
  readonly interval: number;
  readonly clock: Clock;
  /** Ends the recording. */
  readonly signal: AbortSignal;
  readonly files: Pick<RecordingFiles, 'frame' | 'log'>;
}

/** What was recorded. */
interface Recorded {
  readonly frames: number;
  readonly logLines: number;
  /** Why the kernel could not be read the last time that it could not. */
  readonly problem: KernelProblem | undefined;
}

const LogMessage = z.object({ type: z.string(), payload: z.string() });
const utf8 = new TextDecoder();
/** A kernel that restarts is recorded with both its lives. */
const RETRY_MS = 1000;

/** Writes what the kernel says, frames and log as they come, until the signal. */
export async function record({ api, interval, clock, signal, files }: RecorderOptions): Promise<Recorded> {
  let frames = 0;
  let logLines = 0;
  let problem: KernelProblem | undefined;

  async function followLog(): Promise<void> {
    while (!signal.aborted) {
      await follow({
        api,
        path: '/logs?level=info',
        signal,
        onMessage(message) {
          const line = LogMessage.safeParse(parseJson(message));
          if (!line.success) return;
          logLines += 1;
          files.log(clock.now(), line.data);
        },
      });
      await clock.sleep(RETRY_MS, signal);
    }
  }

  const log = followLog();
  while (!signal.aborted) {
    // What does not answer as a kernel is asked no further: its WebSocket may send anything.
    const version = await api.version(signal);
    if (signal.aborted) break;
    if (version.kind === 'problem') problem = version.problem;
    else {
      const end = await followFrames({
        api,
        signal,
        clock,
        pollInterval: interval,
        onMessage(message) {
          frames += 1;
          files.frame(clock.now(), utf8.decode(message));
        },
      });
      problem = end ?? problem;
    }
    await clock.sleep(RETRY_MS, signal);
  }
  await log;
  return { frames, logLines, problem };
}

/** A recording cannot be made; the message says which file and why, or what is wrong with the kernel. */
export class RecordError extends UserFacingError {
  override readonly name = 'RecordError';
}

/** Where `replay` finds the parts of a recording. */
interface RecordingPaths {
  readonly frames: string;
  readonly logs: string;
  readonly proxies: string;
  readonly providers: string;
}

export const recordingPaths = (name: string): RecordingPaths => ({
  frames: `${name}.ndjson.gz`,
  logs: `${name}.logs.json.gz`,
  proxies: `${name}.proxies.json`,
  providers: `${name}.providers.json`,
});

/** The files of a recording while it is made. */
interface RecordingFiles {
  /** @param t epoch milliseconds @param text a `/connections` message as received */
  frame(t: number, text: string): void;
  /** @param line a message of `/logs` */
  log(t: number, line: { readonly type: string; readonly payload: string }): void;
  /** Ends the files. @throws RecordError where they could not be written */
  close(): Promise<void>;
  /** Ends and removes the files. */
  discard(): Promise<void>;
}

/**
 * Makes the files of a recording, readable by their owner alone, since they contain hosts and addresses. They are
 * written as they grow, however long the recording is.
 *
 * @param lists the kernel's answers of `/proxies` and `/providers/proxies`
 * @param onFailure called at once when a file cannot be written any more
 * @throws RecordError where one of them cannot be made, or is there already
 */
export async function createRecordingFiles(
  files: Files,
  paths: RecordingPaths,
  lists: Pick<RecordingPaths, 'proxies' | 'providers'>,
  onFailure: () => void,
): Promise<RecordingFiles> {
  const made: string[] = [];
  const open: PackedFile[] = [];
  const discard = async (): Promise<void> => {
    await Promise.allSettled(open.map((file) => file.end()));
    for (const path of made) await files.remove(path);
  };
  const make = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      made.push(path);
      return result;
    } catch (error) {
      await discard();
      throw unwritable(path, error);
    }
  };
  const makePacked = (path: string): Promise<PackedFile> =>
    make(path, async () => {
      const file = await files.createPacked(path, onFailure);
      open.push(file);
      return file;
    });
  const end = async (path: string, file: PackedFile): Promise<void> => {
    try {
      await file.end();
    } catch (error) {
      throw unwritable(path, error);
    }
  };
  const frames = await makePacked(paths.frames);
  const logs = await makePacked(paths.logs);
  for (const key of ['proxies', 'providers'] as const) {
    await make(paths[key], () => files.create(paths[key], lists[key]));
  }

  let before = '[';
  return {
    frame: (t, text) => frames.write(`{"t":${t}}\t${text.trim()}\n`),
    log(t, { type, payload }) {
      logs.write(before + JSON.stringify({ t, type, payload }));
      before = ',\n';
    },
    async close() {
      logs.write(before === '[' ? '[]' : ']');
      await Promise.all([end(paths.frames, frames), end(paths.logs, logs)]);
    },
    discard,
  };
}

const unwritable = (path: string, error: unknown): RecordError =>
  new RecordError(TEXTS.unwritableRecording(path, errorCode(error)), { cause: error });
