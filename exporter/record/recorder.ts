import * as z from 'zod';
import { parseJson } from '../../core/json.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { KernelEndpoint } from '../kernel/endpoint.ts';
import { followFrames } from '../kernel/frame-stream.ts';
import { followMessages } from '../kernel/message-stream.ts';
import { probeKernel } from '../kernel/probe.ts';
import type { KernelProblem } from '../kernel/problem.ts';
import type { RecordingFiles } from './recording-files.ts';

export interface RecorderOptions {
  readonly endpoint: KernelEndpoint;
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
/** A kernel that restarts is recorded with both its lives. */
const RETRY_MS = 1000;

/** Writes what the kernel says, frames and log as they come, until the signal. */
export async function record({ endpoint, interval, clock, signal, files }: RecorderOptions): Promise<Recorded> {
  let frames = 0;
  let logLines = 0;
  let problem: KernelProblem | undefined;

  async function followLog(): Promise<void> {
    while (!signal.aborted) {
      await followMessages({
        endpoint,
        path: '/logs?level=info',
        signal,
        onOpen: () => {},
        onMessage(message) {
          const line = LogMessage.safeParse(parseJson(message.toString()));
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
    const probe = await probeKernel(endpoint, signal);
    if (signal.aborted) break;
    if (probe.kind === 'problem') problem = probe.problem;
    else {
      const end = await followFrames({
        endpoint,
        signal,
        clock,
        pollInterval: interval,
        onMessage(message) {
          frames += 1;
          files.frame(clock.now(), message.toString());
        },
      });
      problem = end ?? problem;
    }
    await clock.sleep(RETRY_MS, signal);
  }
  await log;
  return { frames, logLines, problem };
}
