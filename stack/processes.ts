import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backoffDelay } from '../core/backoff.ts';
import { type Text, UserFacingError } from '../core/language.ts';
import { type Clock, systemClock } from '../runtime/async.ts';
import { requestHttp } from '../runtime/http.ts';
import { TEXTS } from './texts.ts';

/** One program to run: how to start it, where its output goes, and when it is ready to serve. */
export interface ProcessSpec {
  /** As people know it, such as `Prometheus`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Standard output and standard error, appended. */
  readonly logFile: string;
  /** Asked again and again until it answers true. */
  readonly ready: () => Promise<boolean>;
  /** Milliseconds to become ready; 30 s by default. */
  readonly readyWithin?: number;
  /** Milliseconds to end after SIGTERM before SIGKILL; 10 s by default. */
  readonly stopWithin?: number;
  /** The whole environment of the program; this process' own by default. */
  readonly environment?: Readonly<Record<string, string>>;
}

interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** SIGHUP: programs of the Prometheus family read their configuration again, and keep the old one where it is bad. */
  reload(): void;
  /** Resolves when it ended, for whatever reason. */
  readonly exited: Promise<ProcessExit>;
  /** SIGTERM, then SIGKILL where that does not help; resolves when the process is gone. Safe to call twice. */
  stop(): Promise<void>;
  /** Ends it as a power cut would: SIGKILL. */
  kill(): Promise<void>;
}

/** A program did not start or did not become ready; the message names its log and the log's last lines. */
export class ProcessError extends UserFacingError {
  override readonly name = 'ProcessError';
}

const READY_POLL_MS = 100;
const LAST_LINES = 5;

/**
 * Starts a program and waits until it is ready. It runs in a process group of its own, so that Ctrl-C reaches only its
 * parent, which ends its programs in order.
 *
 * @param guard ends the program should this process die without having stopped it
 * @param signal gives the start up; the program is stopped then
 * @throws ProcessError when it ends or stays silent instead of becoming ready; it is stopped then
 */
export async function startProcess(
  spec: ProcessSpec,
  guard: OrphanGuard,
  signal?: AbortSignal,
): Promise<RunningProcess> {
  const running = await launch(spec, guard);
  const deadline = performance.now() + (spec.readyWithin ?? 30_000);
  let ended: ProcessExit | undefined;
  const watch = running.exited.then((exit) => {
    ended = exit;
  });
  for (;;) {
    if (ended !== undefined) {
      throw new ProcessError(TEXTS.endedAtOnce(spec.name, describeExit(ended), await tellLog(spec.logFile)));
    }
    if (await spec.ready().catch(() => false)) return running;
    if (signal?.aborted === true) {
      await running.stop();
      throw new ProcessError(TEXTS.notNeeded(spec.name));
    }
    if (performance.now() > deadline) {
      await running.stop();
      throw new ProcessError(TEXTS.notReady(spec.name, await tellLog(spec.logFile)));
    }
    await Promise.race([watch, new Promise((resolve) => setTimeout(resolve, READY_POLL_MS))]);
  }
}

async function launch(spec: ProcessSpec, guard: OrphanGuard): Promise<RunningProcess> {
  await mkdir(dirname(spec.logFile), { recursive: true });
  const log = await open(spec.logFile, 'a', 0o600);
  try {
    const child = spawn(spec.command, spec.args, {
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
      windowsHide: true,
      ...(spec.environment === undefined ? {} : { env: { ...spec.environment } }),
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => resolve(child.pid ?? 0));
      child.once('error', (cause) => {
        reject(new ProcessError(TEXTS.cannotStart(spec.name, cause.message), { cause }));
      });
    });
    guard.watch(pid);
    const exited = new Promise<ProcessExit>((resolve) => {
      child.once('exit', (code, signal) => {
        guard.release(pid);
        resolve({ code, signal });
      });
    });
    return {
      name: spec.name,
      pid,
      logFile: spec.logFile,
      exited,
      reload: () => {
        // Windows knows no such signal, and would end the program.
        if (process.platform !== 'win32') child.kill('SIGHUP');
      },
      stop: () => stop(child, exited, spec.stopWithin ?? 10_000),
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
    };
  } finally {
    await log.close();
  }
}

async function stop(child: ChildProcess, exited: Promise<ProcessExit>, within: number): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), within);
  await exited;
  clearTimeout(timer);
}

/** Such as `exit code 1` or `SIGKILL`. */
function describeExit({ code, signal }: ProcessExit): Text {
  return signal === null ? TEXTS.exitCode(code ?? 0) : { zh: signal, en: signal };
}

/** `; see <file>:` and the last lines of a log. */
async function tellLog(logFile: string): Promise<Text> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-LAST_LINES);
  return TEXTS.seeLog(logFile, text === '' ? '' : `:\n  ${lines.join('\n  ')}`);
}

