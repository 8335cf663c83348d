import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Totals } from '../ledger/frame.ts';
import type { KernelApi } from './api.ts';
import { followTotals } from './totals-stream.ts';

export interface TotalsLinkOptions {
  readonly api: KernelApi;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between frames. */
  readonly pollInterval: number;
  onTotals(totals: Totals): void;
}

/** Listens to the totals beside the frames, and tells which of them are surely of the last frame's life. */
export interface TotalsLink {
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
 * opened anew.
 */
type Standing = 'closed' | 'new' | 'trusted' | 'doubtful';

/** Frames do not wait longer than this for the stream to open. */
const PATIENCE_MS = 1000;
/** The kernel sends totals so often, counted from when the stream opened. */
const PERIOD_MS = 1000;

export function createTotalsLink(options: TotalsLinkOptions): TotalsLink {
  const { api, clock, logger, pollInterval, onTotals } = options;
  let stream: Standing = 'closed';
  let said = '';

  const say = (text: string, write: () => void): void => {
    if (text !== said) write();
    said = text;
  };

  return {
    async begin(signal) {
      let decide = (): void => {};
      const decided = new Promise<void>((resolve) => {
        decide = resolve;
      });
      const turn = (standing: Standing): void => {
        stream = standing;
        decide();
      };
      const ended = followTotals({
        api,
        signal,
        clock,
        onOpen: () => turn('new'),
        onTotals: (totals) => onTotals({ ...totals, at: clock.now(), continues: stream === 'trusted' }),
        onEnd: () => turn('closed'),
        onNone: () => say('none', () => logger.debug('the kernel is too old to tell its totals in /traffic')),
        onBad: (detail) => say(detail, () => logger.warn({ detail }, 'a /traffic message of the kernel is not used')),
      });
      await Promise.race([decided, clock.sleep(PATIENCE_MS, signal)]);
      // Totals that come half-way between frames tell the most.
      if (stream === 'new') await clock.sleep(Math.min(PERIOD_MS, pollInterval) / 2, signal);
      return { ended };
    },
    noteFrame(via, held) {
      if (stream === 'new') stream = via === 'websocket' ? 'trusted' : 'doubtful';
      else if (stream === 'trusted' && !held) stream = 'doubtful';
    },
  };
}
