import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createKernelSimulator } from '../simulator/kernel/kernel-simulator.ts';
import { renderIni } from '../stack/service-settings.ts';
import { startScriptedGateway } from '../test/scripted-gateway.ts';
import { buildNative, findGo } from '../tools/release/native.ts';
import type { BenchContext } from './bench.ts';
import { createCrowd, createCrowdSource } from './cost/crowd.ts';
import type { Cell, Figure, Section } from './table.ts';

const MIB = 2 ** 20;
const MB = 1e6;

/** What the exporter's host in Go costs a device, next to Node. */
export async function* native({ root, quick }: BenchContext): AsyncGenerator<Section> {
  const go = await findGo();
  if (go === undefined) {
    yield { title: 'The host in Go', method: 'Not measured: there is no Go here.', columns: ['what'], rows: [] };
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-bench-native-'));
  try {
    const program = join(folder, 'flowcollect');
    await buildNative(root, go, program);
    yield await file(program, folder);
    yield await running(program, root, quick);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function file(program: string, folder: string): Promise<Section> {
  await promisify(execFile)('tar', ['-czf', join(folder, 'packed.tar.gz'), '-C', folder, 'flowcollect']);
  const size = async (path: string, atMost: number): Promise<Figure> => ({
    value: (await stat(path)).size / MB,
    unit: 'MB',
    digits: 1,
    atMost,
  });
  return {
    title: 'The file for devices',
    method: 'Built for this machine. Where it lies in RAM, as below /tmp of a router, it takes its size of that too.',
    columns: ['file', '.tar.gz'],
    rows: [[await size(program, 18), await size(join(folder, 'packed.tar.gz'), 6)]],
  };
}

async function running(program: string, root: string, quick: boolean): Promise<Section> {
  const onNode = [process.execPath, join(root, 'dist', 'flowcollect.mjs')];
  const frames = quick ? 60 : 600;
  const rows: Cell[][] = [];
  for (const [size, moving, mostMiB, mostTimes] of [
    [100, 0.2, 32, 6],
    [100, 1, 32, 9],
    [1000, 0.2, 56, undefined],
  ] as const) {
    // A frame in time for the slower of both.
    const pollMs = size > 100 ? 500 : 100;
    const [node, go] = [
      await measure(onNode, size, moving, pollMs, frames),
      await measure([program], size, moving, pollMs, frames),
    ];
    const goal = (atMost: number | undefined): object => (atMost === undefined ? {} : { atMost });
    rows.push([
      `${size}, ${100 * moving} % of them moving`,
      { value: go.highest / MIB, unit: 'MiB', digits: 1, atMost: mostMiB },
      { value: node.highest / MIB, unit: 'MiB', digits: 1 },
      { value: go.frame, unit: 'ms', digits: 2 },
      { value: node.frame, unit: 'ms', digits: 2 },
      { value: go.frame / node.frame, unit: '×', digits: 1, ...goal(mostTimes) },
      { value: go.start / 1000, unit: 's', digits: 2, ...goal(size === 100 ? 1 : undefined) },
    ]);
  }
  return {
    title: 'The whole exporter in Go and on Node',
    method: `A simulated kernel before it and a gateway over plain HTTP behind it, with log and state; ${frames} frames after 60, a push every ten. Memory is the highest that was resident (VmHWM); processor time is all of the process's, pushes and state included; the start lasts until its first frame is accounted.`,
    columns: ['open connections', 'memory, Go', 'Node', 'processor time a frame, Go', 'Node', 'ratio', 'start, Go'],
    rows,
  };
}

interface Measured {
  /** Milliseconds from the start to the first frame that was accounted. */
  readonly start: number;
  /** Milliseconds of processor time. */
  readonly frame: number;
  /** Bytes. */
  readonly highest: number;
}

const WARM_UP = 60;

async function measure(
  [command = '', ...args]: readonly string[],
  size: number,
  moving: number,
  pollMs: number,
  frames: number,
): Promise<Measured> {
  const crowd = createCrowd({ size, churn: 0.02, moving, hosts: 5000, clients: 100, startedAt: Date.now() });
  const source = createCrowdSource(crowd, Date.now);
  const kernel = createKernelSimulator({ source, now: Date.now, port: 0, secret: '' });
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-bench-'));
  const gateway = await startScriptedGateway();
  await kernel.start();
  let exporter: ChildProcess | undefined;
  try {
    const client = {
      MihomoAPIAddr: kernel.origin(),
      RemoteServer: gateway.origin,
      RemoteToken: 'bench',
      DeviceID: 'bench',
      PollInterval: String(pollMs),
      PushInterval: String(10 * pollMs),
      MetricsListen: '127.0.0.1:0',
    };
    await writeFile(join(folder, 'ClientSetting.ini'), renderIni({ client }), { mode: 0o600 });
    const began = performance.now();
    exporter = spawn(command, [...args, 'exporter'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
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
    const pid = exporter.pid ?? 0;
    const [before, from] = [await processorTime(pid), source.frames()];
    await reach(from + frames);
    const frame = ((await processorTime(pid)) - before) / (source.frames() - from);
    return { start: await start, frame, highest: await highestResident(pid) };
  } finally {
    if (exporter?.exitCode === null) await Promise.all([once(exporter, 'exit'), exporter.kill('SIGTERM')]);
    await kernel.stop();
    await gateway.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds, of user and system; the kernel counts in hundredths of a second (proc_pid_stat(5), fields 14 and 15). */
async function processorTime(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function highestResident(pid: number): Promise<number> {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
