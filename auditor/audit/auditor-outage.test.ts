import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuditedWorld,
  bill,
  createAuditedWorld,
  GB,
  HOUR,
  MORNING,
  REPORT,
  usedHeader,
} from '../../test/audited-world.ts';

const MINUTE = 60_000;

let world: AuditedWorld;
beforeEach(async () => {
  world = await createAuditedWorld();
});
afterEach(() => world.close());

describe('when something is down', () => {
  it.each([
    ['missing', undefined, '响应里没有 Subscription-Userinfo 流量信息'],
    ['garbage', '<html>', '流量信息无法识别'],
    ['all zero', 'upload=0; download=0; total=0; expire=0', '流量信息全是 0，不可信'],
  ])('says that the header is %s, and keeps the window open until it is back', async (_, broken, words) => {
    const auditor = await world.open();
    await auditor.observe();
    world.now = REPORT;
    world.header = broken;
    expect((await auditor.report()).verdict).toBe('unknown');
    expect(world.mailbox.mails[0]?.text).toContain(words);
    expect(world.mailbox.mails[0]?.text).toContain('- 代理流量: 24.00 GiB');
    expect(await world.anchorAt()).toBe(MORNING);
    world.now = REPORT + 24 * HOUR;
    world.header = usedHeader(50 * GB + 2 * 39.9 * GB);
    const model = await auditor.report();
    expect(model.airports[0]?.verdict).toMatchObject({ kind: 'ok', window: { from: MORNING, to: REPORT + 24 * HOUR } });
  });

  it('says that Prometheus does not answer, still tells what the airport says, and keeps the window open', async () => {
    const auditor = await world.open();
    await auditor.observe();
    world.now = REPORT;
    world.prometheusDown = true;
    world.header = usedHeader(60 * GB);
    const model = await auditor.report();
    expect(model).toMatchObject({ verdict: 'unknown', today: { known: false }, airports: [{ used: 60 * GB }] });
    expect(world.mailbox.mails[0]?.text).toContain(
      'Prometheus（127.0.0.1:9090）没有响应，设备用量未知；数据不会丢失，恢复后自动补齐',
    );
    expect(world.mailbox.mails[0]?.text).toContain('剩余: 940.00 GiB');
    expect(await world.anchorAt()).toBe(MORNING);
    world.now += HOUR;
    world.prometheusDown = false;
    world.header = usedHeader(50 * GB + 2 * 16.9 * GB);
    await auditor.observe();
    expect((await auditor.report()).verdict).toBe('ok');
  });

  it('says that the store answered in part, takes no smaller sum for the truth, and keeps the window open', async () => {
    const auditor = await world.open();
    await auditor.observe();
    world.now = REPORT;
    world.prometheusPartial = true;
    world.header = usedHeader(60 * GB);
    const model = await auditor.report();
    expect(model).toMatchObject({ verdict: 'unknown', today: { known: false } });
    expect(world.mailbox.mails[0]?.text).toContain('Prometheus 只回答了一部分，设备用量未知');
    expect(await world.anchorAt()).toBe(MORNING);
    expect(await auditor.observe()).toBe(false);
    world.prometheusPartial = false;
    expect(await auditor.observe()).toBe(true);
  });

  it('keeps the window open where the store lacks its last minutes, and is right once they came', async () => {
    const auditor = await world.open();
    await auditor.observe();
    world.now = REPORT;
    world.storedUntil = REPORT - 5 * MINUTE;
    world.header = usedHeader(50 * GB + 2 * 15.9 * GB);
    expect(await auditor.report()).toMatchObject({ verdict: 'unknown', today: { known: false } });
    expect(world.now).toBeGreaterThanOrEqual(REPORT + 2 * MINUTE);
    expect(world.mailbox.mails[0]?.text).toContain('Prometheus 里还没有最近 5 分钟的数据，设备用量未知');
    expect(await world.anchorAt()).toBe(MORNING);
    world.storedUntil = undefined;
    world.now = REPORT + HOUR;
    bill(world);
    const model = await auditor.report();
    expect(model.airports[0]?.verdict).toMatchObject({ kind: 'ok', window: { from: MORNING, to: REPORT + HOUR } });
  });

  it('waits with a report until the store has what was scraped by then', async () => {
    const auditor = await world.open();
    await auditor.observe();
    world.now = REPORT;
    bill(world);
    Object.defineProperty(world, 'storedUntil', { get: () => (world.now < REPORT + MINUTE ? REPORT - 1 : undefined) });
    expect(await auditor.report()).toMatchObject({ verdict: 'ok' });
    expect(world.now).toBeGreaterThanOrEqual(REPORT + MINUTE);
    expect(await world.anchorAt()).toBe(REPORT);
  });

  it('keeps a report that the mail server refuses, says why, and sends it once when it is taken', async () => {
    world.mailbox.refuse({ code: 535, message: 'Login fail: hunter2 is wrong' });
    const auditor = await world.open();
    world.now = REPORT;
    await auditor.report();
    expect(world.mailbox.mails).toEqual([]);
    expect(await world.waiting()).toHaveLength(1);
    const log = world.lines.join('');
    expect(log).toContain("EmailPass must be the authorisation code of EmailUser, not the account's password");
    expect(log).toContain('report not mailed; kept and tried again');
    expect(log).not.toContain('"report mailed"');
    expect(log).not.toContain('hunter2');
    expect((await world.state()).users.get('default')?.mailedAt).toBeNull();

    world.mailbox.refuse(undefined);
    await auditor.flush();
    expect(world.mailbox.mails).toEqual([]);
    world.now += HOUR;
    const restarted = await world.open();
    await restarted.flush();
    await restarted.flush();
    expect(world.mailbox.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('流量日报 11-23')]);
    expect(await world.waiting()).toEqual([]);
    expect(world.lines.join('')).toContain('report mailed');
  });

  it('does not accuse anyone while a silent device can explain the excess', async () => {
    const auditor = await world.open();
    await auditor.observe();
    world.now = REPORT;
    world.header = usedHeader(50 * GB + 2 * 15.9 * GB);
    await auditor.report();
    const began = await world.anchorAt();
    world.silentSince = REPORT + 8 * HOUR;
    world.now = REPORT + 24 * HOUR;
    world.header = usedHeader(50 * GB + 2 * 39.9 * GB);
    const model = await auditor.report();
    expect(model.airports[0]?.verdict).toMatchObject({ kind: 'incomplete', closes: false });
    expect(world.mailbox.mails[1]?.text).toContain('手机 自 11-24 07:55 起没有推送，差额可能是它用的');
    expect(await world.anchorAt()).toBe(began);
  });
});
