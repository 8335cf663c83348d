import { describe, expect, it } from 'vitest';
import { UserFacingError } from '../../core/language.ts';
import { createPrometheus } from '../../runtime/prometheus.ts';
import { type ScriptedSeries, scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { type Closed, closedWindow, days, GB, HOUR, shareOf } from '../../test/windows.ts';
import { amendmentsOf } from '../amend/amendments.ts';
import { readAuditorConfig } from '../config.ts';
import { reportText } from '../report/report-mail.ts';
import { type AirportState, EMPTY_STATE, withAirport } from '../state/audit-state.ts';
import { createExactSums } from '../usage/exact-sums.ts';
import { createUsageReader } from '../usage/window-use.ts';
import type { WindowRecord } from '../verdict/span.ts';
import { pastAudit, readPastSpan } from './past-audit.ts';

const NOW = Date.parse('2026-11-25T12:00:00+08:00');
/** Days of account end here; windows close when the report has been made. */
const night = (date: string): number => Date.parse(`${date}T23:55:20+08:00`);

const { settings: config } = readAuditorConfig(
  'ServerSetting.ini',
  '[server]\nSubUrls = ["a"]="https://a.example"',
  '/',
);
/** A gigabyte an hour. */
const hourly = (at: number): number => Math.floor(((at - Date.parse('2026-11-01T00:00:00Z')) / HOUR) * GB);
const identity = { job: 'flowcollect', user: 'default', instance: '手机' };
const PHONE: ScriptedSeries[] = [
  {
    metric: 'flowcollect_traffic_bytes_total',
    labels: { ...identity, class: 'proxy', node: '香港 2x', direction: 'download', accounting: 'measured' },
    valueAt: hourly,
  },
  { metric: 'push_time_seconds', labels: identity, valueAt: (at) => at / 1000 },
];

const share = (bytes: number) => shareOf(bytes, { node: '香港 2x', multiplier: { low: 2, high: 2 } });
/** The window from one night to another, in which all that was used was billed, unless said otherwise. */
const closed = (from: string, to: string, given: Closed = {}): WindowRecord => {
  const [start, end] = [night(from), night(to)];
  return closedWindow(0, {
    from: start,
    to: end,
    nodes: [share(hourly(end) - hourly(start))],
    regime: BEGAN,
    ...given,
  });
};
const BEGAN = night('2026-11-02');
/** Nights of two weeks on which all was well. */
const weeks = days(16, (day) =>
  closed(`2026-11-${String(day + 2).padStart(2, '0')}`, `2026-11-${String(day + 3).padStart(2, '0')}`),
);

async function audited(
  window: string,
  airport: Partial<AirportState>,
  { series = PHONE, amendments = amendmentsOf([]) } = {},
) {
  const clock = () => NOW;
  const prometheus = createPrometheus({ addresses: () => config.prometheus, fetch: scriptedPrometheus(series) });
  const sums = createExactSums(prometheus, clock);
  const read = readPastSpan(window, config.day, NOW);
  if (!read.ok) throw new UserFacingError(read.problem);
  const parts = { prometheus, sums, usage: createUsageReader(prometheus, sums) };
  const model = await pastAudit(parts, config, withAirport(EMPTY_STATE, 'a', airport), read.span, amendments);
  return { model, verdict: model.airports[0]?.verdict, text: reportText(model, 'en') };
}

describe('a day that is over', () => {
  const windows = [closed('2026-11-18', '2026-11-19'), closed('2026-11-19', '2026-11-20')];

  it('is audited between the readings that closed its window, with the exact sums of the day', async () => {
    const { model, verdict, text } = await audited('2026-11-20', { windows });
    expect(model).toMatchObject({ verdict: 'ok', today: { known: true, classes: { proxy: 24 * GB } } });
    expect(verdict?.window).toEqual({ from: night('2026-11-19'), to: night('2026-11-20') });
    expect(verdict?.bill?.low).toBe(48 * GB);
    expect(text).toContain('2026-11-20');
    expect(text).toContain('what is left is not shown');
  });

  it('keeps the verdict of its night, which had seen more', async () => {
    const leak = closed('2026-11-19', '2026-11-20', { billed: 60 * GB, kind: 'leak' });
    const { verdict } = await audited('2026-11-20', { windows: [leak] });
    expect(verdict).toMatchObject({ kind: 'leak', bill: { low: 60 * GB } });
    expect(verdict?.difference).toBeCloseTo(12 * GB, -3);
  });

  it('is judged by what a person has corrected since', async () => {
    const leak = closed('2026-11-19', '2026-11-20', { billed: 72 * GB, kind: 'leak' });
    const amendments = amendmentsOf([{ kind: 'multiplier', node: '香港 2x', multiplier: { low: 3, high: 3 } }]);
    expect((await audited('2026-11-20', { windows: [leak] }, { amendments })).verdict?.kind).toBe('ok');
  });

  it('does not accuse an airport that caught up with what it was late with', async () => {
    const late = [
      ...weeks,
      closed('2026-11-18', '2026-11-19', { billed: 30 * GB }),
      closed('2026-11-19', '2026-11-20', { billed: 66 * GB, kind: 'ok' }),
    ];
    expect((await audited('2026-11-20', { windows: late })).verdict?.kind).toBe('ok');
    expect((await audited('2026-11-19..2026-11-20', { windows: late })).verdict?.kind).toBe('ok');
  });
});

describe('several days', () => {
  it('add up the windows in between, and a leak in one of them is told', async () => {
    const windows = [
      closed('2026-11-18', '2026-11-19', { billed: 55 * GB, kind: 'leak' }),
      closed('2026-11-19', '2026-11-20'),
    ];
    const { verdict } = await audited('2026-11-19..2026-11-20', { windows });
    expect(verdict).toMatchObject({ kind: 'leak', bill: { low: 103 * GB } });
  });

  it('cannot be compared where a window is missing in between', async () => {
    const windows = [closed('2026-11-16', '2026-11-17'), closed('2026-11-19', '2026-11-20')];
    const { verdict } = await audited('2026-11-17..2026-11-20', { windows });
    expect(verdict?.reasons.map(({ code }) => code)).toEqual(['readings_apart', 'readings_kept']);
  });
});

describe('hours of the running cycle', () => {
  const trail = Array.from({ length: 60 }, (_, index) => {
    const at = NOW - (60 - index) * 2.1 * HOUR;
    return { at, used: 2 * hourly(at) };
  });
  const airport = { windows: weeks, cycle: { start: trail[0]?.at ?? 0, seen: false, trail } };

  it('are audited between the nearest readings', async () => {
    const { verdict } = await audited('2026-11-24T08:00..2026-11-24T20:00', airport);
    expect(verdict?.kind).toBe('ok');
    expect(Math.abs((verdict?.window?.from ?? 0) - Date.parse('2026-11-24T08:00:00+08:00'))).toBeLessThan(1.1 * HOUR);
  });

  it('show what the airport billed beyond what was used', async () => {
    const after = Date.parse('2026-11-24T14:00:00+08:00');
    const leaking = trail.map(({ at, used }) => ({ at, used: used + (at > after ? 20 * GB : 0) }));
    const { verdict } = await audited('2026-11-24T08:00..2026-11-24T20:00', {
      ...airport,
      cycle: { ...airport.cycle, trail: leaking },
    });
    expect(verdict?.kind).toBe('leak');
  });
});

describe('what is not kept', () => {
  it('is told with the end that has no reading, and of when there are some', async () => {
    const { verdict, text } = await audited('2026-11-10', { windows: [closed('2026-11-19', '2026-11-20')] });
    expect(verdict?.kind).toBe('unknown');
    expect(text).toContain('no reading of the airport was kept within 3 hours of 11-09 23:55');
    expect(text).toContain('readings are kept of 11-19 23:55 – 11-20 23:55');
  });

  it('is told about an airport that was never read', async () => {
    expect((await audited('2026-11-20', {})).text).toContain('no reading of this airport was ever kept');
  });

  it('is told where a new cycle hid the end of the old one', async () => {
    const windows = [closed('2026-11-19', '2026-11-20', { bill: { high: null } })];
    expect((await audited('2026-11-20', { windows })).text).toContain('the airport began a new cycle');
  });

  it('is told about samples, too, and is not taken for no use', async () => {
    const { model, text } = await audited(
      '2026-11-20',
      { windows: [closed('2026-11-19', '2026-11-20')] },
      { series: [] },
    );
    expect(model.today.known).toBe(false);
    expect(model.verdict).toBe('unknown');
    expect(text).toContain('Prometheus holds nothing of that time');
  });
});

const RULE = { zone: 'Asia/Shanghai', dayEnds: '23:55' };
const read = (text: string, rule = RULE) => {
  const result = readPastSpan(text, rule, NOW);
  return result.ok
    ? [new Date(result.span.from).toISOString(), new Date(result.span.to).toISOString(), result.span.label]
    : result.problem.en;
};

describe('a window of the past', () => {
  it.each([
    ['2026-11-20', '2026-11-19T15:55:00.000Z', '2026-11-20T15:55:00.000Z'],
    ['2026-11-01..2026-11-20', '2026-10-31T15:55:00.000Z', '2026-11-20T15:55:00.000Z'],
    ['2026-11-20T08:00..2026-11-20T20:00', '2026-11-20T00:00:00.000Z', '2026-11-20T12:00:00.000Z'],
    ['2026-11-20 08:00 .. 2026-11-20', '2026-11-20T00:00:00.000Z', '2026-11-20T15:55:00.000Z'],
    ['2026-11-20T08:00Z..2026-11-20T20:00Z', '2026-11-20T08:00:00.000Z', '2026-11-20T20:00:00.000Z'],
  ])('%s runs from %s to %s', (text, from, to) => {
    expect(read(text)).toEqual([from, to, text.replace(' .. ', '..')]);
  });

  it.each([
    ['00:00', '2026-11-19T16:00:00.000Z', '2026-11-20T16:00:00.000Z'],
    ['02:30', '2026-11-18T18:30:00.000Z', '2026-11-19T18:30:00.000Z'],
    ['12:00', '2026-11-19T04:00:00.000Z', '2026-11-20T04:00:00.000Z'],
  ])('is the day of that name where days end at %s', (dayEnds, from, to) => {
    expect(read('2026-11-20', { ...RULE, dayEnds })).toEqual([from, to, '2026-11-20']);
  });

  it.each(['', 'yesterday', '2026-11-31', '2026-11-20T08:00', '2026-11-01..', '2026-11-01..2026-11-02..2026-11-03'])(
    'is not read from %j, and the problem shows the forms',
    (text) => {
      expect(read(text)).toContain('2026-11-01..2026-11-20');
    },
  );

  it('ends after it begins, and has ended', () => {
    expect(read('2026-11-20..2026-11-01')).toContain('must begin before it ends');
    expect(read('2026-11-25')).toContain('--now');
  });
});
