import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { clientAddress } from '../../core/addresses.ts';
import { type Clock, createFairSemaphore } from '../../runtime/async.ts';
import { createAuthRateLimiter } from '../../runtime/auth-rate-limiter.ts';
import type { Logger } from '../../runtime/logger.ts';
import { findReader, type Reader, readBasicAuth } from '../access/reader-token.ts';
import { createNoiseLog, discardRest } from '../http/connections.ts';
import { answerJson, type HttpProblem, httpProblem, statusOf } from '../http/problem.ts';
import { CONCURRENT_QUERIES, type LabelProxy } from './label-proxy.ts';
import { findRoute, readForm, readQuery } from './query.ts';

export interface QueryProxyOptions {
  readonly labelProxy: LabelProxy;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Those that may read as of now. */
  readers(): readonly Reader[];
  /** Whom a request comes from; see `clientAddress`. */
  addressOf?(request: IncomingMessage): string;
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
  addressOf = clientAddress,
}: QueryProxyOptions): RequestListener {
  const limiter = createAuthRateLimiter();
  const noise = createNoiseLog(logger, clock);
  const turns = createFairSemaphore(CONCURRENT_QUERIES);

  function identify(request: IncomingMessage): { readonly kind: 'reader'; readonly user: string } | HttpProblem {
    const shown = request.headers.authorization;
    const key = readBasicAuth(shown);
    const known = readers();
    // All users of one Grafana share its address: the wrong token of one must not keep the others out.
    const named = known.some(({ user }) => user === key?.user) ? key?.user : undefined;
    const [from, now] = [`${addressOf(request)}\n${named ?? ''}`, clock.now()];
    if (!limiter.mayTry(from, now, shown))
      return httpProblem('slow_down', 'too many wrong tokens; fix them and wait a minute');
    const user = key === undefined ? undefined : findReader(key, known);
    if (user !== undefined && shown !== undefined) {
      limiter.accepted(from, now, shown);
      return { kind: 'reader', user };
    }
    limiter.failed(from, now);
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
    if (user === undefined) noise.warn(code, fields, 'query refused');
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
