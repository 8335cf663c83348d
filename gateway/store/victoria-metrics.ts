import { json, text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Device, deviceKey } from '../../core/device-id.ts';
import { createStoreClient, type Store } from './store.ts';

/** A device that was silent for longer counts as lacking when VictoriaMetrics starts, and is written again. */
const LOOK_BACK = '30d';
const PUSH_TIME = 'push_time_seconds';

const Answer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.object({ user: z.string(), instance: z.string() }),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

/**
 * VictoriaMetrics in place of Pushgateway and Prometheus: what is pushed is stored at once, nothing is scraped. It has
 * no groups, so that a series which a push no longer holds is seen for five more minutes, and so is a device that is
 * silent, unless what it said last is repeated.
 *
 * @param origin such as `http://127.0.0.1:8428`
 */
export function createVictoriaMetrics(origin: string): Store {
  const client = createStoreClient(origin);
  return {
    name: 'VictoriaMetrics',
    setting: '[server] VictoriaMetricsAddr',
    forgets: true,
    put: (device, pushed, at) =>
      client.deliver({
        method: 'POST',
        path: importPath(device),
        headers: { 'content-type': 'text/plain; version=0.0.4' },
        // What Pushgateway adds by itself: rules and dashboards tell by it who is silent.
        body: Buffer.concat([pushed, Buffer.from(`${PUSH_TIME} ${at / 1000}\n`)]),
      }),
    // What was stored is history and stays; nobody repeats it any more.
    remove: async () => ({ kind: 'delivered' }),
    async startedAt() {
      try {
        return /^vm_app_start_timestamp\S* (\S+)$/m.exec(await text(await client.get('/metrics')))?.[1];
      } catch {
        return undefined;
      }
    },
    async pushTimes() {
      const query = `last_over_time(${PUSH_TIME}{job="flowcollect",user!="",instance!=""}[${LOOK_BACK}])`;
      const found = await json(await client.get(`/api/v1/query?${new URLSearchParams({ query, nocache: '1' })}`));
      const { data } = Answer.parse(found);
      return new Map(
        data.result.map(({ metric, value }) => [
          deviceKey({ user: metric.user, deviceId: metric.instance }),
          Number(value[1]),
        ]),
      );
    },
    close: () => client.close(),
  };
}

/** Identity is added by VictoriaMetrics from the path, which is made of user and DeviceID alone. */
export function importPath({ user, deviceId }: Device): string {
  const labels = [`job=flowcollect`, `user=${user}`, `instance=${deviceId}`];
  return `/api/v1/import/prometheus?${labels.map((label) => `extra_label=${encodeURIComponent(label)}`).join('&')}`;
}
