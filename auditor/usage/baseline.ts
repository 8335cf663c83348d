import type { Labels, Prometheus } from '../../runtime/prometheus.ts';
import { lastValues, overRange, RETENTION, type SeriesMap, valuesAt } from './look-up.ts';
import { labelsKey, type Selector, selectorText } from './selector.ts';

/** What counters stood at when a window began. Found once per series and kept, since the past does not change. */
export interface Baseline {
  /**
   * Finds the values of series at the start of the window.
   *
   * @param series label sets by key
   */
  find(series: ReadonlyMap<string, Labels>): Promise<void>;
  /** The value; undefined for a series that had no sample before the window, which counts from 0. */
  valueOf(key: string): number | undefined;
  /**
   * Which of the given series fell below their value at the start while nobody scraped, so that no two samples in the
   * window show it. Each is asked for once.
   */
  fellUnseen(series: ReadonlyMap<string, Labels>, to: number): Promise<ReadonlySet<string>>;
}

/** @param from start of the window, epoch milliseconds */
export function createBaseline(prometheus: Prometheus, selector: Selector, from: number): Baseline {
  let near: SeriesMap<number> | undefined;
  let existedBefore: ReadonlySet<string> | undefined;
  const far: SeriesMap<number> = new Map();
  const appeared = new Set<string>();
  const unchecked = new Set<string>();
  const fallen = new Set<string>();

  const findFar = async (missing: ReadonlyMap<string, Labels>): Promise<void> => {
    // Which series existed at all is cheap to know; only those are worth a look far back, where every sample is read.
    existedBefore ??= new Set(
      (await prometheus.series(selectorText(selector), from - RETENTION, from)).map((labels) => labelsKey(labels)),
    );
    const before = existedBefore;
    const candidates = new Map([...missing].filter(([key]) => before.has(key)));
    const found = await lastValues(prometheus, selector.metric, candidates, from, RETENTION);
    for (const key of missing.keys()) {
      const value = found.get(key);
      if (value === undefined) {
        appeared.add(key);
      } else {
        far.set(key, value);
        unchecked.add(key);
      }
    }
  };

  return {
    async find(series) {
      near ??= new Map([...(await valuesAt(prometheus, selector, from))].map(([key, { value }]) => [key, value]));
      const known = near;
      const missing = new Map([...series].filter(([key]) => !known.has(key) && !far.has(key) && !appeared.has(key)));
      if (missing.size > 0) await findFar(missing);
    },
    valueOf: (key) => near?.get(key) ?? far.get(key),
    async fellUnseen(series, to) {
      const asked = [...series].filter(([key]) => unchecked.has(key));
      const lowest = await overRange(
        prometheus,
        'min_over_time',
        selector.metric,
        asked.map(([, labels]) => labels),
        to,
        to - from,
      );
      for (const [key, value] of lowest) {
        unchecked.delete(key);
        if (value < (far.get(key) ?? 0)) fallen.add(key);
      }
      return fallen;
    },
  };
}
