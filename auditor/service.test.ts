import { mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Clock } from '../runtime/async.ts';
import { listenHttp } from '../runtime/http.ts';
import { createLogger } from '../runtime/logger.ts';
import { runAuditorService } from './service.ts';

let folder: string;
let airport: Server;
let lines: string[];
let ending: AbortController;

const settings = (...more: string[]): Promise<void> =>
  writeFile(
    join(folder, 'ServerSetting.ini'),
    [
      '[server]',
      ...(more.join().includes('SubUrls')
        ? []
        : [`SubUrls = ["a.yaml"]="http://127.0.0.1:${(airport.address() as AddressInfo).port}/hunter2"`]),
      'PrometheusAddr = http://127.0.0.1:1',
      ...(more.join().includes('AuditorListen') ? [] : ['AuditorListen = 127.0.0.1:0']),
      ...more,
    ].join('\n'),
  );

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-service-'));
  airport = createServer((_, response) => {
    response.writeHead(200, { 'Subscription-Userinfo': 'upload=1; download=2; total=10' }).end();
  });
  await new Promise<void>((resolve) => airport.listen(0, '127.0.0.1', resolve));
  [lines, ending] = [[], new AbortController()];
});
afterEach(async () => {
  await new Promise((resolve) => airport.close(resolve));
});

it('serves what it read, takes edits, tells a bad one from a good one, and ends when asked to', async () => {
  await settings();
  const logger = createLogger('auditor', 'info', { write: (line) => lines.push(line) });
  const running = runAuditorService({ path: join(folder, 'ServerSetting.ini'), signal: ending.signal, logger });
  const logged = (message: string) => lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === message);
  const page = async (): Promise<string> => (await fetch(`${logged('auditor started').metrics}/metrics`)).text();
  const eventually = (check: () => Promise<void>): Promise<void> =>
    vi.waitFor(check, { timeout: 10_000, interval: 50 });

  await eventually(async () => {
    expect(await page()).toContain('flowcollect_airport_used_bytes{user="default",airport="a.yaml"} 3');
  });
  expect(await page()).toContain('flowcollect_auditor_config_last_reload_successful 1');
  expect(logged('settings notice').notice).toContain('chmod 600');
  expect((await fetch(`${logged('auditor started').metrics}/healthz`)).status).toBe(200);

  await settings('ReportCron = whenever');
  await eventually(async () => {
    expect(await page()).toContain('flowcollect_auditor_config_last_reload_successful 0');
  });
  expect(JSON.stringify(lines)).toContain('[server] ReportCron: 须为 cron 的五个字段');

  await settings('ReportCron = 0 8 * * *');
  await eventually(async () => {
    expect(await page()).toContain('flowcollect_auditor_config_last_reload_successful 1');
  });

  ending.abort();
  await running;
  await expect(page()).rejects.toThrow();
  expect(lines.join('')).not.toContain('hunter2');
});

it('goes on with a short password of the archive that was there before, warns of it, and takes no new one', async () => {
  const logger = createLogger('auditor', 'info', { write: (line) => lines.push(line) });
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000 });
  const hers = ['[user.alice]', 'MailTo = alice@qq.com', 'archivetoken = hers-hers'];
  await settings('ArchiveToken = hunter2!', ...hers);
  const running = runAuditorService({ path: join(folder, 'ServerSetting.ini'), signal: ending.signal, logger });
  await until(() => expect(lines.join('')).toContain('auditor started'));
  const { metrics } = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'auditor started');
  const statusWith = async (password: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
    return (await fetch(`${metrics}/reports`, { headers: { authorization } })).status;
  };
  for (const place of ['[server] ArchiveToken', '[user.alice] archivetoken'])
    expect(lines.join('')).toContain(`${place}: 不到 16 个字符`);

  await settings('ArchiveToken = another-one', ...hers);
  await until(() => expect(lines.join('')).toContain('settings kept as they were'));
  expect(lines.at(-1)).toContain('[server] ArchiveToken: 新令牌至少要有 16 个字符');
  expect(await Promise.all(['hunter2!', 'hers-hers', 'another-one'].map(statusWith))).toEqual([200, 200, 401]);

  await settings('ArchiveToken = another-one-of-16-characters', ...hers);
  await until(() => expect(lines.join('')).toContain('settings reloaded'));
  expect(await statusWith('another-one-of-16-characters')).toBe(200);
  ending.abort();
  await running;
  expect(lines.join('')).not.toMatch(/hunter2|hers-hers|another-one/);
});

