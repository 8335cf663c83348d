import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type Mail, type Mailbox, startMailbox } from '../../test/mailbox.ts';
import { type ScriptedSeries, scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import type { AirportClient } from '../airport/fetch.ts';
import { parseUserinfo } from '../airport/subscription.ts';
import { archiveFolderIn, createArchive } from '../archive/archive.ts';
import { type AuditorConfig, readAuditorConfig } from '../config.ts';
import { readAuditState } from '../state/audit-state.ts';
import { readingOutcome } from '../verdict/reading.ts';
import { type Auditor, createAuditor } from './auditor.ts';
import { createAuditorMetrics } from './latest.ts';

const HOUR = 3_600_000;
const GB = 2 ** 30;
const MORNING = Date.parse('2026-11-23T08:00:00+08:00');
const REPORT = Date.parse('2026-11-23T23:55:00+08:00');
/** Gigabytes an hour. */
const PACE: Readonly<Record<string, number>> = { default: 1, alice: 2, bob: 3 };

let now: number;
let folder: string;
let mailbox: Mailbox;
let lines: string[];
let auditor: Auditor;

const moved = (user: string, at: number): number =>
  Math.floor(((at - MORNING + 100 * HOUR) / HOUR) * GB * (PACE[user] ?? 0));

/** Devices, nodes and hosts are named after their user, so that a report that names another's shows it. */
const devices = Object.keys(PACE).flatMap((user): ScriptedSeries[] => {
  const labels = { job: 'flowcollect', user, instance: `${user}-phone`, class: 'proxy', direction: 'download' };
  const valueAt = (at: number): number => moved(user, at);
  return [
    {
      metric: 'flowcollect_traffic_bytes_total',
      labels: { ...labels, node: `${user}-node`, accounting: 'measured' },
      valueAt,
    },
    { metric: 'flowcollect_host_bytes_total', labels: { ...labels, host: `${user}.example` }, valueAt },
    {
      metric: 'push_time_seconds',
      labels: { job: 'flowcollect', user, instance: `${user}-phone` },
      valueAt: (at) => at / 1000,
    },
  ];
});

const airports: AirportClient = {
  async read(url) {
    const user = new URL(url).hostname.split('.')[0] ?? '';
    const header = `upload=0; download=${moved(user, now)}; total=${100_000 * GB}; expire=1890000000`;
    return readingOutcome({ at: now, ...parseUserinfo(header) });
  },
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-users-'));
  [mailbox, now, lines] = [await startMailbox(), MORNING, []];
  auditor = await openAuditor();
});
afterEach(async () => {
  await mailbox.close();
});

/** Alice has an address of her own, Bob has none. */
function config(): AuditorConfig {
  const text = [
    '[server]',
    'SubUrls = ["default.yaml"]="https://default.example/hunter2"',
    '[smtp]',
    'SMTPHost = 127.0.0.1',
    `SMTPPort = ${mailbox.port}`,
    'EmailUser = me@mail.invalid',
    'EmailTo = owner@mail.invalid',
    '[user.alice]',
    'MailTo = alice@mail.invalid',
    '[user.bob]',
    '[airport.alice.yaml]',
    'Url = https://alice.example/hunter2',
    'User = alice',
    '[airport.bob.yaml]',
    'Url = https://bob.example/hunter2',
    'User = bob',
  ].join('\n');
  return { ...readAuditorConfig('ServerSetting.ini', text, folder).settings, dataFolder: folder };
}

async function openAuditor(metrics = createAuditorMetrics()): Promise<Auditor> {
  const settings = config();
  const opened = createAuditor({
    settings: { current: () => settings },
    clock: {
      now: () => now,
      async sleep(milliseconds) {
        now += milliseconds;
      },
    },
    fetch: scriptedPrometheus(devices),
    airports,
    metrics,
    disk: { watch: (write) => write() },
    signal: new AbortController().signal,
    logger: createLogger('auditor', 'info', { write: (line) => lines.push(line) }),
  });
  await opened.open();
  return opened;
}

const to = (user: string): Mail[] => mailbox.mails.filter(({ raw }) => raw.includes(`To: ${user}@mail.invalid`));
const waiting = async (): Promise<number> => (await readdir(join(folder, 'outbox')).catch(() => [])).length;

it("goes to each user's own address and holds nothing of another's; who has none is in the owner's", async () => {
  await auditor.observe();
  now = REPORT;
  await auditor.report();
  expect(mailbox.mails).toHaveLength(2);
  const [alice, owner] = [to('alice')[0], to('owner')[0]];
  for (const body of [alice?.text, alice?.html]) {
    for (const own of ['alice-phone', 'alice-node', 'alice.yaml', '48.00 GiB']) expect(body).toContain(own);
    expect(body).not.toMatch(/default|bob/);
  }
  for (const body of [owner?.text, owner?.html]) {
    for (const own of ['default-phone', 'default-node', 'default.yaml', '24.00 GiB', 'bob.yaml']) {
      expect(body).toContain(own);
    }
    expect(body).not.toMatch(/alice|bob-phone/);
  }
  expect(alice?.messageId).not.toBe(owner?.messageId);
  expect(alice?.raw).not.toMatch(/owner@|default|bob/);
  expect(owner?.raw).not.toContain('alice');
});

it("keeps each user's reports and days apart", async () => {
  await auditor.observe();
  now = REPORT;
  await auditor.report();
  const kept = async (user: string) => createArchive(archiveFolderIn(folder, user)).month('2026-11');
  expect(await kept('alice')).toMatchObject([{ user: 'alice', airports: [{ airport: 'alice.yaml' }] }]);
  expect((await kept('default'))[0]?.airports.map(({ airport }) => airport)).toEqual(['default.yaml', 'bob.yaml']);
  expect(await kept('bob')).toEqual([]);
  const { users } = await readAuditState(join(folder, 'state.json'));
  expect(users.get('alice')).toEqual({
    days: [{ date: '2026-11-23', proxy: 48 * GB, direct: 0, local: 0 }],
    mailedAt: now,
    awaitsSince: null,
  });
  expect(users.get('default')?.days).toMatchObject([{ proxy: 24 * GB }]);
});

it('is sent once to each, through a refusal and a restart, and the address of one holds up no other', async () => {
  mailbox.refuse({ code: 550, message: 'no such user', recipient: 'alice@mail.invalid' });
  now = REPORT;
  await auditor.report();
  expect([to('alice').length, to('owner').length, await waiting()]).toEqual([0, 1, 1]);
  const { users } = await readAuditState(join(folder, 'state.json'));
  expect([users.get('alice')?.mailedAt, users.get('default')?.mailedAt]).toEqual([null, now]);

  mailbox.refuse(undefined);
  const metrics = createAuditorMetrics();
  const restarted = await openAuditor(metrics);
  await restarted.flush();
  await restarted.flush();
  expect([to('alice').length, to('owner').length, await waiting()]).toEqual([1, 1, 0]);
  const page = await metrics.render({ successful: true, succeededAt: 0 }, true);
  expect(page).toContain(`flowcollect_report_last_success_timestamp_seconds{user="alice"} ${now / 1000}`);
});

it('waits for all while the server is down, and loses none', async () => {
  mailbox.refuse({ code: 421, message: 'later' });
  now = REPORT;
  await auditor.report();
  expect(await waiting()).toBe(2);
  mailbox.refuse(undefined);
  now += HOUR;
  await auditor.flush();
  expect([to('alice').length, to('owner').length, await waiting()]).toEqual([1, 1, 0]);
});
