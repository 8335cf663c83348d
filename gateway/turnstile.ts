/** Lets one task of each key run at a time, in order of arrival. */
export interface Turnstile {
  /** @returns undefined, at once, when too many of this key wait already */
  run<T>(key: string, task: () => Promise<T>): Promise<T> | undefined;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

/** @param limit running and waiting tasks of one key */
export function createTurnstile(limit: number): Turnstile {
  const queues = new Map<string, { last: Promise<unknown>; length: number }>();
  return {
    run(key, task) {
      const queue = queues.get(key) ?? { last: Promise.resolve(), length: 0 };
      if (queue.length >= limit) return undefined;
      queue.length += 1;
      queues.set(key, queue);
      const result = queue.last.then(task).finally(() => {
        queue.length -= 1;
        if (queue.length === 0) queues.delete(key);
      });
      queue.last = result.catch(() => undefined);
      return result;
    },
    async idle() {
      while (queues.size > 0) await Promise.all([...queues.values()].map((queue) => queue.last));
    },
  };
}
