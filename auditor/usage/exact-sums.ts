import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import {
  copyOf,
  durationText,
  firstWhole,
  type Labels,
  labelsKey,
  type Prometheus,
  type Selector,
  type Stores,
  selectorText,
} from '../../runtime/prometheus.ts';
import {
  createStoreWatch,
  lastValues,
  overRange,
  RETENTION,
  rawValues,
  SAMPLES_PER_QUERY,
  SCRAPE_INTERVAL,
  type SeriesMap,
  valuesAt,
} from './stored-series.ts';

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
   * extrapolated, nothing that moved while nobody scraped is lost, and windows that touch add up. A store that does not
   * have all samples of the window yet is refused, except for the last minutes before now. Of several stores, all of a
   * sum comes from one.
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
  /** Whether the store keeps several copies of a series. */
  copied: boolean;
}

/** A scrape is stored at most this long after its timestamp (Prometheus' default scrape timeout, and some). */
export const SETTLED_AFTER = 15_000;
/** An observation of an airport asks for nine sums, of windows with the same start but for edges. */
const WINDOWS_KEPT = 64;

/** @param clock epoch milliseconds */
export function createExactSums(stores: Pick<Stores, 'alone'>, clock: () => number): ExactSums {
  const sums = new WeakMap<Prometheus, ExactSums>();
  const sumsOf = (store: Prometheus): ExactSums => {
    const known = sums.get(store) ?? createStoreSums(store, clock);
    sums.set(store, known);
    return known;
  };
  return {
    between: (...asked) => firstWhole(stores.alone(), (store) => sumsOf(store).between(...asked)),
  };
}

