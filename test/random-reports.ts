import fc from 'fast-check';
import type { AirportModel, NodeModel, ReportModel } from '../auditor/report/model.ts';
import type { LearnedBilling, Pool, Surplus, SurplusCause } from '../auditor/verdict/finding.ts';
import { FARTHEST, type Forecast } from '../auditor/verdict/forecast.ts';
import type { Estimate } from '../auditor/verdict/use.ts';
import { gravest, VERDICT_KINDS, type Verdict } from '../auditor/verdict/verdict.ts';
import { exampleAirport, exampleModel } from './example-reports.ts';

const GB = 2 ** 30;
/** Every node that a report may name. */
export const NODES = ['HK-1', 'JP-2', 'US-3'];
const NOW = Date.parse('2026-11-23T23:55:00+08:00');

const bytes = fc.oneof(
  fc.integer({ min: 0, max: 200 * GB }),
  fc.double({ min: 0, max: 50 * GB, noNaN: true }),
  fc.constantFrom(0, 0.3, 1),
);
const endless = fc.oneof(
  { weight: 9, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
);
const factor = fc.double({ min: 0, max: 20, noNaN: true });
const days = fc.oneof(fc.double({ min: 0, max: 90, noNaN: true }), fc.constantFrom(0, 1));
const at = fc.integer({ min: NOW - 90 * 86_400_000, max: NOW });
const estimate = (of: fc.Arbitrary<number>): fc.Arbitrary<Estimate> =>
  fc.tuple(of, of, of).map((all) => {
    const [low = 0, likely = 0, high = 0] = all.sort((a, b) => a - b);
    return { low, likely, high };
  });
const interval = estimate(factor).map(({ low, high }) => ({ low, high }));
const cause: fc.Arbitrary<SurplusCause> = fc.oneof(
  fc.record({ kind: fc.constantFrom('checks', 'unwatched', 'overhead', 'leak') }),
  fc.record({ kind: fc.constant('multiplier' as const), node: fc.constantFrom(...NODES), multiplier: interval }),
);
const surplus: fc.Arbitrary<Surplus> = fc.record({
  since: at,
  sinceBeginning: fc.boolean(),
  daily: estimate(endless),
  share: fc.oneof(fc.double({ min: 0, max: 3 }), fc.constant(Number.POSITIVE_INFINITY)),
  causes: fc.array(cause, { maxLength: 5 }),
  explained: bytes,
  answered: fc.constantFrom(null, 'known', 'leak'),
  reported: fc.boolean(),
});
const learned: fc.Arbitrary<LearnedBilling> = fc.record({
  windows: fc.nat(60),
  days,
  ratio: estimate(factor),
  checks: endless,
  daily: estimate(endless),
  lag: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 48 * 3_600_000 })),
  multipliers: fc.array(
    fc.tuple(fc.constantFrom(...NODES), estimate(factor)).map(([node, range]) => ({ node, provider: 'a', ...range })),
    { maxLength: 3 },
  ),
});
const pool: fc.Arbitrary<Pool> = fc.record({
  airports: fc.constant(['a.yaml', 'b.yaml']),
  billed: bytes,
  expected: estimate(endless),
  nodes: fc.subarray(NODES),
});
const node: fc.Arbitrary<NodeModel> = fc
  .tuple(fc.constantFrom(...NODES), bytes, interval, fc.option(interval, { nil: undefined }), fc.boolean())
  .map(([name, moved, multiplier, found, sure]) => {
    const { low, high } = found ?? multiplier;
    return {
      node: name,
      bytes: moved,
      multiplier,
      ...(found === undefined ? {} : { learned: found }),
      billed: { low: moved * low, high: moved * high },
      sure,
    };
  });
const maybe = <K extends string, T>(key: K, of: fc.Arbitrary<T>): fc.Arbitrary<Partial<Record<K, T>>> =>
  fc.oneof(
    fc.constant({}),
    of.map((value) => ({ [key]: value }) as Record<K, T>),
  );

/** Of a verdict's kinds only `underbilled` has figures that it cannot be without. */
const verdict: fc.Arbitrary<Verdict> = fc
  .tuple(
    fc.constantFrom(...VERDICT_KINDS),
    estimate(bytes),
    estimate(endless),
    fc.record({ newCycle: fc.boolean(), credit: bytes }),
    fc.uniqueArray(fc.record({ device: fc.constantFrom('phone', 'tv'), since: fc.option(at), plausible: endless }), {
      maxLength: 2,
      selector: ({ device }) => device,
    }),
    fc.tuple(maybe('surplus', surplus), maybe('learned', learned), maybe('pool', pool), maybe('lost', bytes)),
    maybe('drift', fc.record({ since: at, days, bytes })),
  )
  .map(([kind, billed, expected, bill, absences, parts, drift]): Verdict => {
    const low = kind === 'underbilled' ? 0 : billed.low;
    const found = Object.assign({}, ...parts) as Pick<Verdict, 'surplus' | 'learned' | 'pool' | 'lost'>;
    const together = kind === 'underbilled' ? undefined : found.pool;
    const { pool: _, ...others } = found;
    return {
      kind,
      reasons: absences.map(({ device }) => ({ code: 'device_silent', detail: device })),
      window: { from: NOW - 86_400_000, to: NOW },
      bill: { low, likely: Math.max(low, billed.likely), high: bill.newCycle ? null : billed.high, ...bill },
      expected: { ...expected, used: expected.low },
      difference: together === undefined ? low - expected.likely : together.billed - together.expected.likely,
      absences,
      closes: true,
      ...others,
      ...(together === undefined ? {} : { pool: together }),
      ...(kind === 'leak' || kind === 'drift' ? drift : {}),
    };
  });
const daysAhead = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY));
const forecast: fc.Arbitrary<Forecast> = fc
  .tuple(
    estimate(daysAhead),
    bytes,
    maybe('expiry', fc.tuple(days, bytes, fc.boolean())),
    maybe('reset', fc.tuple(days, bytes, fc.boolean())),
    fc.boolean(),
  )
  .map(([{ low, likely, high }, pace, { expiry }, { reset }, ranged]): Forecast => {
    const range = { low: Math.min(low, FARTHEST), high: high > FARTHEST ? null : high, chance: 0.8 };
    const end = ([days, allowance, reached]: readonly [number, number, boolean]) => ({ days, allowance, reached });
    return {
      known: true,
      days: likely,
      pace,
      ...(ranged ? { range } : {}),
      ...(reset === undefined ? {} : { reset: end(reset) }),
      ...(expiry === undefined ? {} : { expiry: end(expiry) }),
    };
  });
const airport = (name: string): fc.Arbitrary<AirportModel> =>
  fc
    .tuple(verdict, fc.uniqueArray(node, { maxLength: 3, selector: (each) => each.node }), fc.boolean(), forecast)
    .map(([judged, nodes, resetHint, left]) =>
      exampleAirport({ airport: name, verdict: judged, nodes, resetHint, forecast: left }),
    );
/** Reports of one or two airports whose verdicts hold whatever figures there can be. */
export const randomReports: fc.Arbitrary<ReportModel> = fc
  .oneof(fc.tuple(airport('a.yaml')), fc.tuple(airport('a.yaml'), airport('b.yaml')))
  .chain((airports) => fc.tuple(fc.constant(airports), fc.constantFrom(null, 0, GB)))
  .map(([airports, budget]) =>
    exampleModel(airports, { verdict: gravest(airports.map((each) => each.verdict.kind)), budget }),
  );
