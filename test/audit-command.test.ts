import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { freePort } from './real-parts.ts';

const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));

let folder: string;
let mailbox: Mailbox;
let airport: Server;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-audit-'));
  mailbox = await startMailbox();
  airport = createServer((_, response) => {
    response.writeHead(200, { 'Subscription-Userinfo': 'upload=0; download=1073741824; total=10737418240' }).end();
  });
  await new Promise<void>((resolve) => airport.listen(0, '127.0.0.1', resolve));
  await writeFile(
    join(folder, 'ServerSetting.ini'),
    [
      '[server]',
      `SubUrls = ["a.yaml"]="http://127.0.0.1:${(airport.address() as AddressInfo).port}/sub?token=hunter2"`,
      `PrometheusAddr = http://127.0.0.1:${await freePort()}`,
      '[user.alice]',
      '[smtp]',
      'SMTPHost = 127.0.0.1',
      `SMTPPort = ${mailbox.port}`,
      'EmailUser = me@qq.com',
      'EmailPass = hunter2',
      'EmailTo = you@qq.com',
    ].join('\n'),
  );
});
afterEach(async () => {
  await mailbox.close();
  await new Promise((resolve) => airport.close(resolve));
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function flowcollect(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BUNDLE, ...args], { cwd: folder }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

describe('flowcollect audit --now', () => {
  it('prints a report without Prometheus, says which figure is unknown and why, and moves nothing', async () => {
    const { code, out } = await flowcollect('audit', '--now');
    expect(code).toBe(0);
    expect(out).toContain('没有响应，设备用量未知');
    expect(out).toContain('剩余: 9.00 GiB');
    expect(out).not.toContain('hunter2');
    expect(await readdir(folder)).toEqual(['ServerSetting.ini']);
  });

  it('is of one user, with the airports that are theirs', async () => {
    const { code, out } = await flowcollect('audit', '--now', '--user', 'alice', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ user: 'alice', airports: [] });
    const unknown = await flowcollect('audit', '--now', '--user', 'alcie');
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('没有用户 alcie；已有：default, alice') });
  });

  it('mails it', async () => {
    expect(await flowcollect('audit', '--now', '--mail')).toMatchObject({ code: 0 });
    expect(mailbox.mails.map(({ subject }) => subject)).toEqual([expect.stringMatching(/流量日报 \d{2}-\d{2}$/)]);
  });

  it('keeps it for the running auditor when the mail server refuses, and fails with words', async () => {
    mailbox.refuse({ code: 535, message: 'Login fail' });
    const { code, out, err } = await flowcollect('audit', '--now', '--mail', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ version: 1, airports: [{ airport: 'a.yaml', used: 2 ** 30 }] });
    expect(err).toContain('EmailPass 要填 EmailUser 的授权码');
    expect(err).toContain('已保留，运行中的审计器会再试');
    expect(err).not.toContain('hunter2');
    expect(await readdir(join(folder, 'data', 'auditor', 'outbox'))).toHaveLength(1);
  });

  it('ends with 2 for bad arguments and settings, naming them', async () => {
    expect(await flowcollect('audit')).toMatchObject({ code: 2, err: expect.stringContaining('--now') });
    const missing = await flowcollect('audit', '--now', '--config', 'none.ini');
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('none.ini: 不存在') });
    await writeFile(join(folder, 'bad.ini'), '[server]\nTimezone = Mars/Base\n');
    const bad = await flowcollect('audit', '--now', '--config', 'bad.ini');
    expect(bad).toMatchObject({
      code: 2,
      err: expect.stringContaining('bad.ini:2: [server] Timezone: 须为 IANA 时区'),
    });
  });
});

describe('flowcollect audit --window', () => {
  it('says which reading is missing, without asking the airport', async () => {
    const { code, out } = await flowcollect('audit', '--window', '2026-01-05', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      day: { date: '2026-01-05', from: Date.parse('2026-01-04T23:55+08:00'), to: Date.parse('2026-01-05T23:55+08:00') },
      airports: [{ airport: 'a.yaml', used: null, verdict: { kind: 'unknown', reasons: [{ code: 'readings_none' }] } }],
    });
    expect(await readdir(folder)).toEqual(['ServerSetting.ini']);
  });

  it('ends with 2 where the window is none', async () => {
    for (const window of ['yesterday', '2026-01-09..2026-01-05', '9999-01-01']) {
      expect(await flowcollect('audit', '--window', window)).toMatchObject({
        code: 2,
        err: expect.stringContaining(window),
      });
    }
    expect((await flowcollect('audit', '--now', '--window', '2026-01-05')).code).toBe(2);
  });
});

