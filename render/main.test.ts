import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { run } from './main.ts';

let folder: string;
let said: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-render-'));
  said = '';
  const keep = (text: unknown): boolean => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(async () => {
  vi.restoreAllMocks();
});

async function render(settings: string, ...options: string[]): Promise<number> {
  const config = join(folder, 'ServerSetting.ini');
  await writeFile(config, settings);
  return run(['config', 'render', '--config', config, '--out', join(folder, 'out'), ...options]);
}
const read = (name: string): Promise<string> => readFile(join(folder, 'out', name), 'utf8');

it('writes the thresholds of the settings into rules and dashboards alike', async () => {
  expect(
    await render(
      '[server]\nDailyBudget = 3GB\nLeakRatio = 0.33\n[alerts]\nQuotaWarning = 0.55\nRunsOutDays = 4.5\nExpiryDays = 11\nSilentAfter = 21m\n',
    ),
  ).toBe(0);
  const rules = await read('rules/alerts.yml');
  for (const text of ['> 3221225472', '> 0.55', '33%', '< 4.5']) expect(rules).toContain(text);
  expect(await read('dashboards/flowcollect-audit.json')).toContain('* 0.33, 104857600)');
  const overview = await read('dashboards/flowcollect-overview.json');
  for (const text of ['"value": 0.55', '不足 11 天变橙', '"value": 1260']) expect(overview).toContain(text);
});

it('lists the files that it wrote, as JSON too', async () => {
  await render('');
  const lines = said.trimEnd().split('\n');
  expect(lines).toContain('prometheus.yml');
  said = '';
  await render('', '--json');
  expect(JSON.parse(said)).toEqual(lines);
});

it('says which file cannot be written', async () => {
  const out = join(folder, 'out');
  await writeFile(out, 'a file where the folder should be');
  expect(await render('')).toBe(1);
  expect(said).toContain(`${join(out, 'prometheus.yml')} 无法写入（上级不是目录，ENOTDIR）；请检查 --out`);
});

it('writes alerts, dashboards and what Grafana speaks in the language of the settings', async () => {
  await render('[server]\nLanguage = en\n');
  expect(await read('templates/flowcollect.tmpl')).toContain('.Annotations.summary_en');
  expect(await read('dashboards/flowcollect-overview.json')).not.toMatch(/\p{Script=Han}/u);
  expect(await read('grafana_language')).toBe('en-US');
  await render('');
  expect(await read('templates/flowcollect.tmpl')).not.toContain('_en');
  expect(await read('dashboards/flowcollect-overview.json')).toContain('总览');
  expect(await read('grafana_language')).toBe('zh-Hans');
});

it('scrapes containers by their names, and else this machine', async () => {
  await render('[server]\nPushgatewayAddr = http://pushgateway:9091\nAuditorListen = :9102\n');
  expect(await read('prometheus.yml')).toContain('auditor:9102');
  await render('[server]\nAuditorListen = :9202\n');
  expect(await read('prometheus.yml')).toContain('127.0.0.1:9202');
});

it('has Prometheus copy its samples where the settings say, and only then', async () => {
  await render('');
  expect(await read('prometheus.yml')).not.toContain('remote_write');
  await render(
    '[server]\nPrometheusAddr = http://127.0.0.1:10902\nRemoteWriteAddr = http://127.0.0.1:19291/api/v1/receive\n',
  );
  const { remote_write, scrape_configs } = parse(await read('prometheus.yml'));
  expect(remote_write).toEqual([{ url: 'http://127.0.0.1:19291/api/v1/receive' }]);
  // Prometheus scrapes itself, not the one that is asked in its place.
  expect(scrape_configs.at(-1)).toEqual({
    job_name: 'prometheus',
    static_configs: [{ targets: ['localhost:9090'] }],
  });
});

it.skipIf(process.platform === 'win32')('keeps secrets to their owner, and out of what it says', async () => {
  const mail = '[smtp]\nEmailUser = me@mail.invalid\nEmailTo = me@mail.invalid\nEmailPass = hunter2\n';
  await render(`${mail}[alerts]\nTelegramToken = 1:hunter3\nTelegramChat = 5\n`);
  expect(await read('smtp_password')).toBe('hunter2');
  expect(await read('alertmanager.yml')).not.toContain('hunter2');
  for (const name of ['smtp_password', 'alertmanager.yml']) {
    expect((await stat(join(folder, 'out', name))).mode & 0o777).toBe(0o600);
  }
  expect(said).not.toContain('hunter');
});

it('takes away rules and dashboards of an earlier version, and leaves those of others', async () => {
  await render('');
  const place = (name: string): string => join(folder, 'out', name);
  await writeFile(place('rules/gone.yml'), await read('rules/alerts.yml'));
  await writeFile(place('rules/own.yml'), 'groups: []\n');
  await writeFile(place('dashboards/flowcollect-gone.json'), '{}');
  await writeFile(place('dashboards/own.json'), '{}');
  await render('');
  expect((await readdir(place('rules'))).sort()).toEqual(['alerts.yml', 'own.yml', 'recording.yml']);
  const dashboards = await readdir(place('dashboards'));
  expect(dashboards).toContain('own.json');
  expect(dashboards).not.toContain('flowcollect-gone.json');
});

it('ends with 2 and writes nothing when the settings are bad', async () => {
  expect(await render('[alerts]\nQuotaWarning = much\n')).toBe(2);
  expect(said).toContain('ServerSetting.ini:2: [alerts] QuotaWarning');
  await expect(read('prometheus.yml')).rejects.toThrow();
});

it('ends with 2 when the settings or the folder are not named', async () => {
  expect(await run(['config', 'render', '--config', join(folder, 'none.ini'), '--out', folder])).toBe(2);
  expect(await run(['config', 'render', '--config', join(folder, 'none.ini')])).toBe(2);
});
