import { type Refusal, refuse } from '../http/problem.ts';

/** One question to Prometheus, made of nothing but what its route takes. */
export interface ReaderQuestion {
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
export function findReaderRoute(path: string): Route | undefined {
  if (LABEL_VALUES.test(path)) return { path, method: 'GET', takes: SERIES };
  const takes = ROUTES.get(path);
  return takes === undefined ? undefined : { path, method: 'POST', takes };
}

/**
 * The question that a request asks: parameters that the route does not take are left out, whatever they are; those that
 * it takes once must be given once, so that nobody downstream can choose among them.
 */
export function readQuestion(
  { path, method, takes }: Route,
  given: readonly URLSearchParams[],
): ({ readonly kind: 'question' } & ReaderQuestion) | Refusal {
  const parameters = new URLSearchParams();
  for (const name of takes) {
    const values = given.flatMap((each) => each.getAll(name));
    if (values.length > 1 && name !== 'match[]') return refuse('bad_body', `"${name}" must be given once`);
    for (const value of values) parameters.append(name, value);
  }
  if (takes.includes('query') && (parameters.get('query') ?? '') === '') {
    return refuse('bad_body', '"query" is missing');
  }
  return { kind: 'question', method, path, parameters };
}
