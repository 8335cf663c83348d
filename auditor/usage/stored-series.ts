import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import {
  copyOf,
  durationText,
  type Labels,
  labelsKey,
  type Prometheus,
  type Sample,
  type SampleRange,
  type Selector,
  selectorText,
  storeBehind,
} from '../../runtime/prometheus.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far back a last value is looked for, step by step: what was scraped is nearly always within the first. */
const WIDTHS = [HOUR, DAY, 30 * DAY, 400 * DAY];
/** Longest that any store is expected to keep samples. */
export const RETENTION = 400 * DAY;
/** Samples that one query may read: a fifth of Prometheus' default `query.max-samples`. */
export const SAMPLES_PER_QUERY = 10_000_000;
/** The shortest scrape interval in use, to estimate samples by. */
export const SCRAPE_INTERVAL = 5_000;
const SERIES_PER_QUERY = 200;
/** How long a query may be, in bytes: VictoriaMetrics takes 16,384 by default (`-search.maxQueryLen`). */
export const QUERY_LENGTH = 16_000;
const OR = ' or ';

/** Series by their key, with what belongs to each. */
export type SeriesMap<T> = Map<string, T>;

/** The values of all series of a selector at an instant, within Prometheus' own look-back (5 minutes). */
export async function valuesAt(
  prometheus: Prometheus,
  selector: Selector,
  at: number,
): Promise<SeriesMap<SeriesValue>> {
  const query = selectorText(selector);
  const samples = await prometheus.instant(query, at, 'apart');
  const { values, differing } = joined(samples, Math.max);
  if (differing.size === 0) return values;
  // A copy that has a gap there tells an older sample.
  const times = new Map<string, number>();
  for (const { labels, value } of await prometheus.instant(`timestamp(${query})`, at, 'apart')) {
    times.set(labelsKey(labels) + copyOf(labels).copy, value);
  }
  const newest = new Map<string, number>();
  for (const { labels, value } of samples) {
    const key = labelsKey(labels);
    const time = times.get(key + copyOf(labels).copy) ?? 0;
    if (!differing.has(key) || time <= (newest.get(key) ?? 0)) continue;
    newest.set(key, time);
    values.set(key, { labels: copyOf(labels).labels, value, copied: true });
  }
  return values;
}

interface SeriesValue {
  readonly labels: Labels;
  readonly value: number;
  /** Whether the store keeps several copies of it. */
  readonly copied: boolean;
}

/** One value for each series, chosen where its copies differ, and those whose copies do. */
function joined(
  samples: readonly Sample[],
  choose: (a: number, b: number) => number,
): { values: SeriesMap<SeriesValue>; differing: SeriesMap<Labels> } {
  const values: SeriesMap<SeriesValue> = new Map();
  const differing: SeriesMap<Labels> = new Map();
  for (const sample of samples) {
    const key = labelsKey(sample.labels);
    const known = values.get(key);
    if (known === undefined) {
      const { labels, copy } = copyOf(sample.labels);
      values.set(key, { labels, value: sample.value, copied: copy !== '' });
    } else if (known.value !== sample.value) {
      differing.set(key, known.labels);
      values.set(key, { ...known, value: choose(known.value, sample.value) });
    }
  }
  return { values, differing };
}

/**
 * The last values of given series at or before an instant, looking back further and further for those not yet found.
 *
 * @param wanted label sets by key
 * @param reach how far back at most, in milliseconds
 * @returns values by key; without those that have no sample in reach
 */
export async function lastValues(
  prometheus: Prometheus,
  metric: string,
  wanted: ReadonlyMap<string, Labels>,
  at: number,
  reach: number,
): Promise<SeriesMap<number>> {
  const found: SeriesMap<number> = new Map();
  for (const width of [...WIDTHS.filter((each) => each < reach), reach]) {
    const missing = [...wanted].filter(([key]) => !found.has(key)).map(([, labels]) => labels);
    if (missing.length === 0) break;
    for (const [key, value] of await overRange(prometheus, 'last_over_time', metric, missing, at, width)) {
      found.set(key, value);
    }
  }
  return found;
}

/**
 * A function of PromQL over a range of given series, asked for in portions that stay within what a query may read.
 *
 * @param call such as `last_over_time`
 */
export async function overRange(
  prometheus: Prometheus,
  call: 'last_over_time' | 'min_over_time',
  metric: string,
  series: readonly Labels[],
  at: number,
  range: number,
): Promise<SeriesMap<number>> {
  const samples: Sample[] = [];
  const terms = series.map((labels) => `${call}(${selectorText({ metric, labels })}[${durationText(range)}])`);
  for (const query of queriesOf(terms, range)) {
    for (const sample of await prometheus.instant(query, at, 'apart')) samples.push(sample);
  }
  const { values, differing } = joined(samples, Math.min);
  const found: SeriesMap<number> = new Map([...values].map(([key, { value }]) => [key, value]));
  if (call === 'min_over_time') return found;
  for (const [key, raw] of await rawValues(prometheus, metric, [...differing.values()], at, range)) {
    found.set(key, raw.at(-1) ?? 0);
  }
  return found;
}

