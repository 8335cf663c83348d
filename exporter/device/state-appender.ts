import type { Clock } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Files } from '../host/host.ts';

export interface StateAppenderOptions {
  readonly files: Pick<Files, 'isInMemory'>;
  /** The folder of the state, as of now. */
  folder(): string;
  /** As of now; PushInterval in milliseconds. */
  config(): StateSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @throws the system's error */
  append(): Promise<void>;
}

export interface StateSettings {
  readonly StateAppend?: boolean | undefined;
  readonly StateSync?: string | undefined;
  readonly PushInterval: number;
}

/**
 * Appends to the state what moved, within two seconds: a frame is a second old at most, and so is what was appended
 * last. Only then does a power cut that ends the kernel too lose no more than that.
 */
export interface StateAppender {
  /** Decides whether to, at the start and after an edit, and says what is lost where not. */
  look(): Promise<void>;
  /** A frame was counted. */
  note(): void;
  /** Nothing more is appended: the state itself is about to be written. */
  stop(): void;
}

/** Frames a second apart may come a little early. */
const EVERY_MS = 900;

export function createStateAppender(options: StateAppenderOptions): StateAppender {
  const { files, folder, config, clock, logger, append } = options;
  let isOn = false;
  let said = '';
  let appendedAt = Number.NEGATIVE_INFINITY;
  let failed = false;
  const stopping = new AbortController();
  let hasNew = false;
  let isBusy = false;

  async function appendNew(): Promise<void> {
    while (hasNew && isOn) {
      // A clock set back must not put it off for long.
      const wait = EVERY_MS - Math.abs(clock.now() - appendedAt);
      if (wait > 0) await clock.sleep(wait, stopping.signal);
      if (stopping.signal.aborted) return;
      appendedAt = clock.now();
      hasNew = false;
      await tryToAppend();
    }
    isBusy = false;
  }

  async function tryToAppend(): Promise<void> {
    try {
      await append();
      if (failed) logger.info('what moves is appended to the state again');
      failed = false;
    } catch (error) {
      if (!failed) logger.warn({ code: errorCode(error) }, 'what moved cannot be appended to the state; fix StateDir');
      failed = true;
    }
  }

  return {
    async look() {
      isOn = await appendsState(files, folder(), config());
      const why = isOn ? '' : `${folder()} ${config().PushInterval}`;
      if (why !== said && !isOn) {
        const { PushInterval } = config();
        logger.info(
          { seconds: Math.round(PushInterval / 1000) },
          'the state is written at pushes alone: what moved since the last one is lost where a power cut ends the kernel too',
        );
      }
      said = why;
    },
    note() {
      hasNew = true;
      if (!isOn || isBusy) return;
      isBusy = true;
      void appendNew();
    },
    stop: () => stopping.abort(),
  };
}

/** What StateAppend says; by default what a disk bears: not flash that StateSync spares, and no RAM, which a power cut empties. */
export async function appendsState(
  files: Pick<Files, 'isInMemory'>,
  folder: string,
  { StateAppend, StateSync }: StateSettings,
): Promise<boolean> {
  return StateAppend ?? (StateSync === undefined && !(await files.isInMemory(folder)));
}
