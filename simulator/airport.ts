import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Bytes } from '../core/traffic.ts';
import { type HttpListener, listenHttp } from '../runtime/http.ts';
import type { NodeTotal } from './household/truth.ts';

/** What a subscription allows. */
interface Plan {
  /** Bytes. */
  readonly quota: number;
  /** Epoch seconds; undefined for a plan that never expires, written as `expire=`. */
  readonly expiresAt: number | undefined;
}

/** An airport on loopback: one subscription, its usage in the `Subscription-Userinfo` header. */
export interface AirportSimulator {
  /** @throws ListenError when the port is taken */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The subscription's URL, token included. @throws Error before the start */
  url(): string;
  behave(behaviour: AirportBehaviour): void;
  behaviour(): AirportBehaviour;
  /** How many requests for the subscription came so far. */
  requests(): number;
  /** What the header says now. */
  usage(): Bytes;
}

const PATH = '/api/v1/client/subscribe';
const MOVED_PATH = '/moved/subscribe';
const TOKEN = 'simulated-subscription-token';

/**
 * @param options.usage what the airport has billed so far, in bytes
 * @param options.port 0 lets the system choose
 */
export function createAirport(options: {
  readonly port: number;
  readonly plan: Plan;
  readonly usage: () => Bytes;
}): AirportSimulator {
  const { plan, usage } = options;
  let listener: HttpListener | undefined;
  let behaviour: AirportBehaviour = { mode: 'normal' };
  let requests = 0;

  const subscribe = (request: IncomingMessage, response: ServerResponse, normal: Answer): void => {
    if (behaviour.mode === 'reset') request.socket.destroy();
    else if (behaviour.mode === 'slow') {
      const timer = setTimeout(() => send(response, page(header(usage(), plan))), behaviour.delay);
      response.on('close', () => clearTimeout(timer));
    } else {
      send(response, answerTo(behaviour, normal, usage(), plan));
      if (behaviour.mode === 'one-time') behaviour = { mode: 'forbidden' };
    }
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://airport');
    const normal = page(header(usage(), plan));
    if (url.pathname !== PATH && url.pathname !== MOVED_PATH) send(response, { status: 404, body: '' });
    else if (url.searchParams.get('token') !== TOKEN) send(response, { status: 403, body: 'token is error' });
    else if (url.pathname === MOVED_PATH) send(response, normal);
    else {
      requests += 1;
      subscribe(request, response, normal);
    }
  };

  return {
    async start() {
      listener = await listenHttp(answer, { host: '127.0.0.1', port: options.port, setting: '--airport-port' });
    },
    async stop() {
      listener?.server.closeAllConnections();
      await listener?.close();
    },
    url() {
      if (listener === undefined) throw new Error('the airport simulator has not started');
      return `${listener.origin}${PATH}?token=${TOKEN}&flag=clash`;
    },
    behave(next) {
      behaviour = next;
    },
    behaviour: () => behaviour,
    requests: () => requests,
    usage,
  };
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

function answerTo(
  behaviour: Exclude<AirportBehaviour, { mode: 'slow' | 'reset' }>,
  normal: Answer,
  usage: Bytes,
  plan: Plan,
): Answer {
  switch (behaviour.mode) {
    case 'normal':
    case 'one-time':
      return normal;
    case 'counter':
      return { status: 200, body: behaviour.value ?? counter(usage, plan) };
    case 'missing':
      return page(undefined);
    case 'all-zero':
      return page('upload=0; download=0; total=0; expire=0');
    case 'garbage':
      return page('upload=many; download; total=-; <html>');
    case 'header':
      return page(behaviour.value);
    case 'forbidden':
      return { status: 403, body: 'token is error' };
    case 'rate-limited':
      return { status: 429, headers: { 'retry-after': String(behaviour.retryAfter) }, body: '' };
    case 'empty':
      return { status: 200, body: '' };
    case 'redirect':
      return { status: 302, headers: { location: `${MOVED_PATH}?token=${TOKEN}` }, body: '' };
  }
}

/** As V2Board writes it. */
function header({ upload, download }: Bytes, { quota, expiresAt }: Plan): string {
  return `upload=${upload}; download=${download}; total=${quota}; expire=${expiresAt ?? ''}`;
}

/** As JustMySocks writes it. */
function counter({ upload, download }: Bytes, { quota }: Plan): string {
  return JSON.stringify({ monthly_bw_limit_b: quota, bw_counter_b: upload + download, bw_reset_day_of_month: 16 });
}

function page(value: string | undefined): Answer {
  return {
    status: 200,
    headers: {
      'content-type': 'text/yaml; charset=utf-8',
      'profile-update-interval': '24',
      ...(value === undefined ? {} : { 'subscription-userinfo': value }),
    },
    body: 'proxies: []\n',
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
}

/** How an airport answers a subscription's request. */
export const behaviourSchema = z.discriminatedUnion('mode', [
  /** The header as V2Board writes it. */
  z.object({ mode: z.literal('normal') }),
  /** 200 with a body and no header. */
  z.object({ mode: z.literal('missing') }),
  /** A header of zeros, as some kernels and panels give for "unknown". */
  z.object({ mode: z.literal('all-zero') }),
  /** A header that says nothing usable. */
  z.object({ mode: z.literal('garbage') }),
  /** This header value, whatever it is. */
  z.object({ mode: z.literal('header'), value: z.string() }),
  /** 403 without a header, as for a dead or refused token. */
  z.object({ mode: z.literal('forbidden') }),
  /** The normal answer to one request, and 403 to those that follow, as links that work once. */
  z.object({ mode: z.literal('one-time') }),
  /** A counter in JSON as JustMySocks has it, without a header; `value` is sent instead where given. */
  z.object({ mode: z.literal('counter'), value: z.string().optional() }),
  /** 429 with `Retry-After`, in seconds. */
  z.object({ mode: z.literal('rate-limited'), retryAfter: z.number().default(60) }),
  /** 200 with neither header nor body, as V2Board answers an expired user. */
  z.object({ mode: z.literal('empty') }),
  /** The normal answer after so many milliseconds. */
  z.object({ mode: z.literal('slow'), delay: z.number() }),
  /** 302 to another path, which answers normally. */
  z.object({ mode: z.literal('redirect') }),
  /** The connection is cut before an answer. */
  z.object({ mode: z.literal('reset') }),
]);
type AirportBehaviour = z.infer<typeof behaviourSchema>;

/** The multiplier that a node's name states, such as 2 in `香港 01 | x2` or 0.5 in `美国 01 [0.5x]`; 1 without one. */
export function statedMultiplier(node: string): number {
  const match = /(?:x|×)(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)(?:x|×)/i.exec(node);
  return Number(match?.[1] ?? match?.[2] ?? 1);
}

/**
 * What an airport bills: each proxy node's bytes times its multiplier, hops outside the kernel's totals included, since
 * the airport carries those too; above that what others move through a leaked subscription.
 *
 * @param options.before bytes that were billed before the simulation began
 * @param options.leaked bytes that somebody else has moved so far; billed as download
 */
export function bill(options: {
  readonly before: Bytes;
  readonly nodes: readonly Pick<NodeTotal, 'node' | 'class' | 'upload' | 'download'>[];
  readonly leaked: number;
}): Bytes {
  let { upload, download } = options.before;
  for (const each of options.nodes) {
    if (each.class !== 'proxy') continue;
    const multiplier = statedMultiplier(each.node);
    upload += Math.round(each.upload * multiplier);
    download += Math.round(each.download * multiplier);
  }
  return { upload, download: download + Math.round(options.leaked) };
}
