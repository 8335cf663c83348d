import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type AuditorMetrics, createAuditorMetrics } from '../auditor/audit/latest.ts';
import { serverFiles } from '../render/files.ts';
import { readRenderSettings } from '../render/settings.ts';
import { alertmanagerSpec, prometheusSpec } from '../stack/programs.ts';
import { renderIni } from '../stack/service-settings.ts';
import { exampleVerdict } from './example-reports.ts';
import { type Mail, type Mailbox, startMailbox } from './mailbox.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';

const GIB = 2 ** 30;
let parts: RealParts;
let mailbox: Mailbox;
let auditor: Server;
let metrics: AuditorMetrics;
let settings: Record<string, Record<string, string>>;

/** What the auditor found of one airport of each user. */
function found(verdicts: Readonly<Record<string, 'ok' | 'leak'>>): void {
  const airports = Object.entries(verdicts).map(([user, kind]) => ({
    user,
    airport: `${user}.yaml`,
    outcome: { known: false as const, at: 0, reasons: [] },
    verdict: { ...exampleVerdict(), kind, difference: kind === 'leak' ? 3 * GIB : 0 },
    nodes: [],
    devices: [],
    plan: [],
    forecast: { known: false as const, reason: { code: 'use_unknown' as const } },
  }));
  metrics.audited(airports);
}
/** Writes the configuration by the settings, with waits of minutes made short, as a test must. */
async function render(): Promise<void> {
  const file = join(parts.folder, 'ServerSetting.ini');
  const read = readRenderSettings(file, renderIni(settings)).settings;
  for (const { name, content } of serverFiles(read, parts.folder)) {
    const hasty = content
      .replace(/(scrape|evaluation)_interval: 15s/g, '$1_interval: 1s')
      .replaceAll('for: 5m', 'for: 1s')
      .replace(/group_(wait|interval): \w+/g, 'group_$1: 1s')
      // Where a free port was taken instead of the one that Alertmanager has on a VPS.
      .replaceAll('127.0.0.1:9093', `127.0.0.1:${alertmanagerPort}`);
    await mkdir(dirname(join(parts.folder, name)), { recursive: true });
    await writeFile(join(parts.folder, name), hasty);
  }
}
let alertmanagerPort: number;

beforeAll(async () => {
  parts = await createRealParts();
  mailbox = await startMailbox();
  metrics = createAuditorMetrics();
  auditor = createServer((_, response) => {
    void metrics
      .render({ successful: true, succeededAt: 0 }, true)
      .then((text) => response.setHeader('content-type', 'text/plain').end(text));
  });
  await new Promise<void>((resolve) => {
    auditor.listen(0, '127.0.0.1', resolve);
  });
  const port = await freePort();
  alertmanagerPort = await freePort();
  settings = {
    server: {
      AuditorListen: `127.0.0.1:${(auditor.address() as AddressInfo).port}`,
      PrometheusAddr: `http://127.0.0.1:${port}`,
      Language: 'zh',
    },
    smtp: {
      SMTPHost: '127.0.0.1',
      SMTPPort: String(mailbox.port),
      EmailUser: 'flowcollect@mail.invalid',
      EmailPass: 'mail-password',
      EmailTo: 'owner@mail.invalid',
    },
    'alerts.alice': { EmailTo: 'alice@mail.invalid' },
  };
  await render();
  const place = (name: string) => ({
    binaries: parts.binaries,
    folder: join(parts.folder, name),
    logFile: join(parts.folder, `${name}.log`),
    configFile: join(parts.folder, `${name}.yml`),
  });
  await parts.start(alertmanagerSpec({ ...place('alertmanager'), port: alertmanagerPort }));
  await parts.start(prometheusSpec({ ...place('prometheus'), port }));
});
afterAll(async () => {
  await parts.close();
  await mailbox.close();
  await new Promise((resolve) => {
    auditor.close(resolve);
  });
});

const leaks = (): Mail[] => mailbox.mails.filter(({ subject }) => subject.includes('泄露'));
const to = (address: string): Mail[] => leaks().filter(({ raw }) => raw.includes(`To: ${address}`));
const untilTrue = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 40_000, interval: 200 });

it('brings a leak from the gauge of the auditor into the mailbox of its user, and its end as well', async () => {
  found({ default: 'ok', alice: 'ok' });
  found({ default: 'leak', alice: 'ok' });
  await untilTrue(() => expect(to('owner@mail.invalid')).toHaveLength(1));
  const [mail] = leaks();
  expect(mail?.subject).toBe('[FlowCollect] 告警：机场 default.yaml 可能泄露');
  for (const body of [mail?.text, mail?.html]) {
    expect(body).toContain('这一时段机场扣除比设备应计多 3GiB；这一时段或连日累计超过 100.00 MiB 和 20% 两个阈值');
    expect(body).toContain('docs/runbook.zh-CN.md#flowcollectleaksuspected');
  }
  found({ default: 'ok', alice: 'ok' });
  await untilTrue(() => expect(to('owner@mail.invalid')).toHaveLength(2));
  expect(leaks()[1]?.subject).toBe('[FlowCollect] 已恢复：机场 default.yaml 可能泄露');
  expect(to('alice@mail.invalid')).toEqual([]);
}, 90_000);

it('tells a user with an address of their own, and nobody else', async () => {
  const before = to('owner@mail.invalid').length;
  found({ default: 'ok', alice: 'leak' });
  await untilTrue(() => expect(to('alice@mail.invalid')).toHaveLength(1));
  expect(to('alice@mail.invalid')[0]?.subject).toContain('alice.yaml');
  expect(to('owner@mail.invalid')).toHaveLength(before);
  expect(
    mailbox.mails
      .filter(({ raw }) => raw.includes('To: owner'))
      .map(({ text }) => text)
      .join(''),
  ).not.toContain('alice');
}, 90_000);
