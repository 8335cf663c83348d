import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type HttpListener, listenHttp } from '../../runtime/http-listener.ts';
import { createKernelSimulator } from '../../simulator/kernel/kernel-simulator.ts';
import { median } from '../accounting/misattribution.ts';
import { createCrowd } from './crowd.ts';
import { createCrowdSource } from './crowd-source.ts';

export interface Resident {
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
  const { gateway, pushes } = await acceptPushes();
  await kernel.start();
  let exporter: ChildProcess | undefined;
  try {
    const settings = join(folder, 'ClientSetting.ini');
    await writeFile(settings, settingsText(kernel.origin(), gateway.origin, pollMs));
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
      pushes: pushes(),
    };
  } finally {
    if (exporter !== undefined) await end(exporter);
    await kernel.stop();
    await gateway.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function end(exporter: ChildProcess): Promise<void> {
  if (exporter.exitCode !== null) return;
  exporter.kill('SIGTERM');
  await once(exporter, 'exit');
}

function settingsText(kernel: string, gateway: string, pollMs: number): string {
  return [
    '[client]',
    `MihomoAPIAddr = ${kernel}`,
    `RemoteServer = ${gateway}`,
    'RemoteToken = bench',
    'DeviceID = bench',
    `PollInterval = ${pollMs}`,
    `PushInterval = ${10 * pollMs}`,
    'MetricsListen = 127.0.0.1:0',
    'LogLevel = warn',
    '',
  ].join('\n');
}

/** A gateway that knows no device and takes every push. */
async function acceptPushes(): Promise<{ gateway: HttpListener; pushes(): number }> {
  let pushes = 0;
  const gateway = await listenHttp(
    (request, response) => {
      request.resume().on('end', () => {
        if (request.method === 'PUT') pushes += 1;
        response.writeHead(request.method === 'PUT' ? 200 : 404, { 'content-type': 'application/json' });
        response.end('{"error":"nothing_pushed"}');
      });
    },
    { host: '127.0.0.1', port: 0, setting: 'the port, which the system chooses' },
  );
  return { gateway, pushes: () => pushes };
}
