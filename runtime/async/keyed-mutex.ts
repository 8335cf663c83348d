import { createSerialQueue, type SerialQueue } from './serial-queue.ts';

/** Lets one task of each key run at a time, in order of arrival. */
export interface KeyedMutex {
  /** @returns undefined, at once, when too many of this key wait already */
  run<T>(key: string, task: () => Promise<T>): Promise<T> | undefined;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

/** @param limit running and waiting tasks of one key */
export function createKeyedMutex(limit: number): KeyedMutex {
  const queues = new Map<string, { readonly tasks: SerialQueue; length: number }>();
  return {
    run(key, task) {
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
    async idle() {
      while (queues.size > 0) await Promise.all([...queues.values()].map(({ tasks }) => tasks.idle()));
    },
  };
}
