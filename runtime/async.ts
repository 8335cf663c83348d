/** The time, as an argument: tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after that many milliseconds, or at once when the signal aborts; it never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, signal.aborted ? 0 : milliseconds);
      signal.addEventListener('abort', wake);
    }),
};

/** Runs tasks one after the other, in order of arrival. */
interface SerialQueue {
  /** Runs a task once those before it have ended, well or not. */
  run<T>(task: () => T | Promise<T>): Promise<T>;
  /** Resolves when what was given so far has ended. */
  idle(): Promise<void>;
}

export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const result = last.then(task);
      last = result.catch(() => undefined);
      return result;
    },
    async idle() {
      await last;
    },
  };
}

/** Lets one task of each key run at a time, in order of arrival. @param limit running and waiting tasks of one key */
export function createKeyedMutex(limit: number) {
  const queues = new Map<string, { readonly tasks: SerialQueue; length: number }>();
  return {
    /** @returns undefined, at once, when too many of this key wait already */
    run<T>(key: string, task: () => Promise<T>): Promise<T> | undefined {
      const queue = queues.get(key) ?? { tasks: createSerialQueue(), length: 0 };
      if (queue.length >= limit) return undefined;
      queue.length += 1;
      queues.set(key, queue);
      return queue.tasks.run(() =>
        task().finally(() => {
          queue.length -= 1;
          if (queue.length === 0) queues.delete(key);
        }),
      );
    },
    /** Resolves when nothing runs any more. */
    async idle() {
      while (queues.size > 0) await Promise.all([...queues.values()].map(({ tasks }) => tasks.idle()));
    },
  };
}

interface Waiting {
  readonly who: string;
  begin(end: () => void): void;
}

/**
 * Limits how many tasks run at the same time, and shares the turns, so that the many requests of one do not delay others.
 *
 * @param atOnce how many turns there are at the same time
 */
export function createFairSemaphore(atOnce: number) {
  const mostOfOne = Math.ceil(atOnce / 2);
  const underWay = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let all = 0;

  const countOf = ({ who }: Waiting): number => underWay.get(who) ?? 0;

  function next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const each of waiting) {
      if (countOf(each) < (best === undefined ? mostOfOne : countOf(best))) best = each;
    }
    return best;
  }

  function begin(): void {
    while (all < atOnce) {
      const chosen = next();
      if (chosen === undefined) return;
      const { who } = chosen;
      waiting.delete(chosen);
      all += 1;
      underWay.set(who, countOf(chosen) + 1);
      chosen.begin(() => {
        all -= 1;
        const left = countOf(chosen) - 1;
        if (left > 0) underWay.set(who, left);
        else underWay.delete(who);
        begin();
      });
    }
  }

  return {
    /**
     * Waits for a turn: of those who wait, whoever has the fewest under way is next, and nobody has more than half of all.
     *
     * @returns ends the turn; undefined where the signal came first
     */
    take: (who: string, signal: AbortSignal): Promise<(() => void) | undefined> =>
      new Promise((resolve) => {
        const leave = (): void => {
          waiting.delete(waiter);
          resolve(undefined);
        };
        const waiter: Waiting = {
          who,
          begin(end) {
            signal.removeEventListener('abort', leave);
            resolve(end);
          },
        };
        if (signal.aborted) {
          resolve(undefined);
          return;
        }
        signal.addEventListener('abort', leave, { once: true });
        waiting.add(waiter);
        begin();
      }),
  };
}

interface PeriodicTaskOptions {
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

  async function repeat(): Promise<void> {
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
      loop = repeat();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

/** Resolves when the signal aborts, at once where it has. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
