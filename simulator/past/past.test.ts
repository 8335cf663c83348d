import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { localDayAt } from '../../core/local-day.ts';
import { DIMENSIONS } from '../../core/metric-contract.ts';
import { DIRECTIONS } from '../../core/traffic.ts';
import { decodeReadBack } from '../../exporter/push/gateway-client.ts';
import { openKeptPushes } from '../../gateway/kept/kept-pushes.ts';
import { HOLD_MS } from '../../gateway/pushes/push-service.ts';
import { createLogger } from '../../runtime/logger.ts';
import { statedMultiplier } from '../airport.ts';
import { keepLastPush } from './kept-push.ts';
import { pastAsOpenMetrics } from './open-metrics.ts';
import { billOfPast, createPast, type SimulatedPast } from './past.ts';

const HOUR = 3_600_000;
const begun = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
const rules = fc.record({
  zone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'UTC'),
  dayEnds: fc.constantFrom('23:55', '00:00', '04:00', '12:00'),
});
const holds = (check: (past: SimulatedPast, until: number, rule: { zone: string; dayEnds: string }) => void): void =>
  fc.assert(
    fc.property(begun, rules, (until, rule) => check(createPast(until, rule), until, rule)),
    { numRuns: 40 },
  );

it('is four whole days and a part of a day, each beginning where days of account do', () => {
  holds((past, until, rule) => {
    expect(past.dayEnds).toHaveLength(5);
    for (const end of past.dayEnds) expect(localDayAt(end, rule).start).toBe(end);
    const last = past.dayEnds.at(-1) ?? 0;
    expect(until - last).toBeGreaterThanOrEqual(2.5 * HOUR);
    expect(past.quietFrom).toBeGreaterThan(last + HOUR);
    // An exporter that begins with the simulation finds the name of its device free.
    expect(until - past.lastPush).toBeGreaterThan(HOLD_MS);
  });
});

it('moves nothing near the end of a day, nor in the last minutes', () => {
  holds((past, until) => {
    const moved = (from: number, to: number): number =>
      past.counters.reduce((sum, { valueAt }) => sum + valueAt(to) - valueAt(from), 0);
    for (const end of past.dayEnds) expect(moved(end - 15 * 60_000, end + 15 * 60_000)).toBe(0);
    expect(moved(past.quietFrom, until)).toBe(0);
    expect(moved(past.dayEnds.at(-1) ?? 0, until)).toBeGreaterThan(14 * 2 ** 30);
  });
});

it('has counters that only rise, and a bill of their bytes by multipliers', () => {
  fc.assert(
    fc.property(begun, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }), (until, parts) => {
      const past = createPast(until, { zone: 'Asia/Shanghai', dayEnds: '23:55' });
      const first = past.dayEnds[0] ?? 0;
      const instants = parts.sort((a, b) => a - b).map((part) => first + part * (until - first));
      for (const { valueAt } of past.counters) {
        const values = instants.map(valueAt);
        expect(values).toEqual([...values].sort((a, b) => a - b));
      }
      for (const at of instants) {
        const nodes = past.counters.filter(({ labels }) => labels.class === 'proxy' && labels.node !== undefined);
        const expected = nodes.reduce(
          (sum, { labels, valueAt }) => sum + valueAt(at) * statedMultiplier(labels.node ?? ''),
          0,
        );
        const { upload, download } = past.billedAt(at);
        expect(Math.abs(upload + download - expected)).toBeLessThan(nodes.length);
      }
    }),
    { numRuns: 20 },
  );
});

it('tells the same bytes in every dimension and of the kernel, whose bill is the same whenever they moved', () => {
  holds((past, until) => {
    for (const at of [(past.dayEnds[0] ?? 0) + 7 * HOUR, past.lastPush]) {
      for (const direction of DIRECTIONS) {
        const sums = new Map<string, number>();
        for (const { metric, labels, valueAt } of past.counters) {
          if (labels.direction === direction) sums.set(metric, (sums.get(metric) ?? 0) + valueAt(at));
        }
        expect(sums.size).toBe(DIMENSIONS.length + 2);
        expect(new Set(sums.values()).size).toBe(1);
      }
    }
    expect(past.billedAt(until)).toEqual(billOfPast());
  });
});

it('is kept for a gateway as a push of its device, from which an exporter goes on', async () => {
  const past = createPast(Date.UTC(2026, 10, 30, 12), { zone: 'Asia/Shanghai', dayEnds: '23:55' });
  const folder = await mkdtemp(join(tmpdir(), 'past-'));
  const device = { user: 'default', deviceId: '演示设备' };
  await keepLastPush(folder, past, device);
  const kept = await openKeptPushes(folder, createLogger('test', 'silent'), () => {});
  expect(kept.held(device)?.at).toBe(past.lastPush);
  expect(kept.isPrepared(device)).toBe(false);
  const readBack = decodeReadBack((await kept.text(device)).toString(), 'past 1');
  await kept.close();
  if (readBack.kind !== 'found') throw new Error('nothing was kept');
  const { counters } = readBack;
  expect(counters.raw).toEqual({ upload: 0, download: 0 });
  const sum = (direction: string): number =>
    counters.traffic.filter((each) => each.direction === direction).reduce((all, { bytes }) => all + bytes, 0);
  expect(counters.kernel).toEqual({ upload: sum('upload'), download: sum('download') });
  expect(sum('download')).toBeGreaterThan(30 * 2 ** 30);
});

it('is written for promtool, with what is recorded of it and the pushes of the device', () => {
  const past = createPast(Date.UTC(2026, 10, 30, 12), { zone: 'Asia/Shanghai', dayEnds: '23:55' });
  const text = pastAsOpenMetrics(past, { job: 'flowcollect', user: 'default', instance: '演示设备' });
  expect(text).toMatch(/^# TYPE flowcollect_traffic_bytes counter\n/);
  expect(text).toMatch(/\n# EOF\n$/);
  expect(text).toMatch(
    /\nflowcollect_host_bytes_total\{class="proxy",direction="download",host="googlevideo.com",instance="演示设备",job="flowcollect",user="default"\} 0 \d+\n/,
  );
  const sumOf = (line: RegExp): number =>
    text
      .split('\n')
      .filter((each) => line.test(each))
      .reduce((sum, each) => sum + Number(each.split(' ').at(-2)), 0);
  const last = new RegExp(`^flowcollect_traffic_bytes_total.* ${past.lastPush / 1000}$`);
  expect(sumOf(/^flowcollect:traffic_bytes:delta1m\{/)).toBe(sumOf(last));
  expect(text).toMatch(/\npush_time_seconds\{instance="演示设备",job="flowcollect",user="default"\} (\d+) \1\n/);
  const lines = text.split('\n').filter((line) => line.startsWith('push_time'));
  const times = lines.map((line) => Number(line.split(' ').at(-1)));
  // The device is never silent.
  for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeLessThan(120);
});
