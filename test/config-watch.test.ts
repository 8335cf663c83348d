import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { alertmanagerSpec, prometheusSpec } from '../stack/programs.ts';
import { renderIni } from '../stack/service-settings.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';

const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
let parts: RealParts;
let config: string;
let settings: Record<string, Record<string, string>>;
let prometheus: string;
let alertmanager: string;
let watching: ChildProcess;
let said = '';

const save = (): Promise<void> => writeFile(config, renderIni(settings));
const out = (name: string): string => join(parts.folder, 'out', name);
const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 100 });
/** The threshold of the alert FlowCollectQuotaHigh, as Prometheus runs it. */
async function threshold(): Promise<string | undefined> {
  const rules = await (await fetch(`${prometheus}/api/v1/rules`)).text();
  return /quota_bytes\) \\u003e (0\.\d+)/.exec(rules)?.[1];
}
const routes = async (): Promise<string> => (await fetch(`${alertmanager}/api/v2/status`)).text();
const exitOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

beforeAll(async () => {
  parts = await createRealParts();
  config = join(parts.folder, 'ServerSetting.ini');
  const ports = [await freePort(), await freePort()] as const;
  [prometheus, alertmanager] = [`http://127.0.0.1:${ports[0]}`, `http://127.0.0.1:${ports[1]}`];
  settings = {
    server: { PrometheusAddr: prometheus },
    smtp: { EmailUser: 'me@mail.invalid', EmailPass: 'hush', EmailTo: 'me@mail.invalid' },
  };
  await save();
  const reload = ['--reload', prometheus, alertmanager];
  watching = spawn(process.execPath, [BUNDLE, 'config', 'watch', '--config', config, '--out', out(''), ...reload]);
  watching.stderr?.on('data', (text) => (said += text));
  await until(() => expect(said).toContain('configuration written'));
  const place = (name: string) => ({
    binaries: parts.binaries,
    folder: join(parts.folder, name),
    logFile: join(parts.folder, `${name}.log`),
    configFile: out(`${name}.yml`),
  });
  const spec = prometheusSpec({ ...place('prometheus'), port: ports[0] });
  // As in docker-compose.yml.
  await parts.start({ ...spec, args: [...spec.args, '--web.enable-lifecycle'] });
  await parts.start(alertmanagerSpec({ ...place('alertmanager'), port: ports[1] }));
}, 60_000);
afterAll(async () => {
  watching.kill('SIGKILL');
  await parts.close();
});

it('brings edited thresholds into the rules and edited addresses into the routes, without a restart', async () => {
  expect(await threshold()).toBe('0.8');
  settings.alerts = { QuotaWarning: '0.6' };
  settings['alerts.alice'] = { EmailTo: 'alice@mail.invalid' };
  await save();
  await until(async () => expect(await threshold()).toBe('0.6'));
  await until(async () => expect(await routes()).toContain('alice@mail.invalid'));
  expect(await readFile(out('dashboards/flowcollect-overview.json'), 'utf8')).toContain('0.6');
}, 60_000);

it('keeps what it had when an edit is bad, says where it is, and goes on after it is fixed', async () => {
  const before = await readFile(out('rules/alerts.yml'), 'utf8');
  settings.alerts = { QuotaWarning: 'much' };
  await save();
  await until(() => expect(said).toMatch(/ServerSetting\.ini:\d+: \[alerts\] QuotaWarning/));
  expect(await readFile(out('rules/alerts.yml'), 'utf8')).toBe(before);
  expect(await threshold()).toBe('0.6');
  settings.alerts = { QuotaWarning: '0.7' };
  await save();
  await until(async () => expect(await threshold()).toBe('0.7'));
}, 60_000);

it.skipIf(process.platform === 'win32')('lets the group of its process read secrets, and nobody else', async () => {
  expect((await stat(out('smtp_password'))).mode & 0o777).toBe(0o640);
  expect((await stat(out('rules/alerts.yml'))).mode & 0o777).toBe(0o644);
  expect(said).not.toContain('hush');
});

it('ends when it is told to', async () => {
  const ended = exitOf(watching);
  watching.kill('SIGTERM');
  expect(await ended).toBe(0);
});

it.each([
  ['settings that are bad at the start', ['--out', 'out'], '[alerts] QuotaWarning'],
  ['an address that is none', ['--out', 'out', '--reload', 'prometheus'], '不是 http://127.0.0.1:9090 这样的地址'],
])('refuses %s', async (_, args, message) => {
  settings.alerts = { QuotaWarning: 'much' };
  await save();
  const child = spawn(process.execPath, [BUNDLE, 'config', 'watch', '--config', config, ...args], {
    cwd: parts.folder,
  });
  let text = '';
  child.stderr.on('data', (each) => (text += each));
  expect(await exitOf(child)).toBe(2);
  expect(text).toContain(message);
});