/** The sums that one store has. */
function createStoreSums(prometheus: Prometheus, clock: () => number): ExactSums {
  const windows = new Map<string, Window>();
  const store = createStoreWatch(prometheus, clock);

  const windowOf = (selector: Selector, from: number): Window => {
    const key = `${from} ${selectorText(selector)}`;
    const window = windows.get(key) ?? {
      baseline: createBaseline(prometheus, selector, from),
      resets: createResetDetector(prometheus, selector, from),
      seen: new Map(),
      enumerated: false,
      copied: false,
    };
    windows.delete(key);
    // A start that samples still on their way may change is not kept.
    if (clock() - from >= SETTLED_AFTER && store.has(from)) windows.set(key, window);
    const oldest = windows.keys().next();
    if (windows.size > WINDOWS_KEPT && oldest.done !== true) windows.delete(oldest.value);
    return window;
  };

  return {
    async between(selector, from, to) {
      if (to <= from) return [];
      await store.assertStored(to);
      const window = windowOf(selector, from);
      const { ends, silent } = await endValues(prometheus, selector, window, from, to);
      window.resets.noteUnscraped(await window.baseline.find(window.seen));
      const fallen = new Set(await window.resets.fallenBy(window.seen, to, window.copied));
      window.resets.noteUnscraped(silent);
      for (const [key, value] of ends) if (value < (window.baseline.valueOf(key) ?? 0)) fallen.add(key);
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

/**
 * The last values in the window; also of series that are not scraped any more at its end, and of short-lived ones: these
 * are `silent`.
 */
async function endValues(
  prometheus: Prometheus,
  selector: Selector,
  window: Window,
  from: number,
  to: number,
): Promise<{ ends: SeriesMap<number>; silent: SeriesMap<number> }> {
  const ends: SeriesMap<number> = new Map();
  for (const [key, { labels, value, copied }] of await valuesAt(prometheus, selector, to)) {
    window.copied ||= copied;
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
  const silent = await lastValues(prometheus, selector.metric, missing, to, to - from);
  for (const [key, value] of silent) ends.set(key, value);
  return { ends, silent };
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

/** What counters stood at when a window began. Found once per series and kept, since the past does not change. */
interface Baseline {
  /**
   * Finds the values of series at the start of the window.
   *
   * @param series label sets by key
   * @returns what was found now that lies further back than Prometheus looks for the value at an instant
   */
  find(series: ReadonlyMap<string, Labels>): Promise<ReadonlyMap<string, number>>;
  /** The value; undefined for a series that had no sample before the window, which counts from 0. */
  valueOf(key: string): number | undefined;
}

/** @param from start of the window, epoch milliseconds */
function createBaseline(prometheus: Prometheus, selector: Selector, from: number): Baseline {
  let near: SeriesMap<number> | undefined;
  let existedBefore: ReadonlySet<string> | undefined;
  const far: SeriesMap<number> = new Map();
  const appeared = new Set<string>();

  const findFar = async (missing: ReadonlyMap<string, Labels>): Promise<SeriesMap<number>> => {
    // Which series existed at all is cheap to know; only those are worth reading far back, where every sample is read.
    existedBefore ??= new Set(
      (await prometheus.series(selectorText(selector), from - RETENTION, from)).map((labels) => labelsKey(labels)),
    );
    const before = existedBefore;
    const candidates = new Map([...missing].filter(([key]) => before.has(key)));
    const found = await lastValues(prometheus, selector.metric, candidates, from, RETENTION);
    for (const key of missing.keys()) if (!found.has(key)) appeared.add(key);
    for (const [key, value] of found) far.set(key, value);
    return found;
  };

  return {
    async find(series) {
      near ??= new Map([...(await valuesAt(prometheus, selector, from))].map(([key, { value }]) => [key, value]));
      const known = near;
      const missing = new Map([...series].filter(([key]) => !known.has(key) && !far.has(key) && !appeared.has(key)));
      return missing.size > 0 ? findFar(missing) : new Map();
    },
    valueOf: (key) => near?.get(key) ?? far.get(key),
  };
}

/** Samples on either side of a window's edge, so that a fall between two checks is not overlooked. */
const OVERLAP = 5 * 60_000;
/** Steps in which a computed range is read; each sees the newest sample before it. */
const GRID = SCRAPE_INTERVAL / 2;

/** Finds counters that fell inside a window that grows at its end. */
interface ResetDetector {
  /** Series that are not scraped where it has checked to, with their last values: a fall before the next shows in no two samples. */
  noteUnscraped(values: ReadonlyMap<string, number>): void;
  /**
   * @param series label sets by key that the window knows
   * @param to end of the window so far
   * @param copied whether the store keeps several copies of a series
   * @returns keys of those that fell since the window began
   */
  fallenBy(series: ReadonlyMap<string, Labels>, to: number, copied: boolean): Promise<ReadonlySet<string>>;
}

/**
 * Counting falls means reading every sample, so each stretch of time is read once, and where even that is too much,
 * the kernel's totals stand for all counters of their device: an exporter keeps or loses all of its counters together.
 *
 * @param from start of the window, epoch milliseconds
 */
function createResetDetector(prometheus: Prometheus, selector: Selector, from: number): ResetDetector {
  const fallen = new Set<string>();
  const unscraped: SeriesMap<number> = new Map();
  let checkedTo = from;

  const findFallenUnseen = async (series: ReadonlyMap<string, Labels>, to: number): Promise<void> => {
    const asked = [...series].filter(([key]) => unscraped.has(key)).map(([, labels]) => labels);
    const lowest = await overRange(prometheus, 'min_over_time', selector.metric, asked, to, to - checkedTo);
    for (const [key, value] of lowest) {
      if (value < (unscraped.get(key) ?? 0)) fallen.add(key);
      unscraped.delete(key);
    }
  };

  const fallenIn = async (asked: Selector, count: number, to: number, copied: boolean): Promise<Labels[]> => {
    const step = Math.max(OVERLAP, Math.floor(SAMPLES_PER_QUERY / Math.max(1, count)) * SCRAPE_INTERVAL);
    const labels: Labels[] = [];
    for (let start = checkedTo; start < to; start += step) {
      const end = Math.min(to, start + step);
      const text = selectorText(asked);
      // Thanos takes the falls out of what `resets` reads, but not out of what is computed first. Such a range is read at
      // full steps alone: the one after the end has what fell since the last. One found too many does no harm.
      const until = copied ? end + GRID : end;
      const range = durationText(until - start + OVERLAP);
      const read = copied ? `(${text} + 0)[${range}:${durationText(GRID)}]` : `${text}[${range}]`;
      for (const sample of await prometheus.instant(`resets(${read}) > 0`, until, 'apart'))
        labels.push(copyOf(sample.labels).labels);
    }
    return labels;
  };

  return {
    noteUnscraped(values) {
      for (const [key, value] of values) unscraped.set(key, value);
    },
    async fallenBy(series, to, copied) {
      const samples = (series.size * (to - checkedTo)) / SCRAPE_INTERVAL;
      if (samples <= 2 * SAMPLES_PER_QUERY) {
        for (const labels of await fallenIn(selector, series.size, to, copied)) fallen.add(labelsKey(labels));
      } else {
        const devices = new Set([...series.values()].map(deviceOf));
        const restarted = await fallenIn({ ...selector, metric: KERNEL_BYTES }, devices.size * 2, to, copied);
        const names = new Set(restarted.map(deviceOf));
        for (const [key, labels] of series) if (names.has(deviceOf(labels))) fallen.add(key);
      }
      await findFallenUnseen(series, to);
      checkedTo = Math.max(checkedTo, to);
      return fallen;
    },
  };
}

function deviceOf({ user = '', instance = '' }: Labels): string {
  return JSON.stringify([user, instance]);
}
