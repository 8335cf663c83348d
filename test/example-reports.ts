import type { AirportModel, ReportModel } from '../auditor/report/model.ts';
import type { LearnedBilling, Surplus } from '../auditor/verdict/finding.ts';
import type { Reading, UsableReading } from '../auditor/verdict/reading.ts';
import type { Verdict } from '../auditor/verdict/verdict.ts';

const MB = 2 ** 20;
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

export const exampleSurplus: Surplus = {
  since: AT - 20 * DAY,
  sinceBeginning: true,
  daily: { low: 280 * MB, likely: 300 * MB, high: 330 * MB },
  share: 0.06,
  causes: [{ kind: 'checks' }, { kind: 'unwatched' }, { kind: 'leak' }],
  answered: null,
  explained: 0,
  reported: true,
};

export const exampleLearned: LearnedBilling = {
  windows: 14,
  days: 14,
  ratio: { low: 1.01, likely: 1.018, high: 1.026 },
  checks: 100 * MB,
  daily: { low: 8 * MB, likely: 12 * MB, high: 16 * MB },
  lag: 6 * 3_600_000,
  multipliers: [{ node: '香港 01 | 2x', provider: 'a', low: 2.4, likely: 2.5, high: 2.6 }],
};

const change = { since: AT - 9 * DAY, days: 9, bytes: 450 * MB };
/** A bill within what is expected. */
const fitting = { bill: { low: 14 * GB, likely: 14 * GB, high: 14 * GB, newCycle: false }, difference: 0 };

/** A verdict with each thing that can be found. */
export const exampleFindings = {
  leak: exampleVerdict({
    kind: 'leak',
    bill: { low: 23 * GB, likely: 23 * GB, high: 23 * GB, newCycle: false },
    difference: 9 * GB,
  }),
  leakByChange: exampleVerdict({ kind: 'leak', ...fitting, drift: change }),
  leakSeenEarlier: exampleVerdict({ kind: 'leak', ...fitting }),
  leakByAnswer: exampleVerdict({
    kind: 'leak',
    ...fitting,
    surplus: { ...exampleSurplus, answered: 'leak', reported: false },
  }),
  drift: exampleVerdict({ kind: 'drift', difference: -GB, drift: change }),
  underbilled: exampleVerdict({
    kind: 'underbilled',
    bill: { low: 9 * GB, likely: 9 * GB, high: 9 * GB, newCycle: false },
    difference: -5 * GB,
  }),
  silent: exampleVerdict({
    kind: 'incomplete',
    bill: { low: 23 * GB, likely: 23 * GB, high: 23 * GB, newCycle: false },
    difference: 9 * GB,
    reasons: [{ code: 'device_silent', detail: '手机' }],
    absences: [{ device: '手机', since: AT - DAY / 2, plausible: 12 * GB }],
  }),
  newDevice: exampleVerdict({
    kind: 'incomplete',
    difference: 9 * GB,
    reasons: [{ code: 'device_new', detail: '平板' }],
  }),
  lagUnknown: exampleVerdict({ kind: 'unknown', difference: 9 * GB, reasons: [{ code: 'lag_unknown' }] }),
  surplus: exampleVerdict({ surplus: exampleSurplus }),
  surplusAgain: exampleVerdict({ surplus: { ...exampleSurplus, reported: false } }),
  surplusKnown: exampleVerdict({ surplus: { ...exampleSurplus, answered: 'known', reported: false } }),
  surplusByNode: exampleVerdict({
    learned: exampleLearned,
    surplus: {
      ...exampleSurplus,
      sinceBeginning: false,
      causes: [
        { kind: 'multiplier', node: '香港 01 | 2x', multiplier: { low: 2.45, high: 2.55 } },
        { kind: 'overhead' },
      ],
    },
  }),
  learned: exampleVerdict({ learned: exampleLearned }),
  pool: exampleVerdict({
    difference: GB,
    pool: {
      airports: ['a.yaml', 'b.yaml'],
      billed: 21 * GB,
      expected: { low: 19 * GB, likely: 20 * GB, high: 21.5 * GB },
      nodes: ['日本 01', '美国 02', 'n3', 'n4', 'n5', 'n6', 'n7'],
    },
  }),
  credit: exampleVerdict({ bill: { low: 14 * GB, likely: 14 * GB, high: 14 * GB, newCycle: false, credit: 2 * GB } }),
  lost: exampleVerdict({ lost: 700 * MB }),
} satisfies Readonly<Record<string, Verdict>>;

/** What an airport says at an instant: so much used of 100 GB, all of it downloaded, and nothing else known. */
export function readingAt(at: number, used: number): UsableReading;
export function readingAt(at: number, used: number, over: Partial<Reading>): Reading;
export function readingAt(at: number, used: number, over: Partial<Reading> = {}): Reading {
  return {
    at,
    upload: 0,
    download: used,
    used,
    quota: 100 * 2 ** 30,
    unlimited: false,
    expiry: null,
    reset: null,
    precision: 0,
    reasons: [],
    ...over,
  };
}
