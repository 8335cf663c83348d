import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from '../http/problem.ts';

/** The longest query that Grafana sends has a few kilobytes. */
export const MAX_FORM_BYTES = 64 * 1024;

/**
 * The form that a POST carries.
 *
 * @throws what the connection says when the reader goes away
 */
export async function readReaderForm(
  request: IncomingMessage,
): Promise<{ readonly kind: 'form'; readonly parameters: URLSearchParams } | Refusal> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded' || request.headers['content-encoding'] !== undefined) {
    return refuse('unsupported_encoding', 'a query is sent as application/x-www-form-urlencoded, not compressed');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection is needed for the answer when too much comes.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) return refuse('too_large', `a query has at most ${MAX_FORM_BYTES} bytes`);
    chunks.push(chunk);
  }
  return { kind: 'form', parameters: new URLSearchParams(Buffer.concat(chunks).toString('utf8')) };
}
