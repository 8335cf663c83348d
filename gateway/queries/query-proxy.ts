import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Clock, createFairSemaphore } from '../../runtime/async.ts';
import { createAuthRateLimiter } from '../../runtime/http.ts';
import type { Logger } from '../../runtime/logger.ts';
import { WHOLE } from '../../runtime/prometheus.ts';
import { findReader, type Reader, readBasicAuth } from '../access/reader-token.ts';
import { createNoiseLog, discardRest } from '../http/connections.ts';
import { answerJson, type HttpProblem, httpProblem, statusOf } from '../http/problem.ts';
import { CONCURRENT_QUERIES, type LabelProxy, type ReaderQuery } from './label-proxy.ts';

export interface QueryProxyOptions {
  readonly labelProxy: LabelProxy;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Those that may read as of now. */
  readers(): readonly Reader[];
  /** Whom a request comes from; see `clientAddress`. */
  addressOf(request: IncomingMessage): string;
}

/**
 * Where Grafana asks on behalf of one user. The user is the token's; of the request go on only a known route and the
 * parameters that it takes, and none of its headers, so that it cannot name another user.
 */
export function createQueryProxy({
  labelProxy,
  clock,
  logger,
  readers,
  addressOf,
}: QueryProxyOptions): RequestListener {
  const limited = createAuthRateLimiter();
  const logNoise = createNoiseLog(logger, clock);
  const turns = createFairSemaphore(CONCURRENT_QUERIES);

  function identify(request: IncomingMessage): { readonly kind: 'reader'; readonly user: string } | HttpProblem {
    const shown = request.headers.authorization;
    const key = readBasicAuth(shown);
    const known = readers();
    // All users of one Grafana share its address: the wrong token of one must not keep the others out.
    const named = known.some(({ user }) => user === key?.user) ? key?.user : undefined;
    const from = `${addressOf(request)}\n${named ?? ''}`;
    const reader = limited(from, clock.now(), shown, () => key && findReader(key, known));
    if (reader === 'slow_down') return httpProblem('slow_down', 'too many wrong tokens; fix them and wait a minute');
    if (reader !== undefined) return { kind: 'reader', user: reader.user };
    return httpProblem(
      'unauthorized',
      'give the user and its token by basic authentication; "flowcollect gateway reader add" makes one',
    );
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    user: string,
  ): Promise<HttpProblem | undefined> {
    const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
    const route = findRoute(path);
    if (route === undefined) return httpProblem('not_found', 'there are queries, series, labels and their values only');
    const given = [new URLSearchParams(search)];
    if (request.method === 'POST') {
      const form = await readForm(request);
      if (form.kind === 'refused') return form;
      given.push(form.parameters);
    } else if (request.method !== 'GET') {
      return httpProblem('method_not_allowed', 'ask with GET or POST');
    }
    const question = readQuery(route, given);
    if (question.kind === 'refused') return question;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const endTurn = await turns.take(user, gone.signal);
    if (endTurn === undefined) return undefined;
    try {
      const answered = await labelProxy.ask(user, question, gone.signal);
      if (answered.kind === 'refused') return answered;
      response.writeHead(answered.status, {
        'content-type': answered.contentType,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      await pipeline(answered.body, response);
      return undefined;
    } finally {
      endTurn();
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reader = identify(request);
    const problem = reader.kind === 'refused' ? reader : await answer(request, response, reader.user);
    if (problem === undefined) return;
    const { code, message } = problem;
    const user = reader.kind === 'reader' ? reader.user : undefined;
    const fields = { code, message, from: addressOf(request), user };
    if (user === undefined) logNoise(code, fields, 'query refused');
    else logger.warn(fields, 'query refused');
    answerQueryError(response, problem);
    discardRest(request);
  }

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // Readers leave pages before they are drawn.
      if (response.destroyed || request.destroyed) logger.debug({ err: error }, 'a reader went away');
      else logger.error({ err: error }, 'a query failed');
      response.destroy();
    });
  };
}

/** In the form in which Prometheus says so, which Grafana shows to people. */
function answerQueryError(response: ServerResponse, { code, message }: HttpProblem): void {
  const headers: Record<string, string> = {};
  if (code === 'unauthorized') headers['www-authenticate'] = 'Basic realm="FlowCollect", charset="UTF-8"';
  if (code === 'method_not_allowed') headers.allow = 'GET, POST';
  answerJson(response, statusOf(code), { status: 'error', errorType: code, error: message }, headers);
}

/** What a route of Prometheus takes; https://prometheus.io/docs/prometheus/latest/querying/api/ */
interface Route {
  readonly path: string;
  /** As it is forwarded; POST, which has room for long queries, wherever prom-label-proxy takes it. */
  readonly method: 'GET' | 'POST';
  readonly takes: readonly string[];
}

const QUERY = ['query', 'timeout', 'limit', 'lookback_delta', 'stats'];
const SERIES = ['match[]', 'start', 'end', 'limit'];
const ROUTES: ReadonlyMap<string, readonly string[]> = new Map([
  ['/api/v1/query', [...QUERY, 'time']],
  ['/api/v1/query_range', [...QUERY, 'start', 'end', 'step']],
  ['/api/v1/series', SERIES],
  ['/api/v1/labels', SERIES],
]);
const LABEL_VALUES = /^\/api\/v1\/label\/[a-zA-Z_][a-zA-Z0-9_]{0,99}\/values$/;

/** The route of a path as it is written: no other spelling of it is one. */
function findRoute(path: string): Route | undefined {
  if (LABEL_VALUES.test(path)) return { path, method: 'GET', takes: SERIES };
  const takes = ROUTES.get(path);
  return takes === undefined ? undefined : { path, method: 'POST', takes };
}

/**
 * The question that a request asks: parameters that the route does not take are left out, whatever they are; those that
 * it takes once must be given once, so that nobody downstream can choose among them. Whoever asks, the answer is whole or
 * an error.
 */
function readQuery(
  { path, method, takes }: Route,
  given: readonly URLSearchParams[],
): ({ readonly kind: 'question' } & ReaderQuery) | HttpProblem {
  const parameters = new URLSearchParams();
  for (const name of takes) {
    const values = given.flatMap((each) => each.getAll(name));
    if (values.length > 1 && name !== 'match[]') return httpProblem('bad_body', `"${name}" must be given once`);
    for (const value of values) parameters.append(name, value);
  }
  if (takes.includes('query') && (parameters.get('query') ?? '') === '') {
    return httpProblem('bad_body', '"query" is missing');
  }
  for (const [name, value] of Object.entries(WHOLE)) parameters.set(name, value);
  return { kind: 'question', method, path, parameters };
}

/** The longest query that Grafana sends has a few kilobytes. */
export const MAX_FORM_BYTES = 64 * 1024;

/**
 * The form that a POST carries.
 *
 * @throws what the connection says when the reader goes away
 */
async function readForm(
  request: IncomingMessage,
): Promise<{ readonly kind: 'form'; readonly parameters: URLSearchParams } | HttpProblem> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded' || request.headers['content-encoding'] !== undefined) {
    return httpProblem('unsupported_encoding', 'a query is sent as application/x-www-form-urlencoded, not compressed');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection is needed for the answer when too much comes.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) return httpProblem('too_large', `a query has at most ${MAX_FORM_BYTES} bytes`);
    chunks.push(chunk);
  }
  return { kind: 'form', parameters: new URLSearchParams(Buffer.concat(chunks).toString('utf8')) };
}
