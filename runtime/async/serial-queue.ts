/** Runs tasks one after the other, in order of arrival. */
export interface SerialQueue {
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
