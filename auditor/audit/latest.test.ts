import { expect, it } from 'vitest';
import { exampleVerdict, readingAt } from '../../test/example-reports.ts';
import type { LearnedMultiplier, Surplus } from '../verdict/finding.ts';
import type { ReasonCode } from '../verdict/reading.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { type AuditorMetrics, createAuditorMetrics } from './latest.ts';

const MB = 2 ** 20;
const surplus: Surplus = {
  since: 0,
  sinceBeginning: true,
  daily: { low: 280 * MB, likely: 300 * MB, high: 330 * MB },
  share: 0.06,
  causes: [{ kind: 'checks' }],
  answered: null,
  explained: 0,
  reported: true,
};
const audited = (over: Partial<Verdict>): Parameters<AuditorMetrics['audited']>[0][number] => ({
  user: 'default',
  airport: 'a.yaml',
  outcome: { known: true, reading: readingAt(0, 0) },
  verdict: exampleVerdict(over),
  forecast: { known: false, reason: { code: 'quota_unknown' } },
});
const learned = (multipliers: readonly LearnedMultiplier[]): Pick<Verdict, 'learned'> => ({
  learned: {
    windows: 20,
    days: 20,
    ratio: { low: 1, likely: 1.01, high: 1.02 },
    checks: 0,
    daily: { low: 0, likely: 0, high: MB },
    lag: 0,
    multipliers,
  },
});
const node = (name: string, low: number, provider = 'a'): LearnedMultiplier => ({
  node: name,
  provider,
  low,
  likely: low + 0.1,
  high: low + 0.2,
});

async function samples(name: string, ...observations: readonly Partial<Verdict>[]): Promise<string[]> {
  const metrics = createAuditorMetrics();
  for (const observation of observations) metrics.audited([audited(observation)]);
  const text = await metrics.render({ successful: true, succeededAt: 0 }, true);
  return text.split('\n').filter((line) => line.startsWith(`${name}{`));
}

it('shows a surplus a day with how it was answered, while there is one', async () => {
  const shown = (answered: string): string =>
    `flowcollect_audit_surplus_bytes{user="default",airport="a.yaml",answered="${answered}"} ${300 * MB}`;
  expect(await samples('flowcollect_audit_surplus_bytes', { surplus })).toEqual([shown('no')]);
  const answered: Surplus = { ...surplus, answered: 'known' };
  expect(await samples('flowcollect_audit_surplus_bytes', { surplus }, { surplus: answered })).toEqual([
    shown('known'),
  ]);
  expect(await samples('flowcollect_audit_surplus_bytes', { surplus }, {})).toEqual([]);
});

it('shows the bounds of learned multipliers, of the 50 nodes with most bytes', async () => {
  const nodes = Array.from({ length: 60 }, (_, index) => node(`n${index}`, 1.5));
  const lines = await samples('flowcollect_audit_multiplier', learned(nodes));
  expect(lines).toHaveLength(100);
  expect(lines).toContain('flowcollect_audit_multiplier{user="default",airport="a.yaml",node="n0",bound="low"} 1.5');
  expect(lines.join()).not.toContain('n50');
  expect(await samples('flowcollect_audit_multiplier', learned(nodes), {})).toEqual([]);
});

it('says why a verdict is unknown, as the report does', async () => {
  const why = (each: string): string => `flowcollect_audit_unknown{user="default",airport="a.yaml",why="${each}"} 1`;
  const unknown = (code: ReasonCode): Partial<Verdict> => ({ kind: 'unknown', reasons: [{ code }] });
  expect(await samples('flowcollect_audit_unknown', unknown('first_reading'))).toEqual([why('first_day')]);
  expect(await samples('flowcollect_audit_unknown', unknown('lag_unknown'))).toEqual([why('first_days')]);
  expect(await samples('flowcollect_audit_unknown', unknown('no_samples'))).toEqual([why('not_compared')]);
  expect(await samples('flowcollect_audit_unknown', unknown('first_reading'), { kind: 'ok' })).toEqual([]);

  const metrics = createAuditorMetrics();
  const unread = { ...audited(unknown('fetch_timeout')), outcome: { known: false, at: 0, reasons: [] } as const };
  metrics.audited([unread]);
  expect(await metrics.render({ successful: true, succeededAt: 0 }, true)).toContain(why('no_reading'));
});

it('says how urgent days left are, while they are known', async () => {
  const metrics = createAuditorMetrics();
  const reset = { days: 9, allowance: 1, reached: false };
  metrics.audited([{ ...audited({}), forecast: { known: true, days: 4, pace: 1, reset } }]);
  const page = await metrics.render({ successful: true, succeededAt: 0 }, true);
  expect(page).toContain('flowcollect_forecast_urgency{user="default",airport="a.yaml",urgency="short"} 1');
  expect(await samples('flowcollect_forecast_urgency', {})).toEqual([]);
});

it('shows of two nodes with one name the one with more bytes', async () => {
  const lines = await samples('flowcollect_audit_multiplier', learned([node('HK', 2), node('HK', 1, 'b')]));
  expect(lines.map((line) => line.split(' ').at(-1))).toEqual(['2', '2.2']);
});
