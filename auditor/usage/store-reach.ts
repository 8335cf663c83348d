import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import { durationText, labelsKey, type Prometheus, selectorText, storeBehind } from '../../runtime/prometheus.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
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
 * @returns epoch milliseconds; Infinity where nothing tells, because no Pushgateway was scraped for an hour and nothing
 *   else for a day
 * @throws PrometheusError
 */
export async function storeReach(prometheus: Prometheus, now: number): Promise<number> {
  const scraped = await newestTimes(prometheus, SCRAPES, HOUR, now);
  if (scraped.length === 0) {
    const others = await newestTimes(prometheus, selectorText({ metric: 'up' }), 24 * HOUR, now);
    return others.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...others);
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
