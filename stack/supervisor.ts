import type { Text } from '../core/language.ts';
import { TEXTS } from './command-texts.ts';
import type { OrphanGuard } from './orphan-guard.ts';
import { describeExit, type ProcessSpec, type RunningProcess, startProcess, tellLog } from './process.ts';

/** Programs that belong together: started in order, ended in the opposite order, none missed when it ends. */
export interface Supervisor {
  /** @throws ProcessError when it does not become ready */
  start(spec: ProcessSpec): Promise<RunningProcess>;
  /** Resolves with what to tell when a program ends although nobody asked it to. */
  readonly unexpectedEnd: Promise<Text>;
  /** Ends all, the last started first. */
  stop(): Promise<void>;
}

export function createSupervisor(guard: OrphanGuard, signal: AbortSignal): Supervisor {
  const running: RunningProcess[] = [];
  let stopping = false;
  let tell: (text: Text) => void = () => {};
  const unexpectedEnd = new Promise<Text>((resolve) => {
    tell = resolve;
  });
  return {
    unexpectedEnd,
    async start(spec) {
      const started = await startProcess(spec, guard, signal);
      running.push(started);
      void started.exited.then(async (exit) => {
        if (!stopping) tell(TEXTS.ended(spec.name, describeExit(exit), await tellLog(spec.logFile)));
      });
      return started;
    },
    async stop() {
      stopping = true;
      // In the opposite order: the exporter pushes a last time while the gateway is still there.
      for (const each of running.splice(0).reverse()) await each.stop();
      guard.close();
    },
  };
}
