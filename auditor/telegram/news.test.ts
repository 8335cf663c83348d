import { expect, it } from 'vitest';
import { exampleAirport, exampleFindings, exampleModel } from '../../test/example-reports.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { newsOf } from './news.ts';

const of = (verdict: Verdict) => {
  const airport = exampleAirport({ verdict });
  return newsOf(airport, exampleModel([airport]), 'zh');
};

it('are a leak in each window in which it is seen', () => {
  const [leak] = of(exampleFindings.leak);
  expect(leak?.text).toMatch(/^⚠️ 机场多扣了流量，可能存在代理泄露\n机场 a.yaml 扣除了 23.00 GiB/);
  expect([leak?.key, leak?.isTold(undefined), leak?.isTold(leak.at), leak?.isTold(1)]).toEqual([
    'a.yaml',
    false,
    true,
    false,
  ]);
  expect(of(exampleFindings.leakByAnswer)[0]?.text).toContain('您已确认是泄露');
});

it('are a change, once until another begins', () => {
  const [drift] = of(exampleFindings.drift);
  expect(drift?.text).toMatch(/^📈 机场扣的流量变多了，请留意\n/);
  const since = exampleFindings.drift.drift?.since ?? 0;
  expect([drift?.isTold(undefined), drift?.isTold(since - 1), drift?.isTold(drift.at)]).toEqual([false, false, true]);
});

it('are a steady surplus when it is told, not before it is told again, nor once it is answered', () => {
  const [surplus, ...others] = of(exampleFindings.surplus);
  expect(others).toEqual([]);
  expect(surplus?.text).toMatch(/^📌 机场 a.yaml 自开始以来每天/);
  expect(surplus?.isTold(surplus.at)).toBe(true);
  for (const quiet of [exampleFindings.surplusAgain, exampleFindings.surplusKnown, exampleFindings.learned]) {
    expect(of(quiet)).toEqual([]);
  }
});

it('are told once of airports that are judged together', () => {
  const { drift } = exampleFindings;
  const verdict: Verdict = { ...exampleFindings.pool, kind: 'drift', ...(drift.drift && { drift: drift.drift }) };
  const airports = ['a.yaml', 'b.yaml'].map((airport) => exampleAirport({ airport, verdict }));
  const model = exampleModel(airports);
  expect(airports.map((airport) => newsOf(airport, model, 'en').length)).toEqual([1, 0]);
});
