import { z } from 'zod';
import { seriesKey } from '../core/exposition.ts';
import { metricSpec } from '../core/metric-contract.ts';
import { errorCode } from '../runtime/error-code.ts';
import type { Device } from './device.ts';

/** The newest values that Prometheus has of a device, by series without the labels that say whose they are. */
export type StoredValues = (device: Device) => Promise<ReadonlyMap<string, number>>;

/** Prometheus cannot say what it has; the message says how to mend that. */
export class StoredValuesError extends Error {
  override readonly name = 'StoredValuesError';
}

const TIMEOUT_MS = 30_000;
/** A device that is gone is retired some day later; its series are still found where a scrape lost them since. */
const LOOK_BACK = '1d';
const IDENTITY = ['__name__', 'job', 'user', 'instance'];

const Answer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** @param origin of Prometheus; its functions throw {@link StoredValuesError} */
export function createStoredValues(origin: string): StoredValues {
  return async ({ user, deviceId }) => {
    const selector = `{job="flowcollect",user=${JSON.stringify(user)},instance=${JSON.stringify(deviceId)}}`;
    try {
      const response = await fetch(`${origin.replace(/\/$/, '')}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: `last_over_time(${selector}[${LOOK_BACK}])` }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const { data } = Answer.parse(await response.json());
      return new Map(
        data.result.map(({ metric, value }) => {
          const { __name__: name = '' } = metric;
          // Prometheus stores no empty label, such as the provider of a node that has none.
          const empty = (metricSpec(name)?.labels ?? []).map((label): [string, string] => [label, '']);
          const own = Object.entries(metric).filter(([label]) => !IDENTITY.includes(label));
          return [seriesKey({ name, labels: new Map([...empty, ...own]) }), Number(value[1])];
        }),
      );
    } catch (error) {
      throw new StoredValuesError(
        `Prometheus does not say what it has (${errorCode(error)}); start it, or mend [server] PrometheusAddr`,
        { cause: error },
      );
    }
  };
}
