import { copyFile, mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type Mailbox, startMailbox } from '../../test/mailbox.ts';
import { scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { archiveFolderIn } from '../archive/archive.ts';
import { readAuditorConfig } from '../config.ts';
import { readingOutcome, reason } from '../verdict/reading.ts';
import { type Auditor, createAuditor } from './auditor.ts';
import { createAuditorMetrics } from './latest.ts';

const FIRST = Date.parse('2026-11-22T23:55:00+08:00');
const REPORT = Date.parse('2026-11-23T23:55:00+08:00');

/** At 23:55 in Shanghai. */
const nightly = (at: number): boolean => (at - REPORT) % (REPORT - FIRST) === 0;

let folder: string;
let mailbox: Mailbox;
let now: number;

/** As the service is after a start: what was kept is read, and nothing else is known. */
async function start(): Promise<Auditor> {
  const text = [
    '[server]\nDataDir = .\nSubUrls = ["a"]="https://a.example"',
    `[smtp]\nSMTPHost = 127.0.0.1\nSMTPPort = ${mailbox.port}\nEmailUser = me@qq.com\nEmailTo = you@qq.com`,
  ].join('\n');
  const { settings } = readAuditorConfig('ServerSetting.ini', text, folder);
  const auditor = createAuditor({
    settings: { current: () => settings },
    clock: { ...systemClock, now: () => now, sleep: async () => undefined },
    fetch: scriptedPrometheus([]),
    airports: { read: async () => ({ ...readingOutcome({ at: now, ...NOTHING }) }) },
    metrics: createAuditorMetrics(),
    disk: { watch: (write) => write() },
    signal: new AbortController().signal,
    logger: createLogger('auditor', 'silent'),
  });
  await auditor.open();
  return auditor;
}

const NOTHING = {
  ...{ upload: null, download: null, used: null, quota: null, unlimited: false, expiry: null, reset: null },
  precision: 0,
  reasons: [reason('header_missing')],
};
const inData = (...names: string[]): string => join(folder, 'auditor', ...names);
const subjects = (): string[] => mailbox.mails.map(({ subject }) => subject);
const archived = async (): Promise<string[]> =>
  (await readdir(archiveFolderIn(inData(), 'default'))).filter((name) => name.startsWith('report-2026-11-23'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-cut-off-'));
  mailbox = await startMailbox();
  now = FIRST;
  await (await start()).report();
  now = REPORT;
});
afterEach(async () => {
  await mailbox.close();
});

describe('a report that was cut off', () => {
  it('before it was kept is made again, and mailed once', async () => {
    // What is in the way of the next state ends the report where a kill would.
    const started = await start();
    await rename(inData('state.json'), join(folder, 'kept'));
    await mkdir(inData('state.json'));
    await expect(started.report()).rejects.toThrow();
    await rmdir(inData('state.json'));
    await rename(join(folder, 'kept'), inData('state.json'));

    now += 60_000;
    const restarted = await start();
    await restarted.report(restarted.missedDay(nightly));
    await restarted.flush();
    expect(subjects()).toEqual([expect.stringContaining('流量日报 11-22'), expect.stringContaining('流量日报 11-23')]);
    // As HTML and JSON.
    expect(await archived()).toHaveLength(2);
  });

  it('on its way to the outbox is mailed once, and not made again', async () => {
    await rm(inData('outbox'), { recursive: true });
    await writeFile(inData('outbox'), 'a disk that refuses');
    await expect((await start()).report()).rejects.toThrow();
    await rm(inData('outbox'));
    await copyFile(inData('state.json'), join(folder, 'kept'));
    mailbox.refuse({ code: 451, message: 'later' });
    await (await start()).flush();
    mailbox.refuse(undefined);
    // As after a kill between the outbox and the state that no longer holds the mail.
    await copyFile(join(folder, 'kept'), inData('state.json'));

    now += 60_000;
    const restarted = await start();
    expect(restarted.missedDay(nightly)).toBeUndefined();
    await restarted.flush();
    await restarted.flush();
    expect(subjects()).toEqual([expect.stringContaining('流量日报 11-22'), expect.stringContaining('流量日报 11-23')]);
    expect(await archived()).toHaveLength(2);
  });
});
