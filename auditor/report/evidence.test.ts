import { expect, it } from 'vitest';
import { calibrate } from '../verdict/calibration.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { AirportModel, ReportModel } from './model.ts';
import { phrasesOf } from './phrases.ts';

const GB = 2 ** 30;
const FROM = Date.parse('2026-11-22T23:55:00+08:00');
const TO = Date.parse('2026-11-23T23:55:00+08:00');

const verdict: Verdict = {
  kind: 'leak',
  reasons: [],
  window: { from: FROM, to: TO },
  bill: { low: 30 * GB, high: 30 * GB, newCycle: false },
  expected: { low: 10 * GB, likely: 10 * GB, high: 10 * GB, used: 10 * GB },
  calibration: { ...calibrate([]), days: 14, ratio: 1.018, offset: 12 * 2 ** 20 },
  difference: 20 * GB,
  absences: [],
  closes: true,
};
const airport: AirportModel = {
  airport: 'a.yaml',
  used: 30 * GB,
  quota: null,
  unlimited: false,
  remaining: null,
  expiry: null,
  reset: null,
  plan: [],
  reasons: [],
  verdict,
  forecast: { known: false, reason: { code: 'quota_unknown' } },
  nodes: [
    {
      node: '香港 01',
      bytes: 8 * GB,
      multiplier: { low: 1, high: 1 },
      billed: { low: 8 * GB, high: 8 * GB },
      sure: true,
    },
  ],
};
const model: ReportModel = {
  version: 1,
  user: 'default',
  at: TO,
  timezone: 'Asia/Shanghai',
  day: { date: '2026-11-23', from: FROM, to: TO },
  verdict: 'leak',
  today: { known: false, reasons: [] },
  budget: null,
  airports: [airport],
  days: [],
};
const evidence = (change: Partial<Verdict>, language: 'zh' | 'en' = 'zh'): string =>
  phrasesOf(model, language).evidence({ ...airport, verdict: { ...verdict, ...change } });

it('names the multiplier of the busiest node that would explain a leak', () => {
  expect(evidence({})).toContain('用得最多的节点是 香港 01（8.00 GB）：它的倍率要是 3.5×（现按 1×）才能解释这个差额');
  expect(evidence({}, 'en')).toContain('it would have to be multiplied by 3.5×, not 1×');
  expect(evidence({ kind: 'ok' })).not.toContain('香港 01');
});

it('leaves out a multiplier that no airport has', () => {
  expect(evidence({ bill: { low: 900 * GB, high: 900 * GB, newCycle: false } })).not.toContain('香港 01');
});

it('tells what a drift came to, and by what it was calibrated', () => {
  const text = evidence({ kind: 'drift', drift: { since: FROM, days: 9, bytes: 0.45 * GB } });
  expect(text).toContain('最近 9 天一共多扣了 460.80 MB，约每天 51.20 MB，不像是偶然误差。');
  expect(text).toContain('已按过去 14 天的正常情况校准：倍率之外 +1.8 %，每天 12.00 MB 健康检查');
});
