import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuditedWorld,
  bill,
  createAuditedWorld,
  DAY_BEGAN,
  GB,
  HOUR,
  hourlyBytes,
  MORNING,
  passNights,
  REPORT,
  usedHeader,
} from '../../test/audited-world.ts';
import { addAmendment } from '../amend/amendments.ts';
import { createAuditorMetrics } from './latest.ts';

/** At 23:55 in Shanghai. */
const nightly = (at: number): boolean => (at - REPORT) % (24 * HOUR) === 0;

let world: AuditedWorld;
beforeEach(async () => {
  world = await createAuditedWorld();
});
afterEach(() => world.close());

describe('a day', () => {
  it('ends with a report whose bill fits, mailed once, and the next window begins where this one ended', async () => {
    const auditor = await world.open();
    await auditor.observe();
    expect(await world.anchorAt()).toBe(MORNING);
    world.now = REPORT;
    world.header = usedHeader(50 * GB + 2 * 15.9 * GB);
    const model = await auditor.report();
    expect(model).toMatchObject({ verdict: 'ok', day: { date: '2026-11-23', to: REPORT } });
    // From 23:55 to 23:55: a gigabyte an hour.
    expect(model.today).toMatchObject({ classes: { proxy: 24 * GB, direct: 48 * GB, local: 0 }, total: 72 * GB });
    expect(await world.anchorAt()).toBe(REPORT);
    expect(await world.waiting()).toEqual([]);
    expect(world.mailbox.mails).toHaveLength(1);
    expect(world.mailbox.mails[0]?.subject).toMatch(/ · 流量日报 11-23$/);
    expect(world.mailbox.mails[0]?.text).toContain('- 代理流量: 24.00 GiB');
    expect(world.mailbox.mails[0]?.html).toContain('24.00 GiB');
    expect((await world.state()).users.get('default')?.mailedAt).toBe(world.now);
    await auditor.flush();
    expect(world.mailbox.mails).toHaveLength(1);
  });

  it('reports a leak with the figures that show it', async () => {
    const auditor = await world.open();
    await passNights(world, auditor, 8);
    world.now = REPORT + 8 * 24 * HOUR;
    bill(world, 68 * GB);
    const model = await auditor.report();
    expect(model.verdict).toBe('leak');
    const text = world.mailbox.mails.at(-1)?.text ?? '';
    expect(text).toContain('机场多扣了流量，可能存在代理泄露');
    expect(text).toContain('【⚠️ 代理泄露警告】');
    expect(text).toContain('机场扣除流量(116.00 GiB) 与 本地统计代理流量(48.00 GiB) 存在显著差异！差异值: 68.00 GiB');
  });

  it('leaves the windows alone when only observed', async () => {
    const auditor = await world.open();
    await auditor.observe();
    world.now += 3 * HOUR;
    world.header = usedHeader(56 * GB);
    await auditor.observe();
    expect(await world.anchorAt()).toBe(MORNING);
    expect((await world.state()).airports.get('a.yaml')?.latest?.used).toBe(56 * GB);
  });

  it('that is the very first one, and nothing ran when it was planned, is due afterwards, once', async () => {
    await (await world.open()).idle();
    world.now = REPORT + 10 * HOUR;
    const auditor = await world.open();
    const missed = auditor.missedDay(nightly);
    expect(missed?.date).toBe('2026-11-23');
    await auditor.report(missed);
    expect(world.mailbox.mails).toHaveLength(1);
    expect(auditor.missedDay(nightly)).toBeUndefined();
  });

  it('that never comes is told by since when the first one is awaited, until one is sent, through restarts', async () => {
    const since = async (): Promise<string | undefined> => {
      const metrics = createAuditorMetrics();
      const auditor = await world.open(metrics);
      await auditor.flush();
      const page = await metrics.render({ successful: true, succeededAt: 0 }, true);
      return /^flowcollect_report_waiting_since_timestamp_seconds\{user="default"\} (\d+)$/m.exec(page)?.[1];
    };
    expect(await since()).toBe(String(MORNING / 1000));
    world.now = REPORT + 48 * HOUR;
    expect(await since()).toBe(String(MORNING / 1000));
    await (await world.open()).report();
    expect(await since()).toBeUndefined();
  });

  it('that nobody was awake for is due afterwards, once', async () => {
    const auditor = await world.open();
    world.now = REPORT;
    await auditor.report();
    expect(auditor.missedDay(nightly)).toBeUndefined();
    world.now = REPORT + 34 * HOUR;
    const missed = auditor.missedDay(nightly);
    expect(missed?.date).toBe('2026-11-24');
    await auditor.report(missed);
    expect(auditor.missedDay(nightly)).toBeUndefined();
  });

  it('whose report is planned for later is not missed, nor is one that no report is planned for', async () => {
    const auditor = await world.open();
    world.now = REPORT;
    await auditor.report();
    world.now = REPORT + 24 * HOUR + 10 * 60_000;
    const halfAnHourLater = (at: number): boolean => nightly(at - 30 * 60_000);
    expect(auditor.missedDay(halfAnHourLater)).toBeUndefined();
    const weekly = (at: number): boolean => (at - REPORT) % (7 * 24 * HOUR) === 0;
    expect(auditor.missedDay(weekly)).toBeUndefined();
    world.now = REPORT + 9 * 24 * HOUR;
    expect(auditor.missedDay(weekly)?.date).toBe('2026-11-30');
  });
});