/** Ready when this address answers 200. */
export function answers(url: string): () => Promise<boolean> {
  return async () => (await requestHttp(url, { timeout: 2000 })).status === 200;
}

/** Ends the programs of a process that died without stopping them, even by SIGKILL. */
export interface OrphanGuard {
  watch(pid: number): void;
  /** The program ended: its id may belong to another one soon. */
  release(pid: number): void;
  /** Nothing is left to guard. */
  close(): void;
}

/**
 * Reads `+ <pid>` and `- <pid>` lines until its input ends, which happens when its parent dies, however that dies; then
 * ends what is still listed: asks first, and makes sure after ten seconds.
 */
const SCRIPT = `
trap '' HUP INT TERM
pids=
while read -r sign pid; do
  if [ "$sign" = + ]; then pids="$pids $pid"; continue; fi
  rest=
  for each in $pids; do [ "$each" = "$pid" ] || rest="$rest $each"; done
  pids=$rest
done
[ -n "$pids" ] || exit 0
kill -TERM $pids 2>/dev/null
for tenth in $(seq 100); do kill -0 $pids 2>/dev/null || exit 0; sleep 0.1; done
kill -KILL $pids 2>/dev/null
`;

/**
 * A small shell next to this process that outlives it for as long as it takes to end its programs. Where there is no
 * shell (Windows) nothing is guarded.
 */
export function createOrphanGuard(): OrphanGuard {
  if (process.platform === 'win32') return { watch: () => {}, release: () => {}, close: () => {} };
  // In a group of its own: Ctrl-C and the end of a terminal must not take the guard before its programs.
  const shell = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Writing to a guard that somebody killed is no reason to fail.
  shell.stdin.on('error', () => {});
  shell.on('error', () => {});
  shell.unref();
  return {
    watch: (pid) => shell.stdin.write(`+ ${pid}\n`),
    release: (pid) => shell.stdin.write(`- ${pid}\n`),
    close: () => shell.stdin.end(),
  };
}

/** Programs that belong together: started in order, ended in the opposite order, none missed when it ends. */
export interface Supervisor {
  /** @throws ProcessError when it does not become ready */
  start(spec: ProcessSpec): Promise<Pick<RunningProcess, 'reload'>>;
  /** Resolves with what to tell when a program ends although nobody asked it to, and is not started again. */
  readonly unexpectedEnd: Promise<Text>;
  /** Ends all, the last started first. */
  stop(): Promise<void>;
}

/** Between an end and the next start, in milliseconds. */
const PAUSES = { first: 1000, longest: 60_000 };
/** What ran for so long ends for a new reason. */
const STEADY_MS = 60_000;

/**
 * @param onRestart what to tell when a program that ended is started again; without it, none is
 * @param clock of the pauses before that
 */
export function createSupervisor(
  guard: OrphanGuard,
  signal: AbortSignal,
  onRestart?: (text: Text) => void,
  clock: Clock = systemClock,
): Supervisor {
  const running: { readonly part: { process: RunningProcess }; readonly kept: Promise<void> }[] = [];
  const stopping = new AbortController();
  const ended = AbortSignal.any([signal, stopping.signal]);
  let tell: (text: Text) => void = () => {};
  const unexpectedEnd = new Promise<Text>((resolve) => {
    tell = resolve;
  });

  /** Keeps a program running, however often it ends or fails to start. */
  async function keep(spec: ProcessSpec, part: { process: RunningProcess }): Promise<void> {
    let failures = 0;
    for (;;) {
      const since = clock.now();
      const exit = await part.process.exited;
      if (ended.aborted) return;
      let text = TEXTS.ended(spec.name, describeExit(exit), await tellLog(spec.logFile));
      if (onRestart === undefined) return tell(text);
      if (clock.now() - since > STEADY_MS) failures = 0;
      for (let back = false; !back; failures += 1) {
        onRestart(text);
        await clock.sleep(backoffDelay(PAUSES, failures + 1, Math.random()), ended);
        try {
          part.process = await startProcess(spec, guard, ended);
          back = true;
        } catch (error) {
          if (!(error instanceof ProcessError)) throw error;
          text = error.text;
        }
        if (ended.aborted) return part.process.stop();
      }
    }
  }

  return {
    unexpectedEnd,
    async start(spec) {
      const part = { process: await startProcess(spec, guard, ended) };
      running.push({ part, kept: keep(spec, part) });
      return { reload: () => part.process.reload() };
    },
    async stop() {
      stopping.abort();
      // In the opposite order: the exporter pushes a last time while the gateway is still there.
      for (const { part, kept } of running.splice(0).reverse()) {
        await part.process.stop();
        await kept;
      }
      guard.close();
    },
  };
}
