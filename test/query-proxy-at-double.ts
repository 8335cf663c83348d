import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { clientAddress } from '../core/addresses.ts';
import { hashToken } from '../gateway/access/authenticate.ts';
import { createLabelProxy, type LabelProxy } from '../gateway/queries/label-proxy.ts';
import { createQueryProxy, type QueryProxyOptions } from '../gateway/queries/query-proxy.ts';
import { systemClock } from '../runtime/async.ts';
import { createLogger } from '../runtime/logger.ts';
import { serveLoopback } from './loopback.ts';

export const FORM = 'application/x-www-form-urlencoded';
export const basic = (user: string, token: string): string =>
  `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
/** With which {@link QueryProxyAtDouble.ask} asks where it is not told otherwise. */
export const ALICE = basic('alice', 'one');

/** A question as it came to what is behind the proxy. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: string;
}

/** What a reader asks; by default a GET without a body. */
interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

/** The query proxy on loopback, whose clock stands still. */
export interface QueryProxyAtDouble {
  readonly port: number;
  /** What the double was asked since {@link forget}; it answers every question with 422. */
  readonly seen: readonly Seen[];
  /** Lines of the log since {@link forget}. */
  readonly lines: readonly string[];
  ask(path: string, asked?: Asked): Promise<{ readonly status: number; readonly text: string }>;
  /** Lets time pass. */
  pass(milliseconds: number): void;
  /** Puts other readers in the place of `alice`, whose token is `one`, and `小明`, whose token is `two`. */
  know(readers: ReturnType<QueryProxyOptions['readers']>): void;
  /** Empties what was seen and logged. */
  forget(): void;
  close(): Promise<void>;
}

export const READERS = [
  { user: 'alice', hash: hashToken('one') },
  { user: '小明', hash: hashToken('two') },
];

/** @param behind takes the place of the double, and is closed with the proxy */
export async function openQueryProxy(behind?: LabelProxy): Promise<QueryProxyAtDouble> {
  const seen: Seen[] = [];
  const lines: string[] = [];
  let now = 0;
  let readers: ReturnType<QueryProxyOptions['readers']> = READERS;
  const double = await serveLoopback(async (incoming, response) => {
    const { method = '', url = '', headers, rawHeaders } = incoming;
    seen.push({ method, url, headers, raw: rawHeaders, body: await textOf(incoming) });
    response.writeHead(422, { 'content-type': 'application/json', 'set-cookie': 'a=b' }).end('{"status":"error"}');
  });
  const labelProxy = behind ?? createLabelProxy(`${double.origin}/below`);
  const clock = { ...systemClock, now: () => now };
  const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });
  const proxy = await serveLoopback(
    createQueryProxy({ labelProxy, clock, logger, readers: () => readers, addressOf: clientAddress }),
  );
  return {
    port: proxy.port,
    seen,
    lines,
    // Not fetch, which would tidy the path.
    ask: (path, { method = 'GET', headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const target = { port: proxy.port, host: '127.0.0.1', path, method };
        // On a connection of its own: one that is kept may be closed by the proxy while this process is busy.
        const options = { ...target, headers: { authorization: ALICE, ...headers }, agent: false };
        const answered = async (response: IncomingMessage): Promise<void> =>
          resolve({ status: response.statusCode ?? 0, text: await textOf(response) });
        request(options, (response) => void answered(response).catch(reject))
          .on('error', reject)
          .end(body);
      }),
    pass(milliseconds) {
      now += milliseconds;
    },
    know(others) {
      readers = others;
    },
    forget() {
      seen.length = 0;
      lines.length = 0;
    },
    async close() {
      await proxy.kill();
      await labelProxy.close();
      await double.kill();
    },
  };
}
