import type { Labels, Prometheus } from '../../runtime/prometheus.ts';
import { type Baseline, createBaseline } from './baseline.ts';
import { lastValues, rawValues, valuesAt } from './look-up.ts';
import { createResetDetector, type ResetDetector } from './reset-watch.ts';
import { labelsKey, type Selector, selectorText } from './selector.ts';

/** How much one counter moved in a window. */
export interface CounterSum {
  readonly labels: Labels;
  readonly bytes: number;
  /** Whether the series had no sample before the window: it counts from 0. */
  readonly isNew: boolean;
}

export interface ExactSums {
  /**
   * What each series of a counter moved in `[from, to]`, to the byte: its value at the end less its value at the start,
   * or 0 where it did not exist; where it fell in between, its positive steps, a fall counting from 0. Nothing is
   * extrapolated, nothing that moved while nobody scraped is lost, and windows that touch add up.
   *
   * @param from epoch milliseconds
   * @param to epoch milliseconds, not in the future
   * @throws PrometheusError
   */
  between(selector: Selector, from: number, to: number): Promise<CounterSum[]>;
}

/** What is known of a window's past; kept while the same window is asked for again with a later end. */
interface Window {
  readonly baseline: Baseline;
  readonly resets: ResetDetector;
  /** Every series seen in the window. */
  readonly seen: Map<string, Labels>;
  enumerated: boolean;
}

/** A scrape is stored at most this long after its timestamp (Prometheus' default scrape timeout, and some). */
export const SETTLED_AFTER = 15_000;
/** A look at an airport asks for nine sums, of windows with the same start but for edges. */
const WINDOWS_KEPT = 64;

/** @param clock epoch milliseconds */
export function createExactSums(prometheus: Prometheus, clock: () => number): ExactSums {
  const windows = new Map<string, Window>();

  const windowOf = (selector: Selector, from: number): Window => {
    const key = `${from} ${selectorText(selector)}`;
    const window = windows.get(key) ?? {
      baseline: createBaseline(prometheus, selector, from),
      resets: createResetDetector(prometheus, selector, from),
      seen: new Map(),
      enumerated: false,
    };
    windows.delete(key);
    // A start that scrapes still in flight may change is not kept.
    if (clock() - from >= SETTLED_AFTER) windows.set(key, window);
    const oldest = windows.keys().next();
    if (windows.size > WINDOWS_KEPT && oldest.done !== true) windows.delete(oldest.value);
    return window;
  };

  return {
    async between(selector, from, to) {
      if (to <= from) return [];
      const window = windowOf(selector, from);
      const ends = await endValues(prometheus, selector, window, from, to);
      await window.baseline.find(window.seen);
      const fallen = await fallenSeries(window, ends, to);
      const steps = await rawValues(
        prometheus,
        selector.metric,
        [...window.seen].filter(([key]) => fallen.has(key)).map(([, labels]) => labels),
        to,
        to - from,
      );
      return [...window.seen].map(([key, labels]) => {
        const start = window.baseline.valueOf(key);
        const raw = steps.get(key);
        const bytes = raw === undefined ? (ends.get(key) ?? start ?? 0) - (start ?? 0) : positiveSteps(start ?? 0, raw);
        return { labels, bytes, isNew: start === undefined };
      });
    },
  };
}

/** The last values in the window; also of series that are not scraped any more at its end, and of short-lived ones. */
async function endValues(
  prometheus: Prometheus,
  selector: Selector,
  window: Window,
  from: number,
  to: number,
): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  for (const [key, { labels, value }] of await valuesAt(prometheus, selector, to)) {
    window.seen.set(key, labels);
    ends.set(key, value);
  }
  if (!window.enumerated || [...window.seen.keys()].some((key) => !ends.has(key))) {
    for (const labels of await prometheus.series(selectorText(selector), from, to)) {
      window.seen.set(labelsKey(labels), labels);
    }
    window.enumerated = true;
  }
  const missing = new Map([...window.seen].filter(([key]) => !ends.has(key)));
  for (const [key, value] of await lastValues(prometheus, selector.metric, missing, to, to - from))
    ends.set(key, value);
  return ends;
}

async function fallenSeries(window: Window, ends: ReadonlyMap<string, number>, to: number): Promise<Set<string>> {
  const fallen = new Set(await window.resets.fallenBy(window.seen, to));
  for (const key of await window.baseline.fellUnseen(window.seen, to)) fallen.add(key);
  for (const [key, value] of ends) if (value < (window.baseline.valueOf(key) ?? 0)) fallen.add(key);
  return fallen;
}

/** What a counter moved, step by step; after a fall it counts from 0 again. */
function positiveSteps(start: number, values: readonly number[]): number {
  let sum = 0;
  let before = start;
  for (const value of values) {
    sum += value >= before ? value - before : value;
    before = value;
  }
  return sum;
}