it('audits windows again once for each change of the amendments, also for as many others', async () => {
  const auditor = await world.open();
  const times = (): number => world.lines.filter((line) => line.includes('windows audited again')).length;
  await auditor.observe();
  expect(times()).toBe(0);
  for (const [index, node] of ['HK', 'JP'].entries()) {
    await rm(join(world.folder, 'amendments.json'), { force: true });
    await addAmendment(world.folder, { kind: 'node', node, airport: 'a.yaml' });
    for (const _ of [1, 2]) await auditor.observe();
    expect(times()).toBe(index + 1);
  }
});

it('publishes what is known, and nothing in the place of what is not', async () => {
  const metrics = createAuditorMetrics();
  const auditor = await world.open(metrics);
  await auditor.observe();
  world.now += HOUR;
  world.header = usedHeader(52 * GB);
  await auditor.observe();
  await auditor.publish();
  const page = await metrics.render({ successful: true, succeededAt: 0 }, true);
  expect(page).toContain('flowcollect_airport_used_bytes{user="default",airport="a.yaml"} 55834574848');
  expect(page).toContain('flowcollect_audit_verdict{user="default",airport="a.yaml",verdict="ok"} 1');
  expect(page).toContain('flowcollect_audit_verdict{user="default",airport="a.yaml",verdict="leak"} 0');
  expect(page).toContain(
    `flowcollect_today_bytes{user="default",instance="手机",class="direct",node="DIRECT",direction="download"} ${2 * (hourlyBytes(world.now) - hourlyBytes(DAY_BEGAN))}`,
  );
  expect(page).toContain(
    'flowcollect_cycle_bytes{user="default",instance="手机",node="香港 01 | 2x",airport="a.yaml"} 1073741824',
  );
  expect(page).not.toContain('flowcollect_report_last_success_timestamp_seconds{');
  expect(page).not.toContain('hunter2');

  world.prometheusDown = true;
  await auditor.publish();
  expect(await metrics.render({ successful: true, succeededAt: 0 }, true)).not.toContain('flowcollect_today_bytes{');
});

it('keeps secrets to itself', async () => {
  const auditor = await world.open();
  world.now = REPORT;
  await auditor.report();
  const kept = await readFile(join(world.folder, 'state.json'), 'utf8');
  expect(`${kept}${world.lines.join('')}${JSON.stringify(world.mailbox.mails)}`).not.toMatch(
    /hunter2|airport\.example/,
  );
});
