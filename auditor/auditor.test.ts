import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../runtime/logger.ts';
import { type Mailbox, startMailbox } from '../test/mailbox.ts';
import { type ScriptedSeries, scriptedPrometheus } from '../test/scripted-prometheus.ts';
import type { AirportClient, FetchOutcome } from './airport/fetch.ts';
import { parseUserinfo } from './airport/header.ts';
import { addAmendment } from './amend/amendments.ts';
import { type Auditor, createAuditor } from './auditor.ts';
import type { AuditorConfig } from './config.ts';
import { createAuditorMetrics } from './metrics.ts';
import { readAuditState } from './state/audit-state.ts';
import { readingOutcome } from './verdict/reading.ts';
import { reason } from './verdict/reason.ts';

const HOUR = 3_600_000;
const GB = 2 ** 30;
/** Some time after a day began, in Shanghai. */
const MORNING = Date.parse('2026-11-23T08:00:00+08:00');
const DAY_BEGAN = Date.parse('2026-11-22T23:55:00+08:00');
const REPORT = Date.parse('2026-11-23T23:55:00+08:00');

let now = MORNING;
let folder: string;
let mailbox: Mailbox;
let header: string | undefined;
let prometheusDown = false;
let lines: string[];
let devices: ScriptedSeries[];
let silentSince: number | undefined;

/** At 23:55 in Shanghai. */
const nightly = (at: number): boolean => (at - REPORT) % (24 * HOUR) === 0;

/** A gigabyte an hour, from long before. */
const hourly = (at: number): number =>
  Math.floor(((Math.min(at, silentSince ?? at) - MORNING + 100 * HOUR) / HOUR) * GB);

const counter = (node: string, kind: string, valueAt: (at: number) => number | undefined): ScriptedSeries => ({
  metric: 'flowcollect_traffic_bytes_total',
  labels: {
    job: 'flowcollect',
    user: 'default',
    instance: '手机',
    class: kind,
    node,
    direction: 'download',
    accounting: 'measured',
  },
  valueAt,
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-auditor-'));
  mailbox = await startMailbox();
  [now, header, prometheusDown, lines, silentSince] = [MORNING, used(50 * GB), false, [], undefined];
  devices = [
    counter('香港 01 | 2x', 'proxy', hourly),
    counter('DIRECT', 'direct', (at) => 2 * hourly(at)),
    {
      metric: 'push_time_seconds',
      labels: { job: 'flowcollect', user: 'default', instance: '手机' },
      valueAt: (at) => Math.min(at, silentSince ?? at) / 1000,
    },
  ];
});
afterEach(async () => {
  await mailbox.close();
  await rm(folder, { recursive: true, force: true });
});

const used = (bytes: number): string => `upload=0; download=${bytes}; total=${1000 * GB}; expire=1890000000`;

async function openAuditor(metrics = createAuditorMetrics()): Promise<Auditor> {
  const airports: AirportClient = {
    async read(): Promise<FetchOutcome> {
      if (header === undefined) return { known: false, at: now, reasons: [reason('header_missing')] };
      return readingOutcome({ at: now, ...parseUserinfo(header) });
    },
  };
  const config: AuditorConfig = {
    user: 'default',
    subscriptions: [{ name: 'a.yaml', url: 'https://airport.example/hunter2' }],
    prometheus: 'http://127.0.0.1:9090',
    listen: { host: '127.0.0.1', port: 0 },
    dataFolder: folder,
    day: { zone: 'Asia/Shanghai', dayEnds: '23:55' },
    reportCron: '55 23 * * *',
    language: 'zh',
    logLevel: 'info',
    thresholds: { bytes: 100 * 2 ** 20, ratio: 0.2 },
    mail: { host: '127.0.0.1', port: mailbox.port, user: 'me@qq.com', password: 'hunter2', to: ['you@qq.com'] },
  };
  const auditor = createAuditor({
    settings: { current: () => config },
    clock: {
      now: () => now,
      async sleep(milliseconds) {
        now += milliseconds;
      },
    },
    fetch: scriptedPrometheus(devices, () => prometheusDown),
    airports,
    metrics,
    disk: { watch: (write) => write() },
    signal: new AbortController().signal,
    logger: createLogger('auditor', 'info', { write: (line) => lines.push(line) }),
  });
  await auditor.open();
  return auditor;
}

const state = () => readAuditState(join(folder, 'state.json'));
const anchorAt = async () => (await state()).airports['a.yaml']?.anchor?.at;
const waiting = async () =>
  (await readdir(join(folder, 'outbox')).catch(() => [])).filter((name) => name.endsWith('.json'));

