import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { errorCode } from '../../runtime/error-code.ts';
import { headerOfText } from '../../runtime/http.ts';
import { type HttpProblem, httpProblem } from '../http/problem.ts';

/** The header by which prom-label-proxy learns whose series it may show (`-header-name`). */
export const USER_HEADER = 'X-FlowCollect-User';

/** One question to Prometheus, made of nothing but what its route takes. */
export interface ReaderQuery {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly parameters: URLSearchParams;
}

interface LabelProxyAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly contentType: string;
  readonly body: Readable;
}

/** prom-label-proxy, which adds `user="…"` to every selector of a question before Prometheus sees it. */
export interface LabelProxy {
  /** @param signal ends the question */
  ask(user: string, question: ReaderQuery, signal: AbortSignal): Promise<LabelProxyAnswer | HttpProblem>;
  close(): Promise<void>;
}

const CONNECT_MS = 5000;
/** Longer than Prometheus lets a query run (two minutes). */
const ANSWER_MS = 130_000;
/** How many questions go on at the same time: Prometheus itself runs 20 queries at once. */
export const CONCURRENT_QUERIES = 20;

/** @param origin such as `http://127.0.0.1:9105`; a path in it is kept as prefix */
export function createLabelProxy(origin: string): LabelProxy {
  const { origin: base, pathname } = new URL(origin);
  const prefix = pathname.replace(/\/$/, '');
  const pool = new Pool(base, {
    connections: CONCURRENT_QUERIES,
    connect: { timeout: CONNECT_MS },
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  return {
    async ask(user, { method, path, parameters }, signal) {
      const headers = { [USER_HEADER]: headerOfText(user) };
      const text = parameters.toString();
      try {
        const {
          statusCode,
          headers: answered,
          body,
        } = await pool.request({
          signal,
          ...(method === 'GET'
            ? { method, path: `${prefix}${path}?${text}`, headers }
            : {
                method,
                path: prefix + path,
                headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
                body: text,
              }),
        });
        return {
          kind: 'answer',
          status: statusCode,
          contentType: String(answered['content-type'] ?? 'application/json'),
          body,
        };
      } catch (error) {
        return httpProblem(
          'prometheus_down',
          `prom-label-proxy does not answer at [server] LabelProxyAddr (${errorCode(error)})`,
        );
      }
    },
    close: () => pool.destroy(),
  };
}
