import type { LearnedBilling, Surplus } from '../auditor/verdict/finding.ts';
import type { Verdict } from '../auditor/verdict/verdict.ts';
import { AT, exampleVerdict } from './example-report.ts';

const MB = 2 ** 20;
const GB = 2 ** 30;
const DAY = 86_400_000;

export const exampleSurplus: Surplus = {
  since: AT - 20 * DAY,
  sinceBeginning: true,
  daily: { low: 280 * MB, likely: 300 * MB, high: 330 * MB },
  share: 0.06,
  causes: [{ kind: 'checks' }, { kind: 'unwatched' }, { kind: 'leak' }],
  answered: null,
  explained: 0,
  told: true,
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
    surplus: { ...exampleSurplus, answered: 'leak', told: false },
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
  surplusAgain: exampleVerdict({ surplus: { ...exampleSurplus, told: false } }),
  surplusKnown: exampleVerdict({ surplus: { ...exampleSurplus, answered: 'known', told: false } }),
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
