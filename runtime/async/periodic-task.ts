import type { Clock } from '../clock.ts';

export interface PeriodicTaskOptions {
  readonly clock: Clock;
  /** Milliseconds between the end of one run and the next. */
  readonly every: number;
  /** Milliseconds until the first run. */
  readonly first?: number;
  run(): void | Promise<void>;
  /** What a run throws ends nothing where this takes it. */
  onError?(error: unknown): void;
}

/** Does something again and again, never twice at once. */
export interface PeriodicTask {
  /** Aborted by {@link stop}. */
  readonly signal: AbortSignal;
  start(): void;
  /** Resolves when a run that is under way has ended. */
  stop(): Promise<void>;
}

export function createPeriodicTask({ clock, every, first = 0, run, onError }: PeriodicTaskOptions): PeriodicTask {
  const stopping = new AbortController();
  const { signal } = stopping;
  let loop: Promise<void> = Promise.resolve();

  async function runOnAndOn(): Promise<void> {
    if (first > 0) await clock.sleep(first, signal);
    while (!signal.aborted) {
      try {
        await run();
      } catch (error) {
        if (onError === undefined) throw error;
        onError(error);
      }
      await clock.sleep(every, signal);
    }
  }

  return {
    signal,
    start() {
      loop = runOnAndOn();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
