import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createKernelSimulator } from '../../simulator/kernel/kernel-simulator.ts';
import { startScriptedGateway } from '../../test/scripted-gateway.ts';
import { createCrowd, createCrowdSource } from '../cost/crowd.ts';
import { writeExporterSettings } from '../cost/exporter-settings.ts';

interface RunOptions {
  /** Open connections. */
  readonly size: number;
  /** The share of them that moves bytes between two frames. */
  readonly moving: number;
  /** Milliseconds between frames; a push is made every ten. */
  readonly pollMs: number;
  /** Frames of the measurement, after those of the warm-up. */
  readonly frames: number;
  /** PEM texts with which the gateway speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Of the exporter, such as where it finds authorities. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Measured {
  /** Milliseconds from the start to the first frame that was accounted. */
  readonly start: number;
  /** Milliseconds of processor time. */
  readonly frame: number;
  /** Bytes: the highest that was resident (VmHWM), and how many pages of files were among them in the end (RssFile). */
  readonly highest: number;
  readonly ofFiles: number;
  readonly pushes: number;
}

const WARM_UP = 60;

/** Runs an exporter between a simulated kernel and a gateway of its own. @param program with its first arguments */
export async function measureRun(program: readonly string[], options: RunOptions): Promise<Measured> {
  const [command = '', ...args] = program;
  const { size, moving, pollMs, frames, tls, env } = options;
  const crowd = createCrowd({ size, churn: 0.02, moving, hosts: 5000, clients: 100, startedAt: Date.now() });
  const source = createCrowdSource(crowd, Date.now);
  const kernel = createKernelSimulator({ source, now: Date.now, port: 0, secret: '' });
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-bench-'));
  const gateway = await startScriptedGateway(0, [], tls);
  await kernel.start();
  let exporter: ChildProcess | undefined;
  try {
    await writeExporterSettings(folder, {
      MihomoAPIAddr: kernel.origin(),
      RemoteServer: gateway.origin,
      PollInterval: String(pollMs),
      PushInterval: String(10 * pollMs),
    });
    const began = performance.now();
    exporter = spawn(command, [...args, 'exporter'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(env === undefined ? {} : { env }),
    });
    const start = new Promise<number>((resolve) => {
      exporter?.stderr?.on('data', (lines: Buffer) => {
        if (lines.includes('first frame')) resolve(performance.now() - began);
      });
    });
    const reach = async (count: number): Promise<void> => {
      while (source.frames() < count) {
        if (exporter?.exitCode !== null) throw new Error(`the exporter ended with ${exporter?.exitCode}`);
        await delay(20);
      }
    };
    await reach(WARM_UP);
    const [before, from] = [await processorTime(exporter), source.frames()];
    await reach(from + frames);
    const frame = ((await processorTime(exporter)) - before) / (source.frames() - from);
    const status = await readFile(`/proc/${exporter.pid}/status`, 'utf8');
    const bytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
    const { length: pushes } = gateway.pushes;
    return { start: await start, frame, highest: bytes('VmHWM'), ofFiles: bytes('RssFile'), pushes };
  } finally {
    if (exporter?.exitCode === null) await Promise.all([once(exporter, 'exit'), exporter.kill('SIGTERM')]);
    await kernel.stop();
    await gateway.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Milliseconds, of user and system; the kernel counts in hundredths of a second (proc_pid_stat(5), fields 14 and 15).
 *
 * @throws Error where the process has ended
 */
export async function processorTime({ pid, exitCode, spawnfile }: ChildProcess): Promise<number> {
  if (pid === undefined || exitCode !== null) throw new Error(`${spawnfile} ended with ${exitCode}`);
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
