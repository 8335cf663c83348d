import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';

const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
let child: ChildProcess;
let said = '';

const until = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 30_000 });
const reloads = (): number => said.match(/settings reloaded/g)?.length ?? 0;
/** `code` of a process that ended by itself, else the signal that ended it. */
const ending = (): Promise<unknown> =>
  new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));

afterEach(() => child.kill('SIGKILL'));

it.skipIf(process.platform === 'win32').each([
  ['exporter', '[client]\nDeviceID = a\nRemoteServer = http://127.0.0.1:9\nMetricsListen = 127.0.0.1:0\n'],
  ['gateway', '[server]\nServerToken = one\nListenPort = 127.0.0.1:0\nGatewayMetricsListen = 127.0.0.1:0\n'],
  ['auditor', '[server]\nPrometheusAddr = http://127.0.0.1:9\nAuditorListen = 127.0.0.1:0\n'],
  ['config watch', '[server]\n'],
])('%s reads its settings again at SIGHUP where it has no terminal, and ends at SIGTERM', async (command, text) => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-signal-'));
  const config = join(folder, 'settings.ini');
  await writeFile(config, text);
  const out = command === 'config watch' ? ['--out', 'out'] : [];
  said = '';
  child = spawn(process.execPath, [BUNDLE, ...command.split(' '), '--config', config, ...out], { cwd: folder });
  child.stderr?.on('data', (each) => (said += each));
  await until(() => expect(said).toMatch(/exporter started|the gateway is open|auditor started|configuration written/));
  for (const times of [1, 2]) {
    child.kill('SIGHUP');
    await until(() => expect(reloads()).toBe(times));
  }
  const ended = ending();
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
