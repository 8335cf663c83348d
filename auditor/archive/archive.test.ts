import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressIn } from '../../core/addresses.ts';
import { createOrSetAside } from '../../runtime/atomic-file.ts';
import { createDiskHealth, type DiskHealth } from '../../runtime/health.ts';
import { FORGIVEN_AFTER_MS, FREE_FAILURES, type HttpListener, listenHttp } from '../../runtime/http.ts';
import { createLogger } from '../../runtime/logger.ts';
import { exampleAirport, exampleModel, exampleSurplus, exampleVerdict } from '../../test/example-reports.ts';
import { reportMailOf } from '../report/report-mail.ts';
import { type Archive, archiveFolderIn, createArchive } from './archive.ts';
import { type ArchiveKey, archiveRoutes, reportsCsv } from './routes.ts';

const TOKEN = 'geheim:mit:Punkten';
let folder: string;
let archive: Archive;
let disk: DiskHealth;
let listener: HttpListener;
let keys: ArchiveKey[];

const model = exampleModel([
  exampleAirport({ airport: '<b>=1+1', verdict: exampleVerdict({ difference: -5, surplus: exampleSurplus }) }),
]);
const mail = reportMailOf(model, 'zh');
let now: number;
const basic = (password: string): string => `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
const get = (path: string, authorization = basic(TOKEN)): Promise<Response> =>
  fetch(`${listener.origin}/reports${path}`, { headers: { authorization } });

beforeEach(async () => {
  now = 0;
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-archive-'));
  disk = createDiskHealth(() => folder, '[server] DataDir');
  archive = createArchive(
    join(folder, 'reports'),
    createOrSetAside(() => now, disk, createLogger('test', 'silent')),
  );
  keys = [{ archive, token: TOKEN }];
  const app = express();
  app.use(
    '/reports',
    archiveRoutes(
      () => ({ keys, isProxy: addressIn(['127.0.0.0/8']), language: 'zh' }),
      () => now,
    ),
  );
  listener = await listenHttp(app, { host: '127.0.0.1', port: 0, setting: '' });
});
afterEach(async () => {
  await listener.close();
});

it('is empty before the first report', async () => {
  expect(await archive.months()).toEqual([]);
  expect(await (await get('')).text()).toContain('还没有日报');
});

it('keeps figures and page of every report, and lists them by month', async () => {
  await archive.put(mail, model);
  expect(await archive.months()).toEqual(['2026-11']);
  expect(await archive.month('2026-11')).toMatchObject([{ id: mail.id, verdict: 'ok', day: { date: '2026-11-23' } }]);
  expect(await archive.month('2026-10')).toEqual([]);
  const path = join(folder, 'reports', `${mail.id}.json`);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(model);
  expect((await stat(path)).mode & 0o077).toBe(0);
});

it('sets damaged reports aside, says so in /healthz, and shows the others', async () => {
  await archive.put(mail, model);
  const path = join(folder, 'reports', 'report-2026-11-24-a-0123456789abcdef.json');
  await writeFile(path, '{"half":');
  expect(await archive.month('2026-11')).toHaveLength(1);
  expect(disk.health()).toMatchObject({ status: 'degraded', problem: expect.stringContaining(`${path} (`) });
  expect(await readFile(`${path}.corrupt-19700101T000000000Z`, 'utf8')).toBe('{"half":');
});

it('leaves files alone that are no reports', async () => {
  await archive.put(mail, model);
  await writeFile(join(folder, 'reports', 'notes.json'), '{}');
  expect(await archive.month('2026-11')).toHaveLength(1);
});

it('makes no path of what is no id', async () => {
  await writeFile(join(folder, 'secret.html'), 'secret');
  for (const id of ['../secret', 'secret', '..%2Fsecret', '']) expect(await archive.file(id, 'html')).toBeUndefined();
  expect((await get('/..%2Fsecret')).status).toBe(404);
});

describe('the page', () => {
  beforeEach(() => archive.put(mail, model));

  it('shows the list, a report and its figures to whoever has the token', async () => {
    const list = await get('');
    expect(list.status).toBe(200);
    const page = await list.text();
    expect(page).toContain(`href="/reports/${mail.id}"`);
    for (const text of ['日期', '代理流量', '12.00 GiB', '账单吻合', '扣除 14.00 GiB']) expect(page).toContain(text);
    expect(await (await get(`/${mail.id}`)).text()).toBe(mail.html);
    expect(await (await get(`/${mail.id}.json`, `Bearer ${TOKEN}`)).json()).toEqual(model);
  });

  it.each(['', basic('wrong'), 'Bearer wrong', `Digest ${TOKEN}`])('tells nothing to others: "%s"', async (header) => {
    for (const path of ['', `/${mail.id}`, `/${mail.id}.json`, '/month/2026-11.csv']) {
      const answer = await get(path, header);
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toMatch(/GB|2026/);
    }
  });

  it("shows each user's own reports alone", async () => {
    const own = createArchive(archiveFolderIn(folder, 'alice'));
    const theirs = reportMailOf({ ...model, user: 'alice' }, 'zh');
    await own.put(theirs, { ...model, user: 'alice' });
    keys.push({ archive: own, token: "alice's token" });
    const alice = basic("alice's token");
    expect(await (await get('', alice)).text()).toContain(theirs.id);
    expect(await (await get('', alice)).text()).not.toContain(mail.id);
    expect((await get(`/${mail.id}`, alice)).status).toBe(404);
    expect((await get(`/${theirs.id}.json`)).status).toBe(404);
    expect(await (await get('/month/2026-11.csv', alice)).text()).toMatch(/^date,.*\r\n2026-11-23,alice,[^\r]*\r\n$/);
    expect(await (await get('/month/2026-11.csv')).text()).not.toContain('alice');
  });

  it('is closed without a token in the settings', async () => {
    keys = [];
    expect((await get('')).status).toBe(404);
  });

  it('slows down who guesses, and nobody who only asks', async () => {
    for (let ask = 0; ask < 2 * FREE_FAILURES; ask += 1)
      expect((await fetch(`${listener.origin}/reports`)).status).toBe(401);
    for (let guess = 0; guess < FREE_FAILURES; guess += 1)
      expect((await get('', basic(`guess ${guess}`))).status).toBe(401);
    expect((await get('')).status).toBe(429);
    now += FORGIVEN_AFTER_MS;
    expect((await get('')).status).toBe(200);
  });

  it('counts guesses by the address that a trusted proxy names, and lets a password go on that was right', async () => {
    const from = async (address: string, password: string): Promise<number> =>
      (
        await fetch(`${listener.origin}/reports`, {
          headers: { authorization: basic(password), 'x-forwarded-for': address },
        })
      ).status;
    expect(await from('198.51.100.1', TOKEN)).toBe(200);
    for (let guess = 0; guess < FREE_FAILURES; guess += 1) await from('198.51.100.1', `guess ${guess}`);
    expect(await from('198.51.100.1', 'another guess')).toBe(429);
    expect(await from('198.51.100.1', TOKEN)).toBe(200);
    expect(await from('198.51.100.2', TOKEN)).toBe(200);
  });

  it('lets a name run nothing', async () => {
    const answer = await get(`/${mail.id}`);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).not.toContain('<b>');
  });

  it('has a day in the CSV once, as its last report says, and begins as Excel knows UTF-8', async () => {
    const [report] = await archive.month('2026-11');
    if (report === undefined) throw new Error('no report was kept');
    const csv = reportsCsv([
      { ...report, verdict: 'leak', airports: [] },
      { ...report, airports: [] },
      { ...report, day: { date: '2026-11-01..2026-11-23' } },
    ]);
    expect(csv).toMatch(/^\ufeffdate,[^\r]*\r\n2026-11-23,default,,ok,[^\r]*\r\n$/);
  });

  it('exports a month as CSV in which no name is a formula', async () => {
    const answer = await get('/month/2026-11.csv');
    expect(answer.headers.get('content-disposition')).toContain('flowcollect-2026-11.csv');
    const [head, row] = (await answer.text()).split('\r\n');
    expect(head).toMatch(/^date,user,airport,verdict,proxy_bytes/);
    expect(row).toMatch(/^2026-11-23,default,<b>=1\+1,ok,12884901888,.*,-5,314572800$/);
    const [report] = await archive.month('2026-11');
    const [airport] = report?.airports ?? [];
    if (report === undefined || airport === undefined) throw new Error('no report was kept');
    const csv = reportsCsv([{ ...report, airports: [{ ...airport, airport: '=1,"2"' }] }]);
    expect(csv).toContain(`,"'=1,""2""",`);
  });
});
