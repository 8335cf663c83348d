import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type AirportSimulator, createAirport } from '../../simulator/airport.ts';
import { OBJECT_NAMES } from '../../test/object-names.ts';
import { type ScriptedSeries, scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { createAirportClient } from '../airport/fetch.ts';
import { kernelOrigin } from '../airport/kernel-origin.ts';
import { readAuditorConfig } from '../config.ts';
import { readAuditState } from '../state/audit-state.ts';
import { reason } from '../verdict/reading.ts';
import { type Auditor, createAuditor } from './auditor.ts';
import { createAuditorMetrics } from './latest.ts';

const HOUR = 3_600_000;
const GB = 2 ** 30;
const MORNING = Date.parse('2026-11-23T08:00:00+08:00');
const REPORT = Date.parse('2026-11-23T23:55:00+08:00');

let now: number;
let folder: string;
let airport: AirportSimulator;
let lines: string[];
let prometheusDown: boolean;
let beats: number;

const moved = (at: number): number => Math.floor(((at - MORNING + 100 * HOUR) / HOUR) * GB);
const phone = { job: 'flowcollect', user: 'default', instance: 'phone' };
const devices: ScriptedSeries[] = [
  {
    metric: 'flowcollect_traffic_bytes_total',
    labels: { ...phone, class: 'proxy', node: 'HK', direction: 'download', accounting: 'measured' },
    valueAt: moved,
  },
  { metric: 'push_time_seconds', labels: phone, valueAt: (at) => at / 1000 },
];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-origins-'));
  [now, lines, prometheusDown, beats] = [MORNING, [], false, 0];
  const usage = () => ({ upload: 0, download: moved(now) });
  airport = createAirport({ port: 0, plan: { quota: 10_000 * GB, expiresAt: undefined }, usage });
  await airport.start();
});
afterEach(async () => {
  await airport.stop();
});

/** Prometheus, and whoever else is called, such as a watcher. */
const scripted = scriptedPrometheus(devices, () => prometheusDown);
const callAnyone: typeof fetch = async (input, init) => {
  if (!String(input).startsWith('https://watcher.')) return scripted(input, init);
  beats += 1;
  return new Response('ok');
};

async function openAuditor(...section: string[]): Promise<Auditor> {
  const text = ['[server]', 'HeartbeatUrl = https://watcher.example/hunter2', '[airport.a]', ...section].join('\n');
  const config = { ...readAuditorConfig('ServerSetting.ini', text, folder).settings, dataFolder: folder };
  const auditor = createAuditor({
    settings: { current: () => config },
    clock: {
      now: () => now,
      async sleep(milliseconds) {
        now += milliseconds;
      },
    },
    fetch: callAnyone,
    airports: createAirportClient({ clock: () => now }),
    metrics: createAuditorMetrics(),
    disk: { watch: (write) => write() },
    signal: new AbortController().signal,
    logger: createLogger('auditor', 'info', { write: (line) => lines.push(line) }),
  });
  await auditor.open();
  return auditor;
}
const link = (): string => `Url = ${airport.url()}`;

it('burns a link that works once no second time, says so, and goes on with a new one', async () => {
  airport.behave({ mode: 'one-time' });
  const auditor = await openAuditor(link());
  expect(await auditor.observe()).toBe(true);
  now += 2 * HOUR;
  // Asking again soon makes no sense, so that nothing is told to be tried again.
  expect(await auditor.observe()).toBe(true);
  expect(airport.requests()).toBe(2);
  for (let hour = 0; hour < 4; hour += 1) {
    now += 2 * HOUR;
    await (await openAuditor(link())).observe();
  }
  now = REPORT;
  const { airports } = await (await openAuditor(link())).report();
  expect(airport.requests()).toBe(2);
  expect(airports[0]).toMatchObject({
    reasons: [{ code: 'link_spent' }],
    verdict: { kind: 'unknown', closes: false },
  });
  expect(`${lines.join('')}${await readFile(join(folder, 'state.json'), 'utf8')}`).not.toContain('token=');

  airport.behave({ mode: 'normal' });
  const fixed = await (await openAuditor(`${link()}&again=1`)).report();
  expect(airport.requests()).toBe(3);
  expect(fixed.airports[0]?.verdict).toMatchObject({ kind: 'ok', window: { from: MORNING } });
  expect((await readAuditState(join(folder, 'state.json'))).airports.get('a')?.spentLink).toBeNull();
});

it('asks for a link that was refused once a day, in case the airport erred', async () => {
  airport.behave({ mode: 'forbidden' });
  const auditor = await openAuditor(link());
  for (const end = now + 72 * HOUR; now < end; now += HOUR) await auditor.observe();
  expect(airport.requests()).toBe(3);
  airport.behave({ mode: 'normal' });
  expect(await auditor.observe()).toBe(true);
  expect((await readAuditState(join(folder, 'state.json'))).airports.get('a')?.latest?.used).toBe(moved(now));
});

it('asks an airport that answers no sooner because another one fails', async () => {
  const auditor = await openAuditor(link(), '[airport.b]', 'Url = http://127.0.0.1:1/sub');
  expect(await auditor.observe()).toBe(false);
  for (const minutes of [5, 15, 60]) {
    now += minutes * 60_000;
    expect(await auditor.observe(2 * HOUR)).toBe(false);
  }
  // The first reading begins the window, which a second one has to end.
  expect(airport.requests()).toBe(2);
});

