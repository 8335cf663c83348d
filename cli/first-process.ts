const ENDING = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * The kernel gives the first process of a container no default action for signals (pid_namespaces(7)), so that a command
 * that does not listen to them would outlive `docker stop` and Ctrl-C. With this it ends by them as any other process does.
 */
export function endBySignals(): void {
  if (process.pid !== 1) return;
  for (const [signal, number] of Object.entries(ENDING) as [keyof typeof ENDING, number][]) {
    process.on(signal, () => {
      // A service that listens ends by itself.
      if (process.listenerCount(signal) === 1) process.exit(128 + number);
    });
  }
}
