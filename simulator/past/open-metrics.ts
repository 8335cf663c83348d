import { seriesKey } from '../../core/exposition.ts';
import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { MINUTE_BYTES, MINUTE_LABELS } from '../../core/traffic.ts';
import type { PastCounter, SimulatedPast } from './past.ts';

/** Within what Prometheus looks back for the value at an instant. */
const STEP = 4 * 60_000;
/** Within what a device may be silent. */
const PUSHES = 60_000;

/**
 * The counters of a past as OpenMetrics, which `promtool tsdb create-blocks-from openmetrics` takes, up to the last push
 * of the device: as Prometheus would have scraped them, with the growth that it would have recorded of them, and with the
 * times of the pushes.
 *
 * @param identity labels that Pushgateway gives what a device pushes
 */
export function pastAsOpenMetrics(
  { dayEnds, lastPush, counters }: SimulatedPast,
  identity: PastCounter['labels'],
): string {
  const [first = lastPush] = dayEnds;
  const every = (step: number): number[] => {
    const all: number[] = [];
    for (let at = first - 2 * STEP; at < lastPush; at += step) all.push(at);
    return [...all, lastPush];
  };
  const instants = every(STEP);
  const series = (
    metric: string,
    labels: PastCounter['labels'],
    valueAt: (at: number, before: number) => number,
    ats = instants,
  ): string[] => {
    const key = seriesKey({ name: metric, labels: new Map(Object.entries({ ...labels, ...identity })) });
    return ats.map((at, index) => `${key} ${valueAt(at, ats[index - 1] ?? at)} ${at / 1000}`);
  };
  const metrics = [...new Set(counters.map(({ metric }) => metric))];
  const traffic = counters.filter(({ metric }) => metric === TRAFFIC_BYTES);
  return [
    ...metrics.flatMap((metric) => [
      `# TYPE ${metric.replace(/_total$/, '')} counter`,
      ...counters
        .filter((each) => each.metric === metric)
        .flatMap(({ labels, valueAt }) => series(metric, labels, valueAt)),
    ]),
    `# TYPE ${MINUTE_BYTES} gauge`,
    ...traffic.flatMap(({ labels, valueAt }) => {
      const kept = Object.fromEntries(MINUTE_LABELS.map((label) => [label, labels[label] ?? '']));
      return series(MINUTE_BYTES, kept, (at, before) => valueAt(at) - valueAt(before));
    }),
    '# TYPE push_time_seconds gauge',
    ...series('push_time_seconds', {}, (at) => at / 1000, every(PUSHES)),
    '# EOF',
    '',
  ].join('\n');
}