describe('a day', () => {
  it('ends with a report whose bill fits, mailed once, and the next window begins where this one ended', async () => {
    const auditor = await openAuditor();
    await auditor.look();
    expect(await anchorAt()).toBe(MORNING);
    now = REPORT;
    header = used(50 * GB + 2 * 15.9 * GB);
    const model = await auditor.report();
    expect(model).toMatchObject({ verdict: 'ok', day: { date: '2026-11-23', to: REPORT } });
    // From 23:55 to 23:55: a gigabyte an hour.
    expect(model.today).toMatchObject({ classes: { proxy: 24 * GB, direct: 48 * GB, local: 0 }, total: 72 * GB });
    expect(await anchorAt()).toBe(REPORT);
    expect(await waiting()).toEqual([]);
    expect(mailbox.mails).toHaveLength(1);
    expect(mailbox.mails[0]?.subject).toBe('流量日报 - 2026-11-23');
    expect(mailbox.mails[0]?.text).toContain('- 代理流量: 24.00 GB');
    expect(mailbox.mails[0]?.html).toContain('24.00 GB');
    expect((await state()).users.default?.mailedAt).toBe(now);
    await auditor.flush();
    expect(mailbox.mails).toHaveLength(1);
  });

  it('tells of a leak with the figures that show it', async () => {
    const auditor = await openAuditor();
    await auditor.look();
    now = REPORT;
    header = used(150 * GB);
    const model = await auditor.report();
    expect(model.verdict).toBe('leak');
    const text = mailbox.mails[0]?.text ?? '';
    expect(text).toContain('机场多扣了流量，可能存在代理泄露');
    expect(text).toContain('【⚠️ 代理泄露警告】');
    expect(text).toContain('机场扣除流量(100.00 GB) 与 本地统计代理流量(31.83 GB) 存在显著差异！差异值: 68.17 GB');
  });

  it('leaves the windows alone when only looked at', async () => {
    const auditor = await openAuditor();
    await auditor.look();
    now += 3 * HOUR;
    header = used(56 * GB);
    await auditor.look();
    expect(await anchorAt()).toBe(MORNING);
    expect((await state()).airports['a.yaml']?.latest?.used).toBe(56 * GB);
  });

  it('that nobody was awake for is due afterwards, once', async () => {
    const auditor = await openAuditor();
    now = REPORT;
    await auditor.report();
    expect(auditor.missedDay(nightly)).toBeUndefined();
    now = REPORT + 34 * HOUR;
    const missed = auditor.missedDay(nightly);
    expect(missed?.date).toBe('2026-11-24');
    await auditor.report(missed);
    expect(auditor.missedDay(nightly)).toBeUndefined();
  });

  it('whose report is planned for later is not missed, nor is one that no report is planned for', async () => {
    const auditor = await openAuditor();
    now = REPORT;
    await auditor.report();
    now = REPORT + 24 * HOUR + 10 * 60_000;
    const halfAnHourLater = (at: number): boolean => nightly(at - 30 * 60_000);
    expect(auditor.missedDay(halfAnHourLater)).toBeUndefined();
    const weekly = (at: number): boolean => (at - REPORT) % (7 * 24 * HOUR) === 0;
    expect(auditor.missedDay(weekly)).toBeUndefined();
    now = REPORT + 9 * 24 * HOUR;
    expect(auditor.missedDay(weekly)?.date).toBe('2026-11-30');
  });
});