it('moves its page to all addresses at the same port, and stays where it is rather than nowhere', async () => {
  const free = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: 'none' });
  await free.close();
  const logger = createLogger('auditor', 'info', { write: (line) => lines.push(line) });
  const failed = () => lines.filter((line) => line.includes('settings kept as they were')).length;
  const reloaded = () => lines.filter((line) => line.includes('settings reloaded')).length;
  // Over a connection of its own: one of before ends with the listener that it came to.
  const healthAt = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      get({ host, port: free.port, path: '/healthz', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000 });
  await settings(`AuditorListen = 127.0.0.1:${free.port}`);
  const running = runAuditorService({ path: join(folder, 'ServerSetting.ini'), signal: ending.signal, logger });
  await until(() => expect(lines.join('')).toContain('auditor started'));
  await settings(`AuditorListen = 0.0.0.0:${free.port}`);
  await until(() => expect(reloaded()).toBe(1));
  expect(await healthAt('127.0.0.2')).toBe(200);
  for (const [index, host] of ['198.51.100.1', '203.0.113.1'].entries()) {
    await settings(`AuditorListen = ${host}:${free.port}`);
    await until(() => expect(failed()).toBe(index + 1));
    expect(await healthAt('127.0.0.2')).toBe(200);
  }
  await settings(`AuditorListen = 127.0.0.1:${free.port}`);
  await until(() => expect(reloaded()).toBe(2));
  expect(await healthAt('127.0.0.1')).toBe(200);
  await expect(healthAt('127.0.0.2')).rejects.toThrow();
  ending.abort();
  await running;
});

/** Hours go by as fast as the work between them is done; the service ends after so many. */
function hasty(hours: number): Clock {
  let now = Date.parse('2026-11-24T08:00:00Z');
  const end = now + hours * 3_600_000;
  return {
    now: () => now,
    async sleep(milliseconds) {
      now += milliseconds;
      if (now >= end) ending.abort();
      await new Promise(setImmediate);
    },
  };
}
async function passing(hours: number): Promise<void> {
  const logger = createLogger('auditor', 'silent', { write: () => undefined });
  const clock = hasty(hours);
  await runAuditorService({ path: join(folder, 'ServerSetting.ini'), signal: ending.signal, logger, clock });
}

it('tells by /healthz and a metric that what it found cannot be kept, until it can', async () => {
  await settings();
  const logger = createLogger('auditor', 'info', { write: (line) => lines.push(line) });
  const clock = hasty(Number.POSITIVE_INFINITY);
  const running = runAuditorService({ path: join(folder, 'ServerSetting.ini'), signal: ending.signal, logger, clock });
  const data = join(folder, 'data', 'auditor');
  const eventually = (check: () => Promise<void>): Promise<void> =>
    vi.waitFor(check, { timeout: 10_000, interval: 50 });
  const origin = (): string =>
    lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'auditor started').metrics;
  const metric = async () =>
    /^flowcollect_auditor_data_writable (\d)$/m.exec(await (await fetch(`${origin()}/metrics`)).text())?.[1];

  await eventually(async () => expect(await readdir(data)).toContain('state.json'));
  // It is written before the page is open.
  await eventually(async () => expect(await metric()).toBe('1'));
  // What is in the way fails for every user, also for one that may write everywhere.
  const inTheWay = join(data, 'state.json');
  await eventually(async () => {
    await rm(inTheWay, { force: true });
    await mkdir(inTheWay);
  });
  await eventually(async () => expect((await fetch(`${origin()}/healthz`)).status).toBe(503));
  expect(await (await fetch(`${origin()}/healthz`)).json()).toEqual({
    status: 'failing',
    problem: expect.stringMatching(/auditor cannot be written \(E[A-Z]+\): free the disk.*\[server\] DataDir$/),
  });
  expect(await metric()).toBe('0');
  await rmdir(inTheWay);
  await eventually(async () => expect((await fetch(`${origin()}/healthz`)).status).toBe(200));
  expect(await metric()).toBe('1');
  ending.abort();
  await running;
});

