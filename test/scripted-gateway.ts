import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { serveLoopback } from './loopback.ts';

export interface ReceivedPush {
  readonly path: string;
  readonly authorization: string | undefined;
  /** `<state id> <sequence>` */
  readonly state: string;
  readonly text: string;
}

/** What a push is answered instead of being accepted. */
interface ScriptedRefusal {
  readonly status: number;
  readonly error: string;
  readonly message: string;
}

/** A gateway that keeps what it is pushed and refuses when a test says so; the real one has its own tests. */
export interface ScriptedGateway {
  readonly origin: string;
  /** Accepted pushes, oldest first. */
  readonly pushes: ReceivedPush[];
  /** How many requests came, of any kind. */
  requests: number;
  refusal: ScriptedRefusal | undefined;
  /** Called while a push waits for its answer. */
  onPush: (push: ReceivedPush) => Promise<void>;
  /** The last accepted push of a path. */
  last(path: string): ReceivedPush | undefined;
  kill(): Promise<void>;
}

/**
 * @param port 0 lets the system choose
 * @param kept pushes of before, for a gateway that is started again
 * @param tls PEM texts with which it speaks TLS
 */
export async function startScriptedGateway(
  port = 0,
  kept: ReceivedPush[] = [],
  tls?: { readonly cert: string; readonly key: string },
): Promise<ScriptedGateway> {
  async function receive(request: IncomingMessage): Promise<ReceivedPush> {
    const body = await buffer(request);
    return {
      path: request.url ?? '',
      authorization: request.headers.authorization,
      state: String(request.headers['x-flowcollect-state']),
      text: (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString(),
    };
  }

  async function answer(request: IncomingMessage): Promise<{ status: number; state?: string; text: string }> {
    gateway.requests += 1;
    const { refusal } = gateway;
    if (refusal !== undefined && (request.method === 'PUT' || refusal.status === 401)) {
      const { status, ...body } = refusal;
      return { status, text: JSON.stringify(body) };
    }
    if (request.method === 'GET') {
      const last = gateway.last(request.url ?? '');
      if (last === undefined) return { status: 404, text: '{"error":"not_found"}' };
      return { status: 200, state: last.state, text: last.text };
    }
    const push = await receive(request);
    await gateway.onPush(push);
    gateway.pushes.push(push);
    return { status: 200, text: '' };
  }

  const { origin, kill } = await serveLoopback(
    async (request, response) => {
      const { status, state, text } = await answer(request);
      response.writeHead(status, state === undefined ? {} : { 'x-flowcollect-state': state }).end(text);
    },
    port,
    tls,
  );
  const gateway: ScriptedGateway = {
    origin,
    pushes: kept,
    requests: 0,
    refusal: undefined,
    onPush: async () => {},
    last: (path) => gateway.pushes.filter((push) => push.path === path).at(-1),
    kill,
  };
  return gateway;
}
