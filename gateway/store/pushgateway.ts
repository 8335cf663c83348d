import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Device, deviceKey } from '../../core/device-id.ts';
import { readSample } from '../../core/exposition-parser.ts';
import { createStoreClient, type Store } from './store.ts';

const Status = z.object({ data: z.object({ start_time: z.string() }) });

/** Pushgateway: a group for each device, which it shows until it is removed. */
export function createPushgateway(origin: string): Store {
  const client = createStoreClient(origin);
  return {
    name: 'Pushgateway',
    setting: '[server] PushgatewayAddr',
    forgets: false,
    put: (device, body) =>
      client.deliver({
        method: 'PUT',
        path: groupPath(device),
        headers: { 'content-type': 'text/plain; version=0.0.4' },
        body,
      }),
    remove: (device) => client.deliver({ method: 'DELETE', path: groupPath(device) }),
    async startedAt() {
      try {
        return Status.parse(JSON.parse(await text(await client.get('/api/v1/status')))).data.start_time;
      } catch {
        return undefined;
      }
    },
    pushTimes: async () => readPushTimes(await client.get('/metrics')),
    close: () => client.close(),
  };
}

/** The group of a device at Pushgateway, from its user and DeviceID alone. */
export function groupPath({ user, deviceId }: Device): string {
  return `/metrics/job/flowcollect/user/${encodeURIComponent(user)}/instance/${encodeURIComponent(deviceId)}`;
}

/** Line by line: with a thousand devices the page has tens of megabytes, of which one line each matters. */
async function readPushTimes(page: Readable): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for await (const line of createInterface({ input: page, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (!line.startsWith('push_time_seconds{')) continue;
    const { labels, value } = readSample(line, (problem) => {
      throw new Error(`Pushgateway's page cannot be read: ${problem}`);
    });
    const [user, deviceId] = [labels.get('user'), labels.get('instance')];
    if (labels.get('job') !== 'flowcollect' || user === undefined || deviceId === undefined) continue;
    times.set(deviceKey({ user, deviceId }), value);
  }
  return times;
}
