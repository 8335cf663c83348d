import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { localDayAt } from '../../core/local-day.ts';
import { createLogger } from '../../runtime/logger.ts';
import { scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { parseUserinfo } from '../airport/subscription.ts';
import { readAuditorConfig } from '../config.ts';
import { readingOutcome } from '../verdict/reading.ts';
import { type Auditor, createAuditor } from './auditor.ts';
import { createAuditorMetrics } from './latest.ts';

const HOUR = 3_600_000;
const GB = 2 ** 30;

let folder: string;
let now: number;
/** Bytes that the airport bills beyond what the device used. */
let leaked: number;

/** A gigabyte an hour, on the device and at the airport, whatever any clock says. */
const used = (at: number): number => Math.floor(((at - Date.parse('2026-01-01T00:00:00Z')) / HOUR) * GB);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-odd-'));
  leaked = 0;
});

async function openAuditor(zone: string, start: string): Promise<Auditor> {
  now = Date.parse(start);
  const identity = { job: 'flowcollect', user: 'default', instance: '手机' };
  const traffic = { ...identity, class: 'proxy', node: '香港 01', direction: 'download', accounting: 'measured' };
  const prometheus = scriptedPrometheus([
    { metric: 'flowcollect_traffic_bytes_total', labels: traffic, valueAt: used },
    { metric: 'push_time_seconds', labels: identity, valueAt: (at) => at / 1000 },
  ]);
  const text = `[server]\nSubUrls = ["a"]="https://a.example"\nTimezone = ${zone}\nDataDir = .`;
  const { settings } = readAuditorConfig('ServerSetting.ini', text, folder);
  const auditor = createAuditor({
    settings: { current: () => settings },
    clock: {
      now: () => now,
      async sleep(milliseconds) {
        now += milliseconds;
      },
    },
    fetch: prometheus,
    airports: {
      read: async () =>
        readingOutcome({ at: now, ...parseUserinfo(`upload=0; download=${used(now) + leaked}; total=${2 ** 49}`) }),
    },
    metrics: createAuditorMetrics(),
    disk: { watch: (write) => write() },
    signal: new AbortController().signal,
    logger: createLogger('auditor', 'silent'),
  });
  await auditor.open();
  return auditor;
}

const nightlyIn = (zone: string) => (instant: number) =>
  localDayAt(instant, { zone, dayEnds: '23:55' }).start === instant;

const at = async (auditor: Auditor, time: string) => {
  now = Date.parse(time);
  return auditor.report();
};
const proxyOf = ({ today }: Awaited<ReturnType<Auditor['report']>>): number =>
  today.known ? today.classes.proxy / GB : Number.NaN;

describe('where clocks change', () => {
  it('a day has 25 hours in autumn, and nothing of it is lost or accused', async () => {
    const auditor = await openAuditor('America/Los_Angeles', '2026-10-31T23:55:00-07:00');
    await auditor.report();
    const autumn = await at(auditor, '2026-11-01T23:55:00-08:00');
    expect(autumn).toMatchObject({ verdict: 'ok', day: { date: '2026-11-01' } });
    expect(proxyOf(autumn)).toBeCloseTo(25, 3);
  });

  it('a day has 23 hours in spring', async () => {
    const auditor = await openAuditor('America/Los_Angeles', '2026-03-07T23:55:00-08:00');
    await auditor.report();
    const spring = await at(auditor, '2026-03-08T23:55:00-07:00');
    expect(spring).toMatchObject({ verdict: 'ok', day: { date: '2026-03-08' } });
    expect(proxyOf(spring)).toBeCloseTo(23, 3);
  });
});

describe('where clocks show 23:55 twice in one night', () => {
  it.each([
    ['Africa/Cairo', '2026-10-28T23:55:00+03:00', '2026-10-29T23:55:00+02:00', '2026-10-29', 24],
    ['America/Santiago', '2026-04-03T23:55:00-03:00', '2026-04-04T23:55:00-03:00', '2026-04-04', 24],
  ])('a report in %s is of the day that ended', async (zone, before, ended, date, hours) => {
    const auditor = await openAuditor(zone, before);
    await auditor.report();
    const night = await at(auditor, ended);
    expect(night).toMatchObject({ verdict: 'ok', day: { date } });
    expect(proxyOf(night)).toBeCloseTo(hours, 3);
    expect(auditor.missedDay(nightlyIn(zone))).toBeUndefined();
  });
});

describe('a machine that slept through 23:55', () => {
  it('reports the day that was missed once, and the window holds all of the time', async () => {
    const auditor = await openAuditor('Asia/Shanghai', '2026-11-20T23:55:00+08:00');
    await auditor.report();
    now = Date.parse('2026-11-23T09:30:00+08:00');
    const missed = auditor.missedDay(nightlyIn('Asia/Shanghai'));
    expect(missed?.date).toBe('2026-11-22');
    const report = await auditor.report(missed);
    expect(proxyOf(report)).toBeCloseTo(24, 3);
    expect(report.airports[0]?.verdict).toMatchObject({ kind: 'ok', closes: true });
    expect(report.airports[0]?.verdict.bill?.low).toBeGreaterThan(57 * GB);
    expect(auditor.missedDay(nightlyIn('Asia/Shanghai'))).toBeUndefined();
  });

  it('finds a leak of a single day in the window of several', async () => {
    const auditor = await openAuditor('Asia/Shanghai', '2026-11-12T23:55:00+08:00');
    await auditor.report();
    // It is known by then how late the airport bills, and what a day of it costs.
    for (const night of [13, 14, 15, 16, 17, 18, 19, 20, 21]) await at(auditor, `2026-11-${night}T23:55:00+08:00`);
    leaked = 8 * GB;
    const report = await at(auditor, '2026-11-23T23:55:00+08:00');
    expect(report.airports[0]?.verdict).toMatchObject({ kind: 'leak' });
  });
});

it('accuses nobody when the clock was set back, and compares again from then on', async () => {
  const auditor = await openAuditor('Asia/Shanghai', '2026-11-20T23:55:00+08:00');
  await auditor.report();
  const back = await at(auditor, '2026-11-20T21:00:00+08:00');
  expect(back.airports[0]?.verdict).toMatchObject({ kind: 'unknown', reasons: [{ code: 'clock_set_back' }] });
  const next = await at(auditor, '2026-11-21T23:55:00+08:00');
  expect(next.airports[0]?.verdict).toMatchObject({
    kind: 'ok',
    window: { from: Date.parse('2026-11-20T21:00:00+08:00') },
  });
});
