import { parseJson } from '../../core/json.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Bytes } from '../ledger/bytes.ts';
import type { Totals } from '../ledger/frame.ts';
import type { KernelApi } from './api.ts';
import { count, FrameError, isCount } from './decoder/parsed-frame.ts';

export interface TrafficStreamOptions {
  readonly api: KernelApi;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between frames. */
  readonly pollInterval: number;
  onTotals(totals: Totals): void;
}

/** Follows the totals of `/traffic` beside the frames, and tells which of them are surely of the last frame's life. */
export interface TrafficStream {
  /**
   * Opens the stream before the first frame is asked for, so that this frame shows which life the stream is of.
   *
   * @returns once frames may be asked for; what it holds resolves when the stream has ended with the signal
   */
  begin(signal: AbortSignal): Promise<{ readonly ended: Promise<void> }>;
  /**
   * A frame has come.
   *
   * @param held whether its link held since the frame before
   */
  noteFrame(via: 'websocket' | 'get', held: boolean): void;
}

/**
 * A stream ends with the kernel, but over a broken network that is noticed late. It is of the same life as the frames
 * after its opening for as long as their own stream holds; once frames came another way, nothing is sure until it is
 * opened again.
 */
type StreamState = 'closed' | 'new' | 'trusted' | 'doubtful';

/** Frames do not wait longer than this for the stream to open. */
const PATIENCE_MS = 1000;
/** The kernel sends totals so often, counted from when the stream opened. */
const PERIOD_MS = 1000;
const SILENCE_MS = 10_000;
const RETRY_MS = 10_000;

export function createTrafficStream(options: TrafficStreamOptions): TrafficStream {
  const { api, clock, logger, pollInterval, onTotals } = options;
  let state: StreamState = 'closed';
  let said = '';

  const say = (text: string, write: () => void): void => {
    if (text !== said) write();
    said = text;
  };

  /** @returns whether the kernel tells totals at all */
  function take(message: Uint8Array): boolean {
    let totals: Bytes | undefined;
    try {
      totals = decodeTotals(message);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      const detail = error.message;
      say(detail, () => logger.warn({ detail }, 'a /traffic message of the kernel is not used'));
      return true;
    }
    if (totals !== undefined) onTotals({ ...totals, at: clock.now(), continues: state === 'trusted' });
    else say('none', () => logger.debug('the kernel is too old to tell its totals in /traffic'));
    return totals !== undefined;
  }

  /** Until the signal, or until the kernel turns out to tell no totals; nothing else fails. */
  async function follow(stopping: AbortSignal, turn: (next: StreamState) => void): Promise<void> {
    const none = new AbortController();
    const signal = AbortSignal.any([stopping, none.signal]);
    while (!signal.aborted) {
      await api.follow({
        path: '/traffic',
        signal,
        silence: SILENCE_MS,
        onOpen: () => turn('new'),
        onMessage(message) {
          if (!take(message)) none.abort();
        },
      });
      turn('closed');
      await clock.sleep(RETRY_MS, signal);
    }
  }

  return {
    async begin(signal) {
      let decide = (): void => {};
      const decided = new Promise<void>((resolve) => {
        decide = resolve;
      });
      const ended = follow(signal, (next) => {
        state = next;
        decide();
      });
      await Promise.race([decided, clock.sleep(PATIENCE_MS, signal)]);
      // Totals that come half-way between frames tell the most.
      if (state === 'new') await clock.sleep(Math.min(PERIOD_MS, pollInterval) / 2, signal);
      return { ended };
    },
    noteFrame(via, held) {
      if (state === 'new') state = via === 'websocket' ? 'trusted' : 'doubtful';
      else if (state === 'trusted' && !held) state = 'doubtful';
    },
  };
}

/**
 * The totals in a `/traffic` message, `{"up":0,"down":0,"upTotal":0,"downTotal":0}` (mihomo `hub/route/server.go`).
 *
 * @param message its UTF-8 bytes
 * @returns undefined from a kernel before December 2025, which tells rates alone
 * @throws FrameError when it is cut, or holds a count that a number cannot hold exactly
 */
export function decodeTotals(message: Uint8Array): Bytes | undefined {
  const totals = parseJson(message);
  if (typeof totals !== 'object' || totals === null) {
    throw new FrameError(`the message of ${message.length} bytes is not whole JSON`);
  }
  const { up, down, upTotal, downTotal } = totals as Record<string, unknown>;
  if (upTotal === undefined && downTotal === undefined && isCount(up) && isCount(down)) return undefined;
  return { upload: count(upTotal, 'upTotal'), download: count(downTotal, 'downTotal') };
}
