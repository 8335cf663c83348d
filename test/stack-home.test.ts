import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { renderIni } from '../stack/service-settings.ts';
import { freePort } from './real-parts.ts';

const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
const PATIENT = { timeout: 60_000, interval: 200 };

let folder: string;
let prometheus: string;
let running: ChildProcess | undefined;
let said: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stack-home-'));
  prometheus = `http://127.0.0.1:${await freePort()}`;
  await writeFile(
    join(folder, 'ServerSetting.ini'),
    renderIni({
      server: {
        ListenPort: String(await freePort()),
        ServerToken: 'a token of sixteen characters',
        GatewayMetricsListen: String(await freePort()),
        AuditorListen: String(await freePort()),
        PushgatewayAddr: `http://127.0.0.1:${await freePort()}`,
        PrometheusAddr: prometheus,
        Language: 'en',
        ArchiveToken: 'hunter2-of-the-archive',
      },
      stack: { Demo: 'off', AlertmanagerPort: String(await freePort()) },
    }),
  );
});
afterEach(async () => {
  await end();
});

/** As on a home server: no kernel and no exporter here. */
async function start(): Promise<void> {
  said = '';
  const child = spawn(process.execPath, [BUNDLE, 'stack'], { cwd: folder });
  running = child;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += String(text);
    });
  await vi.waitFor(() => expect(said).toContain('Data and logs: '), PATIENT);
}

async function end(): Promise<void> {
  if (running === undefined || running.exitCode !== null) return;
  running.kill('SIGTERM');
  await once(running, 'exit');
}

/** The process of a part of this stack. */
async function pidOf(command: string): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(`\0${command}\0`) && line.includes(folder)) return Number(pid);
  }
  throw new Error(`${command} does not run`);
}

async function countOf(query: string, time?: number): Promise<number> {
  const at = time === undefined ? '' : `&time=${time}`;
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}${at}`);
  return ((await answer.json()) as { data: { result: unknown[] } }).data.result.length;
}

it.skipIf(process.platform !== 'linux')(
  'runs without a kernel, starts again what ends, and finds its data after it was started again',
  { timeout: 240_000 },
  async () => {
    await start();
    expect(said).toContain('No exporter here');
    expect(said).not.toContain('DEMO');
    expect(said).toMatch(/\/reports +The archive of reports .*ArchiveToken/);
    expect(said).not.toContain('hunter2');
    const before = await pidOf('gateway');
    process.kill(before, 'SIGKILL');
    await vi.waitFor(() => expect(said).toContain('Gateway ended (SIGKILL)'), PATIENT);
    await vi.waitFor(async () => expect(await pidOf('gateway')).not.toBe(before), PATIENT);
    await vi.waitFor(async () => expect(await countOf('up{job="gateway"} == 1')).toBe(1), PATIENT);
    const then = Date.now() / 1000;

    await end();
    await start();
    await vi.waitFor(async () => expect(await countOf('up{job="gateway"} == 1', then)).toBe(1), PATIENT);
    expect((await readdir(folder)).sort()).toEqual(['ServerSetting.ini', 'data']);
  },
);
