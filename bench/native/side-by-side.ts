import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createKernelSimulator } from '../../simulator/kernel/kernel-simulator.ts';
import { createHouseholdSource } from '../../simulator/kernel/kernel-source.ts';
import { startScriptedGateway } from '../../test/scripted-gateway.ts';
import { writeExporterSettings } from '../cost/exporter-settings.ts';
import { processorTime } from './run.ts';

/** A program that watches a kernel. */
export interface Watcher {
  readonly command: readonly [program: string, ...args: string[]];
  /** Milliseconds between frames; undefined for another exporter, which takes its own. */
  readonly pollMs?: number;
}

/** Seconds of processor time, user and system. */
interface Took {
  /** From the start until it was warm. */
  readonly starting: number;
  readonly running: number;
}

/** What clash-exporter listens on; it takes no port from the system. */
const OTHER_PORT = 21_129;
/** Prometheus asks as often as the exporter pushes. */
const SCRAPE_MS = 10_000;

/**
 * Processor time of several programs that watch one simulated kernel with mixed traffic at the same time, so that
 * whatever else the machine does falls on all of them. Those that do not push are scraped.
 *
 * @param warmUp seconds before the measurement, in which programs start and V8 compiles what is used often
 * @param seconds of the measurement
 */
export async function sideBySide(watchers: readonly Watcher[], warmUp: number, seconds: number): Promise<Took[]> {
  const source = createHouseholdSource({ seed: 'side by side', shape: 'mixed', startedAt: Date.now() - 600_000 });
  const kernel = createKernelSimulator({ source, now: Date.now, port: 0, secret: '' });
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-bench-'));
  const gateway = await startScriptedGateway();
  await kernel.start();
  const running: ChildProcess[] = [];
  const scraping = setInterval(() => {
    fetch(`http://127.0.0.1:${OTHER_PORT}/metrics`).then(
      (page) => page.text(),
      () => {},
    );
  }, SCRAPE_MS);
  try {
    for (const [at, { command, pollMs }] of watchers.entries()) {
      const cwd = join(folder, String(at));
      await mkdir(cwd);
      await writeExporterSettings(cwd, {
        MihomoAPIAddr: kernel.origin(),
        RemoteServer: gateway.origin,
        DeviceID: `bench ${at}`,
        PollInterval: String(pollMs),
      });
      const [program, ...args] = command;
      const own = pollMs === undefined ? ['-port', String(OTHER_PORT)] : ['exporter'];
      const env = { CLASH_HOST: new URL(kernel.origin()).host };
      running.push(spawn(program, [...args, ...own], { cwd, env, stdio: 'ignore' }));
    }
    await delay(1000 * warmUp);
    const before = await Promise.all(running.map(processorTime));
    await delay(1000 * seconds);
    const after = await Promise.all(running.map(processorTime));
    return after.map((total, at) => {
      const starting = (before[at] ?? Number.NaN) / 1000;
      return { starting, running: total / 1000 - starting };
    });
  } finally {
    clearInterval(scraping);
    for (const each of running)
      if (each.exitCode === null) await Promise.all([once(each, 'exit'), each.kill('SIGTERM')]);
    await kernel.stop();
    await gateway.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