/** Every raw value of given series in a range that ends at an instant; what one copy lacks, another has. */
export async function rawValues(
  prometheus: Prometheus,
  metric: string,
  series: readonly Labels[],
  at: number,
  range: number,
): Promise<SeriesMap<readonly number[]>> {
  const values: SeriesMap<readonly number[]> = new Map();
  for (const labels of series) {
    const query = `${selectorText({ metric, labels })}[${durationText(range)}]`;
    const copies = await prometheus.matrix(query, at);
    if (copies.length > 0) values.set(labelsKey(labels), inOrder(copies));
  }
  return values;
}

/** The values of all copies of a series, each instant once. */
function inOrder(copies: readonly SampleRange[]): readonly number[] {
  const [first] = copies;
  if (first !== undefined && copies.length === 1) return first.values;
  const byTime = new Map(copies.flatMap(({ times, values }) => times.map((time, index) => [time, values[index] ?? 0])));
  return [...byTime].sort(([a], [b]) => a - b).map(([, value]) => value);
}

/** The terms, one for each series, as few queries that a store takes. */
function* queriesOf(terms: readonly string[], range: number): Generator<string> {
  const affordable = Math.floor(SAMPLES_PER_QUERY / Math.max(1, range / SCRAPE_INTERVAL));
  const most = Math.max(1, Math.min(SERIES_PER_QUERY, affordable));
  let portion: string[] = [];
  let length = 0;
  for (const term of terms) {
    const more = Buffer.byteLength(term) + OR.length;
    if (portion.length === most || (portion.length > 0 && length + more > QUERY_LENGTH)) {
      yield portion.join(OR);
      [portion, length] = [[], 0];
    }
    portion.push(term);
    length += more;
  }
  if (portion.length > 0) yield portion.join(OR);
}

/** How far a store may be behind a window that ends now: scrapes take their time, and the next look has the rest. */
export const IN_FLIGHT = 2 * MINUTE;
/** What Pushgateway holds is told by its scrapes alone; where pushes go straight to a store, nothing is. */
const SCRAPES = selectorText({ metric: 'up', labels: { job: 'pushgateway' } });
/** Two series of every device, scraped at once with all of its others, but sent on in any order. */
const PROBES = selectorText({ metric: KERNEL_BYTES, labels: { job: 'flowcollect' } });

/**
 * Up to when a store has every sample. A store that Prometheus writes to (`remote_write`) gets them later than they were
 * scraped, by minutes or hours where it was down; until then its answers are whole, and too small. Each scrape writes
 * `up`, whether it succeeds or not, and each series comes in order of time.
 *
 * @param now epoch milliseconds
 * @returns epoch milliseconds, a day ago where it is behind by more; Infinity where nothing tells, because nothing at all
 *   was scraped for a month
 * @throws PrometheusError
 */
export async function storeReach(prometheus: Prometheus, now: number): Promise<number> {
  const scraped = await newestTimes(prometheus, SCRAPES, HOUR, now);
  if (scraped.length === 0) {
    const others = await newestTimes(prometheus, selectorText({ metric: 'up' }), 24 * HOUR, now);
    if (others.length > 0) return Math.max(...others);
    const ended = await prometheus.series(selectorText({ metric: 'up' }), now - 30 * DAY, now);
    return ended.length === 0 ? Number.POSITIVE_INFINITY : now - DAY;
  }
  const probes = new Map<string, number>();
  for (const { labels, value } of await prometheus.instant(`timestamp(${PROBES})`, now, 'apart')) {
    const key = labelsKey(labels);
    probes.set(key, Math.max(probes.get(key) ?? 0, value * 1000));
  }
  return [...scraped, ...probes.values()].reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
}

/** When each series of a selector has its last sample, whichever of its copies has it. */
async function newestTimes(prometheus: Prometheus, selector: string, width: number, now: number): Promise<number[]> {
  const newest = new Map<string, number>();
  for (const { labels, times } of await prometheus.matrix(`${selector}[${durationText(width)}]`, now)) {
    const key = labelsKey(labels);
    newest.set(key, Math.max(newest.get(key) ?? 0, times.at(-1) ?? 0));
  }
  return [...newest.values()];
}

/** Keeps sums off samples that a store does not have yet. @param clock epoch milliseconds */
export function createStoreWatch(prometheus: Prometheus, clock: () => number) {
  /** The store has every sample up to here. */
  let reached = Number.NEGATIVE_INFINITY;
  /** The end of the last window that was looked at just when it ended, with what there was. */
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    /** Whether it is known to have every sample up to an instant. */
    has: (at: number): boolean => at <= reached,
    /** @param to end of a window @throws PrometheusError where samples are missing */
    async assertStored(to: number): Promise<void> {
      const now = clock();
      const endsNow = now - to < IN_FLIGHT;
      if (to <= reached || (endsNow && to <= lookedAt)) return;
      const reach = await storeReach(prometheus, now);
      reached = Math.max(reached, Math.min(reach, now));
      if (reach < (endsNow ? to - IN_FLIGHT : to)) throw storeBehind(Math.ceil((to - reach) / MINUTE));
      if (endsNow) lookedAt = to;
    },
  };
}