it('sets damaged files of every kind aside at the start, and says so in /healthz while the rest goes on', async () => {
  await settings();
  const data = join(folder, 'data', 'auditor');
  for (const name of ['state.json', 'telegram.json']) await mkdir(join(data, name), { recursive: true });
  await writeFile(join(data, 'amendments.json'), '{"version":1,');
  const logger = createLogger('auditor', 'info', { write: (line) => lines.push(line) });
  const running = runAuditorService({ path: join(folder, 'ServerSetting.ini'), signal: ending.signal, logger });
  const started = () => lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'auditor started');
  await vi.waitFor(async () => {
    const page = await (await fetch(`${started().metrics}/metrics`)).text();
    expect(page).toContain('flowcollect_airport_used_bytes{user="default",airport="a.yaml"} 3');
  });
  const response = await fetch(`${started().metrics}/healthz`);
  const { status, problem } = (await response.json()) as { status: string; problem: string };
  expect([response.status, status]).toEqual([200, 'degraded']);
  for (const name of ['state.json', 'telegram.json', 'amendments.json']) {
    expect(problem).toContain(`${join(data, name)} (`);
    expect(await readdir(data)).toContainEqual(expect.stringContaining(`${name}.corrupt-`));
  }
  ending.abort();
  await running;
});

it('asks an airport every two hours, and little more often while it fails', async () => {
  let asked = 0;
  let status = 200;
  airport.removeAllListeners('request').on('request', (_, response) => {
    asked += 1;
    response
      .writeHead(status, status === 200 ? { 'Subscription-Userinfo': 'upload=1; download=2; total=10' } : {})
      .end();
  });
  await settings();
  // The first reading judges nothing; the second, a minute later, does.
  await passing(1);
  expect(asked).toBe(2);

  [asked, ending] = [0, new AbortController()];
  await passing(24);
  expect(asked).toBeGreaterThanOrEqual(11);
  expect(asked).toBeLessThanOrEqual(13);

  [asked, status, ending] = [0, 500, new AbortController()];
  await passing(24);
  expect(asked).toBeGreaterThanOrEqual(20);
  expect(asked).toBeLessThanOrEqual(28);

  [asked, status, ending] = [0, 403, new AbortController()];
  await passing(24);
  expect(asked).toBeLessThanOrEqual(4);
}, 60_000);

it('asks airports in the next minute where an edit brings others, and at SIGHUP all of them', async () => {
  const asked: (string | undefined)[] = [];
  airport.prependListener('request', ({ url }) => asked.push(url));
  await settings();
  let now = Date.parse('2026-11-24T08:00:00Z');
  let wake: (() => void) | undefined;
  const clock: Clock = {
    now: () => now,
    sleep: async (milliseconds, signal) => {
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal?.addEventListener('abort', () => resolve());
      });
      now += milliseconds;
    },
  };
  const aMinuteLater = async (): Promise<void> => {
    await vi.waitFor(() => expect(wake).toBeDefined(), { timeout: 10_000 });
    const pass = wake;
    wake = undefined;
    pass?.();
    await vi.waitFor(() => expect(wake).toBeDefined(), { timeout: 10_000 });
  };
  let signalled: () => void = () => {};
  const onReload = (again: () => void): (() => void) => {
    signalled = again;
    return () => {};
  };
  const logger = createLogger('auditor', 'info', { write: (line) => lines.push(line) });
  const path = join(folder, 'ServerSetting.ini');
  const running = runAuditorService({ path, signal: ending.signal, logger, clock, onReload });
  const reloaded = (times: number): Promise<void> =>
    vi.waitFor(() => expect(lines.filter((line) => line.includes('settings reloaded'))).toHaveLength(times), 10_000);
  // The second reading, which begins to judge.
  await aMinuteLater();
  await aMinuteLater();
  expect(asked).toEqual(['/hunter2', '/hunter2']);

  await settings('ReportCron = 0 8 * * *');
  await reloaded(1);
  await aMinuteLater();
  expect(asked).toHaveLength(2);

  const { port } = airport.address() as AddressInfo;
  await settings(`SubUrls = ["a.yaml"]="http://127.0.0.1:${port}/hunter2", ["b.yaml"]="http://127.0.0.1:${port}/b"`);
  await reloaded(2);
  await aMinuteLater();
  // The other one was read a few minutes ago.
  expect(asked.slice(2)).toEqual(['/b']);

  await aMinuteLater();
  const before = asked.length;
  signalled();
  await aMinuteLater();
  expect(asked.slice(before).sort()).toEqual(['/b', '/hunter2']);
  ending.abort();
  await running;
});
