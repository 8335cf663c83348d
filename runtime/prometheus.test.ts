import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Labels, overRange, type Prometheus, QUERY_LENGTH, selectorText } from './prometheus.ts';

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