describe('flowcollect airport', () => {
  it('explains a header', async () => {
    const { code, out } = await flowcollect('airport', 'parse', '--header', 'upload=1; download=; total=10', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      upload: 1,
      download: null,
      used: null,
      quota: 10,
      unlimited: false,
      expiry: null,
      reasons: ['流量信息中 download 为空', '没有到期时间（长期有效或未设置）'],
    });
  });

  it('explains a name', async () => {
    const { out } = await flowcollect('airport', 'multiplier', '香港 ˣ¹˙⁵ 01', '--json');
    expect(JSON.parse(out)).toEqual({ low: 1.5, high: 1.5, source: 'name', info: false });
  });
});

describe('flowcollect audit amend', () => {
  it('keeps what a person says, for airports that there are', async () => {
    const said = await flowcollect('audit', 'amend', 'acknowledge', 'a.yaml', '2026-11-23');
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining('已结束的窗口，结论都不变') });
    expect(await readdir(join(folder, 'data', 'auditor'))).toEqual(['amendments.json']);
    const wrong = await flowcollect('audit', 'amend', 'node', '香港 01', 'b.yaml');
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringContaining('没有机场 b.yaml；已有：a.yaml'),
    });
    expect((await flowcollect('audit', 'amend', 'multiplier', '香港 01', 'many')).code).toBe(2);
  });

  it('refuses nodes and devices that nobody reported, offers those like them, and says where it cannot ask', async () => {
    const settings = join(folder, 'ServerSetting.ini');
    const address = /^PrometheusAddr = (.*)$/m.exec(await readFile(settings, 'utf8'))?.[1] ?? '';
    const store = createServer((_, response) => {
      const series = [
        { node: '香港 01', instance: 'my-phone' },
        { node: '日本 02', instance: 'laptop' },
      ];
      response.end(JSON.stringify({ status: 'success', data: series }));
    });
    await new Promise<void>((resolve) => store.listen(Number(new URL(address).port), '127.0.0.1', resolve));
    try {
      for (const [given, words] of [
        [['multiplier', '香港 1', '2'], '没有设备报告过节点 香港 1，没有改动；相近的有：香港 01, 日本 02'],
        [['node', '香港', 'a.yaml'], '没有设备报告过节点 香港'],
        [['device', 'my-phoen', 'laptop'], '没有推送过流量的设备 my-phoen，没有改动；相近的有：my-phone, laptop'],
        [['device', 'my-phone', 'new'], '没有推送过流量的设备 new'],
      ] as const) {
        expect(await flowcollect('audit', 'amend', ...given)).toMatchObject({
          code: 2,
          err: expect.stringContaining(words),
        });
      }
      expect(await readdir(folder)).toEqual(['ServerSetting.ini']);
      expect(await flowcollect('audit', 'amend', 'device', 'my-phone', 'laptop')).toMatchObject({ code: 0 });
    } finally {
      store.closeAllConnections();
      await new Promise((resolve) => store.close(resolve));
    }
    const unchecked = await flowcollect('audit', 'amend', 'multiplier', '香港 1', '2');
    expect(unchecked).toMatchObject({ code: 0, out: expect.stringContaining('未能核对名字是否存在') });
  });

  it('keeps how a surplus was answered: either an amount that is known, or a leak', async () => {
    const known = ['audit', 'amend', 'known'];
    expect((await flowcollect(...known, 'a.yaml', '--per-day', '300MB', '--note', '客厅的 iPad')).code).toBe(0);
    expect((await flowcollect(...known, 'a.yaml', '--share', '6%')).code).toBe(0);
    expect((await flowcollect('audit', 'amend', 'leak', 'a.yaml')).code).toBe(0);
    const { amendments } = JSON.parse(await readFile(join(folder, 'data', 'auditor', 'amendments.json'), 'utf8'));
    expect(amendments).toEqual([
      { kind: 'known', airport: 'a.yaml', daily: 300 * 2 ** 20, note: '客厅的 iPad', at: expect.any(Number) },
      { kind: 'known', airport: 'a.yaml', share: 0.06, at: expect.any(Number) },
      { kind: 'leak', airport: 'a.yaml', at: expect.any(Number) },
    ]);
    for (const [given, words] of [
      [['a.yaml'], '--per-day'],
      [['a.yaml', '--per-day', '1GB', '--share', '5'], '二者之一'],
      [['a.yaml', '--per-day', '-1GB'], '-1GB 不是大小'],
      [['a.yaml', '--share', 'some'], 'some 不是百分比'],
      [['a.yaml', '--share', '5', '--note', 'a\nb'], '--note 须为一行'],
      [['b.yaml', '--share', '5'], '没有机场 b.yaml'],
    ] as const) {
      expect(await flowcollect(...known, ...given)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
    }
  });
});
