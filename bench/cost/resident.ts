import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createKernelSimulator } from '../../simulator/kernel/kernel-simulator.ts';
import { startScriptedGateway } from '../../test/scripted-gateway.ts';
import { median } from '../accounting/misattribution.ts';
import { createCrowd, createCrowdSource } from './crowd.ts';
import { writeExporterSettings } from './exporter-settings.ts';

interface Resident {
  /** Median and highest resident memory while the measured frames came, bytes. */
  readonly median: number;
  readonly highest: number;
  readonly frames: number;
  readonly pushes: number;
}

/** Between two looks at whether it is done. */
const LOOK_MS = 100;
/** The exporter reports its own resident memory to whoever started it. */
const REPORTER = `data:text/javascript,${encodeURIComponent('setInterval(() => process.send?.(process.memoryUsage.rss()), 50).unref()')}`;

/**
 * Runs the built exporter against a simulated kernel with 1,000 open connections and a gateway that takes every push.
 *
 * @param root the checkout, built
 * @param pollMs milliseconds between two frames; a push is made every ten
 * @param warmUp frames before the measurement
 * @param frames frames of the measurement
 */
export async function measureResident(root: string, pollMs: number, warmUp: number, frames: number): Promise<Resident> {
  const crowd = createCrowd({ size: 1000, churn: 0.02, moving: 1, hosts: 5000, clients: 100, startedAt: Date.now() });
  const source = createCrowdSource(crowd, Date.now);
  const kernel = createKernelSimulator({ source, now: Date.now, port: 0, secret: '' });
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-bench-'));
  const gateway = await startScriptedGateway();
  await kernel.start();
  let exporter: ChildProcess | undefined;
  try {
    const settings = await writeExporterSettings(folder, {
      MihomoAPIAddr: kernel.origin(),
      RemoteServer: gateway.origin,
      PollInterval: String(pollMs),
      PushInterval: String(10 * pollMs),
      LogLevel: 'warn',
    });
    exporter = fork(join(root, 'dist/flowcollect.mjs'), ['exporter', '--config', settings], {
      execArgv: ['--import', REPORTER],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const samples: number[] = [];
    exporter.on('message', (resident) => {
      if (source.frames() > warmUp) samples.push(Number(resident));
    });
    while (source.frames() < warmUp + frames) {
      if (exporter.exitCode !== null) throw new Error(`the exporter ended with ${exporter.exitCode}`);
      await delay(LOOK_MS);
    }
    return {
      median: median(samples),
      highest: Math.max(...samples),
      frames: source.frames() - warmUp,
      pushes: gateway.pushes.length,
    };
  } finally {
    if (exporter !== undefined) await end(exporter);
    await kernel.stop();
    await gateway.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function end(exporter: ChildProcess): Promise<void> {
  if (exporter.exitCode !== null) return;
  exporter.kill('SIGTERM');
  await once(exporter, 'exit');
}
