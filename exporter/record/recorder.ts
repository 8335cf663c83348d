import * as z from 'zod';
import { parseJson } from '../../core/json.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { KernelApi } from '../kernel/api.ts';
import type { KernelProblem } from '../kernel/problem.ts';
import { followFrames } from '../kernel/streams.ts';
import type { RecordingFiles } from './recording-files.ts';

export interface RecorderOptions {
  readonly api: KernelApi;
  /** Milliseconds between frames. */
  readonly interval: number;
  readonly clock: Clock;
  /** Ends the recording. */
  readonly signal: AbortSignal;
  readonly files: Pick<RecordingFiles, 'frame' | 'log'>;
}

/** What was recorded. */
export interface Recorded {
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
      await api.follow({
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
    // What does not answer as a kernel is asked no further: its WebSocket may bring anything.
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
