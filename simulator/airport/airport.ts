import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpListener, listenHttp } from '../../runtime/http-listener.ts';
import type { Bytes } from '../household/household.ts';
import type { AirportBehaviour } from './behaviour.ts';

/** What a subscription allows. */
export interface Plan {
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
