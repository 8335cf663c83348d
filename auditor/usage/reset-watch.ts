import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import type { Labels, Prometheus } from '../../runtime/prometheus.ts';
import { SAMPLES_PER_QUERY, SCRAPE_INTERVAL } from './look-up.ts';
import { durationText, labelsKey, type Selector, selectorText } from './selector.ts';

/** Samples on either side of a window's edge, so that a fall between two checks is not overlooked. */
const OVERLAP = 5 * 60_000;

/** Finds counters that fell inside a window that grows at its end. */
export interface ResetDetector {
  /**
   * @param series label sets by key that the window knows
   * @param to end of the window so far
   * @returns keys of those that fell since the window began
   */
  fallenBy(series: ReadonlyMap<string, Labels>, to: number): Promise<ReadonlySet<string>>;
}

/**
 * Counting falls means reading every sample, so each stretch of time is read once, and where even that is too much,
 * the kernel's totals stand for all counters of their device: an exporter keeps or loses all of its counters together.
 *
 * @param from start of the window, epoch milliseconds
 */
export function createResetDetector(prometheus: Prometheus, selector: Selector, from: number): ResetDetector {
  const fallen = new Set<string>();
  let checkedTo = from;

  const fallenIn = async (asked: Selector, count: number, to: number): Promise<Labels[]> => {
    const step = Math.max(OVERLAP, Math.floor(SAMPLES_PER_QUERY / Math.max(1, count)) * SCRAPE_INTERVAL);
    const labels: Labels[] = [];
    for (let start = checkedTo; start < to; start += step) {
      const end = Math.min(to, start + step);
      const query = `resets(${selectorText(asked)}[${durationText(end - start + OVERLAP)}]) > 0`;
      for (const sample of await prometheus.instant(query, end)) labels.push(sample.labels);
    }
    return labels;
  };

  return {
    async fallenBy(series, to) {
      const samples = (series.size * (to - checkedTo)) / SCRAPE_INTERVAL;
      if (samples <= 2 * SAMPLES_PER_QUERY) {
        for (const labels of await fallenIn(selector, series.size, to)) fallen.add(labelsKey(labels));
      } else {
        const devices = new Set([...series.values()].map(deviceOf));
        const restarted = await fallenIn({ ...selector, metric: KERNEL_BYTES }, devices.size * 2, to);
        const names = new Set(restarted.map(deviceOf));
        for (const [key, labels] of series) if (names.has(deviceOf(labels))) fallen.add(key);
      }
      checkedTo = Math.max(checkedTo, to);
      return fallen;
    },
  };
}

function deviceOf({ user = '', instance = '' }: Labels): string {
  return JSON.stringify([user, instance]);
}
