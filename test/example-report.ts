import type { AirportModel, ReportModel } from '../auditor/report/model.ts';
import type { Verdict } from '../auditor/verdict/verdict.ts';

const GB = 2 ** 30;
const DAY = 86_400_000;
export const AT = Date.parse('2026-11-23T23:55:00+08:00');

/** A day on which all is well. */
export const exampleVerdict = (over: Partial<Verdict> = {}): Verdict => ({
  kind: 'ok',
  reasons: [],
  window: { from: AT - DAY, to: AT },
  bill: { low: 14 * GB, likely: 14 * GB, high: 14 * GB, newCycle: false },
  expected: { low: 13 * GB, high: 15 * GB, likely: 14 * GB, used: 12 * GB },
  difference: 0,
  absences: [],
  closes: true,
  ...over,
});
export const exampleAirport = (over: Partial<AirportModel> = {}): AirportModel => ({
  airport: 'a.yaml',
  used: 60 * GB,
  quota: 100 * GB,
  unlimited: false,
  remaining: 40 * GB,
  expiry: AT / 1000 + 100 * 86_400,
  reset: null,
  plan: [],
  reasons: [],
  verdict: exampleVerdict(),
  forecast: { known: true, days: 3.71, pace: 10 * GB },
  nodes: [
    {
      node: '香港 01 | 2x',
      bytes: 3 * GB,
      multiplier: { low: 2, high: 2 },
      billed: { low: 6 * GB, high: 6 * GB },
      sure: true,
    },
  ],
  ...over,
});
export const exampleModel = (
  airports: readonly AirportModel[] = [exampleAirport()],
  over: Partial<ReportModel> = {},
): ReportModel => ({
  version: 1,
  user: 'default',
  at: AT,
  timezone: 'Asia/Shanghai',
  day: { date: '2026-11-23', from: AT - DAY, to: AT },
  verdict: airports[0]?.verdict.kind ?? null,
  today: {
    known: true,
    classes: { proxy: 12 * GB, direct: 11 * GB, local: GB, reject: 5, unattributed: 0 },
    total: 24 * GB + 5,
    upload: GB,
    download: 23 * GB + 5,
    settled: 2.4 * GB,
    devices: [{ device: '手机', proxy: 12 * GB, direct: 11 * GB, local: GB, lastPush: AT - 1000 }],
    nodes: [],
    hosts: [{ host: 'googlevideo.com', bytes: 6 * GB }],
  },
  budget: null,
  airports,
  days: [],
  ...over,
});
