import type { ServerResponse } from 'node:http';
import { type Refusal, statusOf } from './problem.ts';

/** Answers with JSON that nobody caches and no browser takes for a page. */
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

/** `{"error": "<code>", "message": "<what, where, how to mend>", …}` with the headers that its status asks for. */
export function answerRefusal(response: ServerResponse, { code, message, details }: Refusal): void {
  const headers: Record<string, string> = {};
  if (code === 'unauthorized') headers['www-authenticate'] = 'Bearer realm="FlowCollect"';
  if (code === 'method_not_allowed') headers.allow = 'GET, PUT';
  if (statusOf(code) === 503 || statusOf(code) === 429) headers['retry-after'] = '5';
  answerJson(response, statusOf(code), { error: code, message, ...details }, headers);
}
