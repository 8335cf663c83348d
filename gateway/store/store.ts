import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { Pool } from 'undici';
import { z } from 'zod';
import { deviceKey, type UserDevice } from '../../core/device-id.ts';
import { readSample } from '../../core/exposition-parser.ts';
import { errorCode } from '../../runtime/error-code.ts';

/** What became of a push on its way to the store. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** It answered, but not with yes: it does not have the push. */
  | { readonly kind: 'declined'; readonly status: number; readonly answer: string }
  /** It does not have the push: no connection was made. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** It may have the push: the connection broke or the answer did not come in time. */
  | { readonly kind: 'in_doubt'; readonly code: string };

/** What takes the pushes that were let through: Pushgateway, or VictoriaMetrics in its place. */
export interface Store {
  /** As people know it. */
  readonly name: 'Pushgateway' | 'VictoriaMetrics';
  /** The setting that says where it is, such as `[server] PushgatewayAddr`. */
  readonly setting: string;
  /** Whether a device is shown only while something is written of it: then somebody must repeat what it said last. */
  readonly forgets: boolean;
  /**
   * The series of a device are those of the text from now on.
   *
   * @param at when the device pushed them, in epoch milliseconds
   */
  put(device: UserDevice, text: Uint8Array, at: number): Promise<Delivery>;
  /** The series of a device are not shown from now on; removing one that is not there succeeds. */
  remove(device: UserDevice): Promise<Delivery>;
  /** When it started, as it says so; undefined while it does not answer. */
  startedAt(): Promise<string | undefined>;
  /**
   * When each device of FlowCollect was pushed last, in Unix seconds, by `deviceKey`.
   *
   * @throws when it does not answer, or not as it should
   */
  pushTimes(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/**
 * What came of forwarding again. `store_down`: no other device's would arrive either; `left`: this device's alone cannot
 * be, since the disk or the store refuses it or its pushes wait already.
 */
export type Forwarded = 'forwarded' | 'not_needed' | 'store_down' | 'left';

/** Forwards what is held of a device again, anyway or only where it is not known whether it arrived. */
export type Forward = (device: UserDevice, when: 'in_doubt' | 'anyway') => Promise<Forwarded>;

interface StoreRequest {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  /** Below the prefix that the store's address may have. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
}

const TIMEOUT_MS = 5000;
/** More at once make no store faster. */
const CONNECTIONS = 16;
const NO_CONNECTION = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Of an answer; a few hundred characters are shown. */
const MAX_CHUNKS = 4;

function judge(status: number, answer: readonly Buffer[]): Delivery {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status >= 500) return { kind: 'in_doubt', code: `HTTP ${status}` };
  return { kind: 'declined', status, answer: Buffer.concat(answer).toString().slice(0, 300) };
}

/**
 * HTTP to a store, over connections that are kept.
 *
 * @param origin such as `http://127.0.0.1:9091`; a path in it is kept as prefix
 */
function createStoreClient(origin: string) {
  const { origin: base, pathname } = new URL(origin);
  const prefix = pathname.replace(/\/$/, '');
  const pool = new Pool(base, {
    connections: CONNECTIONS,
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });

  /** Without the stream that `request` makes of every answer: it is mostly empty, and there is one for each push. */
  function attempt({ path, ...request }: StoreRequest): Promise<Delivery> {
    return new Promise((resolve) => {
      const answer: Buffer[] = [];
      let status = 0;
      pool.dispatch(
        { path: prefix + path, ...request },
        {
          // The handler is known as one of this kind by having it.
          onRequestStart() {},
          onResponseStart(_, statusCode) {
            status = statusCode;
          },
          onResponseData(_, chunk) {
            if (answer.length < MAX_CHUNKS) answer.push(chunk);
          },
          onResponseEnd: () => resolve(judge(status, answer)),
          onResponseError(_, error) {
            const code = errorCode(error);
            resolve({ kind: NO_CONNECTION.includes(code) ? 'unreachable' : 'in_doubt', code });
          },
        },
      );
    });
  }

  return {
    /** For requests that are the same twice as once. */
    async deliver(request: StoreRequest): Promise<Delivery> {
      const first = await attempt(request);
      // A kept connection that the store closed in the meantime: the same push twice is the same as once.
      if (first.kind !== 'in_doubt' || !['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(first.code)) return first;
      const second = await attempt(request);
      return second.kind === 'unreachable' ? first : second;
    },
    /** @throws when there is no answer in time, or one that is not 200 */
    async get(path: string): Promise<Readable> {
      const { statusCode, body } = await pool.request({ method: 'GET', path: prefix + path });
      if (statusCode === 200) return body;
      await body.dump();
      throw new Error(`${base} answered ${statusCode} to ${path.split('?')[0]}`);
    },
    close: () => pool.destroy(),
  };
}

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
export function groupPath({ user, deviceId }: UserDevice): string {
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
    // What was stored stays as history and is not repeated any more.
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
export function importPath({ user, deviceId }: UserDevice): string {
  const labels = [`job=flowcollect`, `user=${user}`, `instance=${deviceId}`];
  return `/api/v1/import/prometheus?${labels.map((label) => `extra_label=${encodeURIComponent(label)}`).join('&')}`;
}
