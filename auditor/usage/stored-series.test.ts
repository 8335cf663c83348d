import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Labels, labelsKey, type Prometheus, selectorText } from '../../runtime/prometheus.ts';
import { overRange, QUERY_LENGTH, rawValues, valuesAt } from './stored-series.ts';

const METRIC = 'flowcollect_traffic_bytes_total';
/** What one term may add to the selector: the function and its range. */
const AROUND = 100;

/** A store that answers each selector of a query with 1, and remembers the queries. */
function store(series: readonly Labels[]): { prometheus: Prometheus; queries: string[] } {
  const queries: string[] = [];
  const unused = () => Promise.reject(new Error('not asked'));
  return {
    queries,
    prometheus: {
      instant: async (query) => {
        queries.push(query);
        return series
          .filter((labels) => query.includes(`(${selectorText({ metric: METRIC, labels })}[`))
          .map((labels) => ({ labels: { __name__: METRIC, ...labels }, value: 1 }));
      },
      matrix: unused,
      series: unused,
    },
  };
}

it('asks for every series once, in queries that each store takes', async () => {
  const names = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 400 }), { maxLength: 450 });
  const ranges = fc.constantFrom(1, 3_600_000, 30 * 86_400_000, 400 * 86_400_000);
  await fc.assert(
    fc.asyncProperty(names, ranges, async (nodes, range) => {
      const series = nodes.map((node) => ({ user: 'default', instance: 'phone', node }));
      const { prometheus, queries } = store(series);
      const found = await overRange(prometheus, 'last_over_time', METRIC, series, 0, range);
      expect(found.size).toBe(series.length);
      const terms = queries.flatMap(
        (query) => query.match(/last_over_time\(flowcollect_traffic_bytes_total\{user=/g) ?? [],
      );
      expect(terms).toHaveLength(series.length);
      for (const query of queries) expect(Buffer.byteLength(query)).toBeLessThanOrEqual(QUERY_LENGTH);
    }),
    { numRuns: 30 },
  );
});

it('asks for no more in a query than it must', async () => {
  const series = Array.from({ length: 150 }, (_, number) => ({ user: 'default', node: `HK ${number}` }));
  const { prometheus, queries } = store(series);
  await overRange(prometheus, 'last_over_time', METRIC, series, 0, 3_600_000);
  const longest = Math.max(...series.map((labels) => selectorText({ metric: METRIC, labels }).length)) + AROUND;
  expect(queries.length).toBeLessThanOrEqual(Math.ceil((series.length * longest) / (QUERY_LENGTH - longest)));
});

describe('the copies of a series', () => {
  const METRIC_AT = { metric: METRIC };
  const SECOND = 1000;
  /** Raw samples by copy: seconds to values. */
  const copied = (copies: Record<string, Record<number, number>>): { prometheus: Prometheus; asked: string[] } => {
    const asked: string[] = [];
    const known = Object.entries(copies).map(([replica, samples]) => ({
      labels: { __name__: METRIC, node: 'HK', replica },
      samples: Object.entries(samples).map(([time, value]) => [Number(time) * SECOND, value] as const),
    }));
    return {
      asked,
      prometheus: {
        async instant(query, at = 0, together) {
          asked.push(query);
          expect(together).toBe('apart');
          return known.flatMap(({ labels, samples }) => {
            const seen = samples.filter(([time]) => time <= at);
            const [time, value] = seen.at(-1) ?? [];
            if (time === undefined || value === undefined) return [];
            const lowest = Math.min(...seen.map(([, each]) => each));
            if (query.startsWith('timestamp')) return [{ labels, value: time / SECOND }];
            return [{ labels, value: query.startsWith('min') ? lowest : value }];
          });
        },
        async matrix(query, at) {
          asked.push(query);
          return known.map(({ labels, samples }) => {
            const seen = samples.filter(([time]) => time <= at);
            return { labels, times: seen.map(([time]) => time), values: seen.map(([, value]) => value) };
          });
        },
        series: () => Promise.reject(new Error('not asked')),
      },
    };
  };
  const only = (values: ReadonlyMap<string, unknown>): unknown => {
    expect([...values.keys()]).toEqual([labelsKey({ node: 'HK' })]);
    return [...values.values()][0];
  };
  const labels = { __name__: METRIC, node: 'HK' };

  it('are one series, and cost no second question while they agree', async () => {
    const { prometheus, asked } = copied({ 1: { 10: 5 }, 2: { 10: 5 }, 3: {} });
    expect(only(await valuesAt(prometheus, METRIC_AT, 12 * SECOND))).toEqual({ labels, value: 5, copied: true });
    expect(asked).toHaveLength(1);
  });

  it('tell the newest sample, not the largest, where one has a gap and the counter fell', async () => {
    const { prometheus } = copied({ 1: { 10: 5000 }, 2: { 10: 5000, 25: 40 }, 3: { 10: 5000, 25: 40 } });
    expect(only(await valuesAt(prometheus, METRIC_AT, 30 * SECOND))).toEqual({ labels, value: 40, copied: true });
    const last = await overRange(prometheus, 'last_over_time', METRIC, [{ node: 'HK' }], 30 * SECOND, 30 * SECOND);
    expect(only(last)).toBe(40);
  });

  it('tell the newest sample, not the smallest, where one has a gap and the counter rose', async () => {
    const { prometheus } = copied({ 1: { 10: 5 }, 2: { 10: 5, 25: 40 } });
    const last = await overRange(prometheus, 'last_over_time', METRIC, [{ node: 'HK' }], 30 * SECOND, 30 * SECOND);
    expect(only(last)).toBe(40);
  });

  it('tell the lowest sample of any', async () => {
    const { prometheus } = copied({ 1: { 10: 5000 }, 2: { 10: 5000, 25: 40 } });
    expect(only(await overRange(prometheus, 'min_over_time', METRIC, [{ node: 'HK' }], 30 * SECOND, 30_000))).toBe(40);
  });

  it('fill each other’s gaps in order of time', async () => {
    const { prometheus } = copied({ 1: { 10: 1, 40: 4 }, 2: { 10: 1, 20: 2, 30: 0 }, 3: { 30: 0, 40: 4 } });
    expect(only(await rawValues(prometheus, METRIC, [{ node: 'HK' }], 60 * SECOND, 60_000))).toEqual([1, 2, 0, 4]);
  });
});
