import { seriesKey } from '../../core/exposition.ts';
import { metricSpec } from '../../core/metric-contract.ts';
import type { Prometheus } from '../../runtime/prometheus.ts';
import type { Device } from '../access/device.ts';

/** The newest values that Prometheus has of a device, by series without the labels that say whose they are. */
export type StoredValues = (device: Device) => Promise<ReadonlyMap<string, number>>;

/** A device that is gone is retired some day later; its series are still found where a scrape lost them since. */
const LOOK_BACK = '1d';
const IDENTITY = ['__name__', 'job', 'user', 'instance'];

/** Its functions throw a PrometheusError. */
export function createStoredValues(prometheus: Pick<Prometheus, 'instant'>): StoredValues {
  return async ({ user, deviceId }) => {
    const selector = `{job="flowcollect",user=${JSON.stringify(user)},instance=${JSON.stringify(deviceId)}}`;
    const samples = await prometheus.instant(`last_over_time(${selector}[${LOOK_BACK}])`);
    return new Map(
      samples.map(({ labels, value }) => {
        const { __name__: name = '' } = labels;
        // Prometheus stores no empty label, such as the provider of a node that has none.
        const empty = (metricSpec(name)?.labels ?? []).map((label): [string, string] => [label, '']);
        const own = Object.entries(labels).filter(([label]) => !IDENTITY.includes(label));
        return [seriesKey({ name, labels: new Map([...empty, ...own]) }), value];
      }),
    );
  };
}
