import { seriesKey } from '../../core/exposition.ts';
import type { Past } from './past.ts';

/** Within what Prometheus looks back for the value at an instant. */
const STEP = 4 * 60_000;
/** Within what a device may be silent. */
const PUSHES = 60_000;

/**
 * The counters of a past as OpenMetrics, which `promtool tsdb create-blocks-from openmetrics` takes, with the times of
 * the device's pushes.
 *
 * @param identity labels that Pushgateway gives what a device pushes
 */
export function pastAsOpenMetrics(past: Past, identity: Readonly<Record<string, string>>): string {
  const [first = past.quietFrom] = past.dayEnds;
  const every = (step: number): number[] => {
    const all: number[] = [];
    for (let at = first - 2 * STEP; at < past.quietFrom + STEP; at += step) all.push(at);
    return all;
  };
  const instants = every(STEP);
  const series = (
    metric: string,
    labels: Readonly<Record<string, string>>,
    valueAt: (at: number) => number,
    ats = instants,
  ): string[] => {
    const key = seriesKey({ name: metric, labels: new Map(Object.entries({ ...labels, ...identity })) });
    return ats.map((at) => `${key} ${valueAt(at)} ${at / 1000}`);
  };
  const metrics = [...new Set(past.counters.map(({ metric }) => metric))];
  return [
    ...metrics.flatMap((metric) => [
      `# TYPE ${metric.replace(/_total$/, '')} counter`,
      ...past.counters
        .filter((each) => each.metric === metric)
        .flatMap(({ labels, valueAt }) => series(metric, labels, valueAt)),
    ]),
    '# TYPE push_time_seconds gauge',
    ...series('push_time_seconds', {}, (at) => at / 1000, every(PUSHES)),
    '# EOF',
    '',
  ].join('\n');
}
