import type { ServerResponse } from 'node:http';

/** Why a request was not served, and the HTTP status that says so. */
const STATUS_OF_CODE = {
  unauthorized: 401,
  slow_down: 429,
  other_device: 403,
  not_found: 404,
  method_not_allowed: 405,
  bad_path: 400,
  bad_state_header: 400,
  bad_body: 400,
  not_exposition: 400,
  not_in_contract: 400,
  unsupported_encoding: 415,
  too_large: 413,
  no_room: 403,
  counter_fell: 409,
  held_by_another_state: 409,
  sequence_old: 409,
  still_pushing: 409,
  not_stored_yet: 409,
  prometheus_down: 503,
  busy: 503,
  storage_failed: 503,
  pushgateway_down: 503,
  pushgateway_refused: 502,
} as const;

export type ProblemCode = keyof typeof STATUS_OF_CODE;

/** All codes, so that a metric can start at 0 for each. */
export const PROBLEM_CODES = Object.keys(STATUS_OF_CODE) as readonly ProblemCode[];

export interface HttpProblem {
  readonly kind: 'refused';
  readonly code: ProblemCode;
  /** What is wrong, where, and how to fix it; never a secret. */
  readonly message: string;
  /** Further fields of the JSON answer, such as the series that fell. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export function httpProblem(
  code: ProblemCode,
  message: string,
  details?: Readonly<Record<string, unknown>>,
): HttpProblem {
  return { kind: 'refused', code, message, ...(details === undefined ? {} : { details }) };
}

export function statusOf(code: ProblemCode): number {
  return STATUS_OF_CODE[code];
}

/** Whether the fault lies with the gateway or what is behind it: the same push may succeed later. */
export function isFailure(code: ProblemCode): boolean {
  return statusOf(code) >= 500;
}

/** Answers with JSON that is not cached and that no browser takes for a page. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

/** `{"error": "<code>", "message": "<what, where, how to fix>", …}` with the headers that its status asks for. */
export function answerProblem(response: ServerResponse, { code, message, details }: HttpProblem): void {
  const headers: Record<string, string> = {};
  if (code === 'unauthorized') headers['www-authenticate'] = 'Bearer realm="FlowCollect"';
  if (code === 'method_not_allowed') headers.allow = 'GET, PUT';
  if (statusOf(code) === 503 || statusOf(code) === 429) headers['retry-after'] = '5';
  answerJson(response, statusOf(code), { error: code, message, ...details }, headers);
}