it.each(OBJECT_NAMES)('finds what a kernel read of a provider called %s', async (name) => {
  const body = `{"providers": {"${name}": {"subscriptionInfo": {"Upload": 1, "Download": 2, "Total": 9}}}}`;
  const answer = { status: 200, at: now, body: async () => body, header: () => undefined };
  expect(await kernelOrigin.read(answer, { provider: name })).toMatchObject({ quota: { used: 3 } });
  expect(await kernelOrigin.read({ ...answer, body: async () => '{"providers": {}}' }, { provider: name })).toEqual({
    reason: reason('kernel_provider', name),
  });
});

it('compares what a kernel read at the instant it read it, and leaves the window open until it reads again', async () => {
  let fetchedAt = MORNING - HOUR;
  const kernel: Server = createServer((_, response) => {
    const subscriptionInfo = { Upload: 0, Download: moved(fetchedAt), Total: 10_000 * GB, Expire: 0 };
    response.end(
      JSON.stringify({ providers: { a: { updatedAt: new Date(fetchedAt).toISOString(), subscriptionInfo } } }),
    );
  });
  await new Promise<void>((resolve) => kernel.listen(0, '127.0.0.1', resolve));
  const section = [`Url = http://127.0.0.1:${(kernel.address() as AddressInfo).port}`, 'Origin = kernel'];
  const auditor = await openAuditor(...section);
  await auditor.observe();
  now = REPORT;
  const waiting = await auditor.report();
  expect(waiting.airports[0]).toMatchObject({
    used: moved(fetchedAt),
    verdict: { kind: 'unknown', reasons: [{ code: 'reading_unchanged', detail: '11-23 07:00' }], closes: false },
  });
  fetchedAt = MORNING + 10 * HOUR;
  now = REPORT + 24 * HOUR;
  const { airports } = await auditor.report();
  expect(airports[0]?.verdict).toMatchObject({
    kind: 'ok',
    window: { from: MORNING - HOUR, to: fetchedAt },
    bill: { low: 11 * GB, high: 11 * GB },
  });
  await new Promise((resolve) => kernel.close(resolve));
});

it('tells the watcher of each good audit, also while an airport is down, and of none without Prometheus', async () => {
  airport.behave({ mode: 'reset' });
  const auditor = await openAuditor(link());
  await auditor.observe();
  expect(beats).toBe(1);
  now = REPORT;
  await auditor.report();
  expect(beats).toBe(2);
  prometheusDown = true;
  await auditor.observe();
  expect(beats).toBe(2);
  expect(lines.join('')).not.toContain('hunter2');
});

it('reports an add-on and a renewal in the report of their day', async () => {
  const header = (total: number, expire: number): void =>
    airport.behave({
      mode: 'header',
      value: `upload=0; download=${moved(now)}; total=${total * GB}; expire=${expire}`,
    });
  header(5000, 1_890_000_000);
  const auditor = await openAuditor(link());
  await auditor.observe();
  now = REPORT;
  header(5050, 1_900_000_000);
  expect((await auditor.report()).airports[0]?.plan).toEqual([
    { kind: 'added', bytes: 50 * GB },
    { kind: 'renewed', until: 1_900_000_000 },
  ]);
  now += 24 * HOUR;
  header(5050, 1_900_000_000);
  expect((await auditor.report()).airports[0]).toMatchObject({ plan: [], verdict: { kind: 'ok' } });
});

it('uses a reading younger than ten minutes again, and asks after that', async () => {
  const auditor = await openAuditor(link());
  await auditor.observe();
  now += HOUR;
  await auditor.observe();
  now += 9 * 60_000;
  await auditor.observe();
  expect(airport.requests()).toBe(2);
  now += 2 * 60_000;
  await auditor.observe();
  expect(airport.requests()).toBe(3);
});

it('reads the address from its file at every observation, and says when there is none', async () => {
  const auditor = await openAuditor('UrlFile = link.txt');
  await auditor.observe();
  expect(lines.join('')).toContain('address_missing');
  await writeFile(join(folder, 'link.txt'), `${airport.url()}\n`);
  expect(await auditor.observe()).toBe(true);
  expect(airport.requests()).toBe(1);
});

it('reads the address file as settings are read: UTF-16, a byte order mark, notes next to the one address', async () => {
  const written = await readFile(new URL('../../test/written/urlfile-utf16.txt', import.meta.url));
  const shared = new TextDecoder('utf-16le').decode(written);
  expect(shared).toBe('http://127.0.0.1:7000/plain\r\n');
  const url = airport.url();
  const utf16 = Buffer.from(`\uFEFF${url}\r\n`, 'utf16le');
  const files = [
    utf16,
    Buffer.from(utf16).swap16(),
    `\uFEFF${url}`,
    `# mine\n我的机场\n"${url}"\n\n`,
    `${url}\n${url}\n`,
  ];
  const auditor = await openAuditor('UrlFile = link.txt');
  for (const [index, file] of files.entries()) {
    await writeFile(join(folder, 'link.txt'), file);
    expect(await auditor.observe(), `file ${index}`).toBe(true);
    expect(airport.requests()).toBe(index + 1);
    now += HOUR;
  }
  await writeFile(join(folder, 'link.txt'), `${url}\n${url}?other\n`);
  await auditor.observe();
  expect(airport.requests()).toBe(files.length);
  expect(lines.join('')).toContain('address_missing');
});
