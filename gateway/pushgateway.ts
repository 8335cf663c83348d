import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { z } from 'zod';
import { readSample } from '../core/exposition-line.ts';
import { errorCode } from '../runtime/error-code.ts';
import { type Device, deviceKey } from './device.ts';

/** What became of a push on its way to Pushgateway. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** It answered, but not with yes: it does not have the push. */
  | { readonly kind: 'declined'; readonly status: number; readonly answer: string }
  /** It does not have the push: no connection was made. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** It may have the push: the connection broke or the answer did not come in time. */
  | { readonly kind: 'in_doubt'; readonly code: string };

export interface Pushgateway {
  /** Replaces the group of a device. */
  put(device: Device, text: Uint8Array): Promise<Delivery>;
  /** Removes the group of a device; removing one that is not there succeeds. */
  remove(device: Device): Promise<Delivery>;
  /** When it started, as it says so; undefined while it does not answer. */
  startedAt(): Promise<string | undefined>;
  /**
   * When each device of FlowCollect was pushed last, in Unix seconds, by {@link deviceKey}.
   *
   * @throws when it does not answer, or not as Pushgateway does
   */
  pushTimes(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 5000;
/** More at once make one Pushgateway no faster. */
const CONNECTIONS = 16;
const NO_CONNECTION = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

const Status = z.object({ data: z.object({ start_time: z.string() }) });

/** @param origin such as `http://127.0.0.1:9091`; a path in it is kept as prefix */
export function createPushgateway(origin: string): Pushgateway {
  const { origin: base, pathname } = new URL(origin);
  const prefix = pathname.replace(/\/$/, '');
  const pool = new Pool(base, {
    connections: CONNECTIONS,
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });

  /** @param text replaces the group; without one the group is removed */
  async function attempt(device: Device, text?: Uint8Array): Promise<Delivery> {
    try {
      const { statusCode, body } = await pool.request({
        path: prefix + groupPath(device),
        ...(text === undefined
          ? { method: 'DELETE' as const }
          : { method: 'PUT' as const, headers: { 'content-type': 'text/plain; version=0.0.4' }, body: text }),
      });
      const answer = await body.text();
      if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered' };
      if (statusCode >= 500) return { kind: 'in_doubt', code: `HTTP ${statusCode}` };
      return { kind: 'declined', status: statusCode, answer: answer.slice(0, 300) };
    } catch (error) {
      const code = errorCode(error);
      return { kind: NO_CONNECTION.includes(code) ? 'unreachable' : 'in_doubt', code };
    }
  }

  return {
    async put(device, text) {
      const first = await attempt(device, text);
      // A kept connection that Pushgateway closed in the meantime: the same push twice is the same as once.
      if (first.kind !== 'in_doubt' || !['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(first.code)) return first;
      const second = await attempt(device, text);
      return second.kind === 'unreachable' ? first : second;
    },
    remove: (device) => attempt(device),
    async startedAt() {
      try {
        const { statusCode, body } = await pool.request({ method: 'GET', path: `${prefix}/api/v1/status` });
        const text = await body.text();
        return statusCode === 200 ? Status.parse(JSON.parse(text)).data.start_time : undefined;
      } catch {
        return undefined;
      }
    },
    async pushTimes() {
      const { statusCode, body } = await pool.request({ method: 'GET', path: `${prefix}/metrics` });
      if (statusCode !== 200) throw new Error(`Pushgateway answered ${statusCode} to /metrics`);
      return readPushTimes(body);
    },
    close: () => pool.destroy(),
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
