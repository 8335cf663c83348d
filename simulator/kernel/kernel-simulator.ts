import type { LogLine } from '../household/household.ts';
import { createKernelApi, type KernelListener, type LiveSource, listenOnPort, listenOnSocket } from './kernel-api.ts';
import type { KernelSource } from './kernel-source.ts';

/** A Mihomo kernel on loopback. */
export interface KernelSimulator {
  /** @throws ListenError when the port is taken */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Such as `http://127.0.0.1:9090`; the same after a restart. @throws Error before the first start */
  origin(): string;
  /** Kills the kernel's process: its API refuses connections until {@link revive}. */
  die(): Promise<void>;
  /** Starts the process again on the same port; totals and connection ids start over. */
  revive(): Promise<void>;
  /** The source, advanced to the present. */
  source(): KernelSource;
}

/** How often log lines are looked for while someone listens, in milliseconds. */
const LOG_BEAT = 20;

/**
 * @param options.now the simulated time in epoch milliseconds
 * @param options.port 0 lets the system choose
 * @param options.secret empty for none
 * @param options.socketPath a unix socket besides the port; it ignores the secret, as the real one does
 */
export function createKernelSimulator(options: {
  readonly source: KernelSource;
  readonly now: () => number;
  readonly port: number;
  readonly secret: string;
  readonly socketPath?: string;
}): KernelSimulator {
  const { source, socketPath } = options;
  const listeners = new Set<(line: LogLine) => void>();
  let beat: NodeJS.Timeout | undefined;
  let open: KernelListener[] = [];
  let port = options.port;
  let origin: string | undefined;

  const current = (): KernelSource => {
    for (const line of source.advance(options.now())) for (const listener of listeners) listener(line);
    return source;
  };
  const live: LiveSource = {
    current,
    onLog(listener) {
      // What was logged before someone listened is gone.
      current();
      listeners.add(listener);
      beat ??= setInterval(current, LOG_BEAT);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(beat);
        beat = undefined;
      };
    },
  };
  const listen = async (): Promise<void> => {
    const onPort = await listenOnPort(createKernelApi(live, options.secret), {
      host: '127.0.0.1',
      port,
      setting: '--kernel-port',
    });
    open = [onPort];
    // A restarted kernel is found where it was.
    port = onPort.port;
    origin = onPort.origin;
    if (socketPath !== undefined) open.push(await listenOnSocket(createKernelApi(live, ''), socketPath));
  };
  const silence = async (): Promise<void> => {
    const closing = open;
    open = [];
    await Promise.all(closing.map((listener) => listener.kill()));
  };

  return {
    start: listen,
    stop: silence,
    origin() {
      if (origin === undefined) throw new Error('the kernel simulator has not started');
      return origin;
    },
    async die() {
      await silence();
      current().die();
    },
    async revive() {
      current().revive();
      await listen();
    },
    source: current,
  };
}
