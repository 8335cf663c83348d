import fc from 'fast-check';
import { expect, it } from 'vitest';
import { localDayAt } from '../../core/local-day.ts';
import { statedMultiplier } from '../airport.ts';
import { pastAsOpenMetrics } from './open-metrics.ts';
import { createPast, type Past } from './past.ts';

const HOUR = 3_600_000;
const begun = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
const rules = fc.record({
  zone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'UTC'),
  dayEnds: fc.constantFrom('23:55', '00:00', '04:00', '12:00'),
});
const holds = (check: (past: Past, until: number, rule: { zone: string; dayEnds: string }) => void): void =>
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
  });
});

it('moves nothing near the end of a day, nor in the last hour', () => {
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

it('is written for promtool, with the pushes of the device', () => {
  const past = createPast(Date.UTC(2026, 10, 30, 12), { zone: 'Asia/Shanghai', dayEnds: '23:55' });
  const text = pastAsOpenMetrics(past, { job: 'flowcollect', user: 'default', instance: '演示设备' });
  expect(text).toMatch(/^# TYPE flowcollect_traffic_bytes counter\n/);
  expect(text).toMatch(/\n# EOF\n$/);
  expect(text).toMatch(
    /\nflowcollect_host_bytes_total\{class="proxy",direction="download",host="googlevideo.com",instance="演示设备",job="flowcollect",user="default"\} 0 \d+\n/,
  );
  expect(text).toMatch(/\npush_time_seconds\{instance="演示设备",job="flowcollect",user="default"\} (\d+) \1\n/);
  const lines = text.split('\n').filter((line) => line.startsWith('push_time'));
  const times = lines.map((line) => Number(line.split(' ').at(-1)));
  // The device is never silent.
  for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeLessThan(120);
});