describe('when something is down', () => {
  it.each([
    ['missing', undefined, '响应里没有 Subscription-Userinfo 流量信息'],
    ['garbage', '<html>', '流量信息无法识别'],
    ['all zero', 'upload=0; download=0; total=0; expire=0', '流量信息全是 0，不可信'],
  ])('says that the header is %s, and keeps the window open until it is back', async (_, broken, words) => {
    const auditor = await openAuditor();
    await auditor.look();
    now = REPORT;
    header = broken;
    expect((await auditor.report()).verdict).toBe('unknown');
    expect(mailbox.mails[0]?.text).toContain(words);
    expect(mailbox.mails[0]?.text).toContain('- 代理流量: 24.00 GB');
    expect(await anchorAt()).toBe(MORNING);
    now = REPORT + 24 * HOUR;
    header = used(50 * GB + 2 * 39.9 * GB);
    const model = await auditor.report();
    expect(model.airports[0]?.verdict).toMatchObject({ kind: 'ok', window: { from: MORNING, to: REPORT + 24 * HOUR } });
  });

  it('says that Prometheus does not answer, still tells what the airport says, and keeps the window open', async () => {
    const auditor = await openAuditor();
    await auditor.look();
    now = REPORT;
    prometheusDown = true;
    header = used(60 * GB);
    const model = await auditor.report();
    expect(model).toMatchObject({ verdict: 'unknown', today: { known: false }, airports: [{ used: 60 * GB }] });
    expect(mailbox.mails[0]?.text).toContain(
      'Prometheus（127.0.0.1:9090）没有响应，设备用量未知；数据不会丢失，恢复后自动补齐',
    );
    expect(mailbox.mails[0]?.text).toContain('剩余: 940.00 GB');
    expect(await anchorAt()).toBe(MORNING);
    now += HOUR;
    prometheusDown = false;
    header = used(50 * GB + 2 * 16.9 * GB);
    await auditor.look();
    expect((await auditor.report()).verdict).toBe('ok');
  });

  it('keeps a report that the mail server refuses, says why, and sends it once when it is taken', async () => {
    mailbox.refuse({ code: 535, message: 'Login fail: hunter2 is wrong' });
    const auditor = await openAuditor();
    now = REPORT;
    await auditor.report();
    expect(mailbox.mails).toEqual([]);
    expect(await waiting()).toHaveLength(1);
    const log = lines.join('');
    expect(log).toContain("EmailPass must be the authorisation code of EmailUser, not the account's password");
    expect(log).toContain('report not mailed; kept and tried again');
    expect(log).not.toContain('"report mailed"');
    expect(log).not.toContain('hunter2');
    expect((await state()).users.default?.mailedAt).toBeNull();

    mailbox.refuse(undefined);
    await auditor.flush();
    expect(mailbox.mails).toEqual([]);
    now += HOUR;
    const restarted = await openAuditor();
    await restarted.flush();
    await restarted.flush();
    expect(mailbox.mails.map(({ subject }) => subject)).toEqual(['流量日报 - 2026-11-23']);
    expect(await waiting()).toEqual([]);
    expect(lines.join('')).toContain('report mailed');
  });

  it('does not accuse anyone while a silent device can explain the excess', async () => {
    const auditor = await openAuditor();
    await auditor.look();
    now = REPORT;
    header = used(50 * GB + 2 * 15.9 * GB);
    await auditor.report();
    const began = await anchorAt();
    silentSince = REPORT + 8 * HOUR;
    now = REPORT + 24 * HOUR;
    header = used(50 * GB + 2 * 39.9 * GB);
    const model = await auditor.report();
    expect(model.airports[0]?.verdict).toMatchObject({ kind: 'incomplete', closes: false });
    expect(mailbox.mails[1]?.text).toContain('设备 手机 没有上报，差额可能是它用的');
    expect(await anchorAt()).toBe(began);
  });
});

it('audits windows again once for each change of the amendments, also for as many others', async () => {
  const auditor = await openAuditor();
  const times = (): number => lines.filter((line) => line.includes('windows audited again')).length;
  await auditor.look();
  expect(times()).toBe(0);
  for (const [index, node] of ['HK', 'JP'].entries()) {
    await rm(join(folder, 'amendments.json'), { force: true });
    await addAmendment(folder, { kind: 'node', node, airport: 'a.yaml' });
    for (const _ of [1, 2]) await auditor.look();
    expect(times()).toBe(index + 1);
  }
});

it('publishes what is known, and nothing in the place of what is not', async () => {
  const metrics = createAuditorMetrics();
  const auditor = await openAuditor(metrics);
  await auditor.look();
  now += HOUR;
  header = used(52 * GB);
  await auditor.look();
  await auditor.publish();
  const page = await metrics.render(true, true);
  expect(page).toContain('flowcollect_airport_used_bytes{user="default",airport="a.yaml"} 55834574848');
  expect(page).toContain('flowcollect_audit_verdict{user="default",airport="a.yaml",verdict="ok"} 1');
  expect(page).toContain('flowcollect_audit_verdict{user="default",airport="a.yaml",verdict="leak"} 0');
  expect(page).toContain(
    `flowcollect_today_bytes{user="default",instance="手机",class="direct",node="DIRECT",direction="download"} ${2 * (hourly(now) - hourly(DAY_BEGAN))}`,
  );
  expect(page).toContain(
    'flowcollect_cycle_bytes{user="default",instance="手机",node="香港 01 | 2x",airport="a.yaml"} 1073741824',
  );
  expect(page).not.toContain('flowcollect_report_last_success_timestamp_seconds{');
  expect(page).not.toContain('hunter2');

  prometheusDown = true;
  await auditor.publish();
  expect(await metrics.render(true, true)).not.toContain('flowcollect_today_bytes{');
});

it('keeps secrets to itself', async () => {
  const auditor = await openAuditor();
  now = REPORT;
  await auditor.report();
  const kept = await readFile(join(folder, 'state.json'), 'utf8');
  expect(`${kept}${lines.join('')}${JSON.stringify(mailbox.mails)}`).not.toMatch(/hunter2|airport\.example/);
});
