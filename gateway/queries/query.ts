import type { IncomingMessage } from 'node:http';
import { type HttpProblem, httpProblem } from '../http/problem.ts';

/** One question to Prometheus, made of nothing but what its route takes. */
export interface ReaderQuery {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly parameters: URLSearchParams;
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
export function findRoute(path: string): Route | undefined {
  if (LABEL_VALUES.test(path)) return { path, method: 'GET', takes: SERIES };
  const takes = ROUTES.get(path);
  return takes === undefined ? undefined : { path, method: 'POST', takes };
}

/**
 * The question that a request asks: parameters that the route does not take are left out, whatever they are; those that
 * it takes once must be given once, so that nobody downstream can choose among them.
 */
export function readQuery(
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
  return { kind: 'question', method, path, parameters };
}

/** The longest query that Grafana sends has a few kilobytes. */
export const MAX_FORM_BYTES = 64 * 1024;

/**
 * The form that a POST carries.
 *
 * @throws what the connection says when the reader goes away
 */
export async function readForm(
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
