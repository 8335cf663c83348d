import { errorCode } from './error-code.ts';

/** What a program answered, with the whole body. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  header(name: string): string | undefined;
}

/** Why there is no answer, as `errorCode` has it. Of the address it names the origin alone: the rest may be a secret. */
class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(
    origin: string,
    readonly code: string,
  ) {
    super(`${origin} does not answer (${code})`);
  }
}

/**
 * Asks another program over HTTP. A redirect is an answer like any other unless it is to be followed: what is sent, which
 * may be a token, is for nobody else.
 *
 * @param options `timeout` in milliseconds until the whole answer is there; `form` and `json` are a body
 * @throws NoAnswerError where there is no answer in time
 */
export async function requestHttp(
  address: string,
  {
    method = 'GET',
    form,
    json,
    headers,
    timeout,
    signal,
    follow = false,
    fetch = globalThis.fetch,
  }: {
    readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly form?: Readonly<Record<string, string>>;
    readonly json?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    readonly timeout: number;
    readonly signal?: AbortSignal;
    readonly follow?: boolean;
    readonly fetch?: typeof globalThis.fetch;
  },
): Promise<HttpAnswer> {
  const late = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(address, {
      method,
      redirect: follow ? 'follow' : 'manual',
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return { status: response.status, text, header: (name) => response.headers.get(name) ?? undefined };
  } catch (error) {
    throw new NoAnswerError(new URL(address).origin, errorCode(error));
  }
}

/** Whether an answer says that it was done. */
export const isDone = ({ status }: { readonly status: number }): boolean => status >= 200 && status < 300;
