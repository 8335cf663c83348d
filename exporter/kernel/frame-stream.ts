import type { Clock } from '../../runtime/clock.ts';
import type { KernelApi } from './api.ts';
import type { KernelProblem } from './problem.ts';

export interface FrameStreamOptions {
  readonly api: KernelApi;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Milliseconds between frames. */
  readonly pollInterval: number;
  onMessage(message: Uint8Array, via: 'websocket' | 'get'): void;
}

/** How long to live on GET before the WebSocket is tried again. */
const FALLBACK_MS = 60_000;

/**
 * Brings `/connections` messages until the kernel is lost or the signal aborts: by WebSocket, or by GET where a
 * WebSocket cannot be had or brings nothing (a proxy in between, an old kernel).
 *
 * @returns why GET failed, or undefined when the WebSocket ended or it was stopped
 */
export async function followFrames(options: FrameStreamOptions): Promise<KernelProblem | undefined> {
  const { api, signal, pollInterval, onMessage } = options;
  while (!signal.aborted) {
    let brought = false;
    const end = await api.follow({
      path: `/connections?interval=${pollInterval}`,
      signal,
      silence: Math.max(10_000, 5 * pollInterval),
      onMessage(message) {
        brought = true;
        onMessage(message, 'websocket');
      },
    });
    if (end === 'ended' && brought) return undefined;
    const problem = await poll(options);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function poll(options: FrameStreamOptions): Promise<KernelProblem | undefined> {
  const { api, signal, clock, pollInterval, onMessage } = options;
  const began = clock.now();
  // A clock that is set back meanwhile must not keep it here, nor asleep.
  while (!signal.aborted && Math.abs(clock.now() - began) < FALLBACK_MS) {
    const due = clock.now() + pollInterval;
    const answer = await api.get('/connections', signal);
    if (signal.aborted) return undefined;
    if (answer.kind === 'problem') return answer.problem;
    onMessage(answer.value, 'get');
    await clock.sleep(Math.min(pollInterval, Math.max(0, due - clock.now())), signal);
  }
  return undefined;
}
