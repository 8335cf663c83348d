/** What is sent, and how long an answer may take. */
export interface Post {
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the whole answer is there. */
  readonly timeout: number;
  readonly fetch?: typeof globalThis.fetch;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Asks another program of the installation. A redirect is an answer like any other: what is sent, which may be a token,
 * is for nobody else.
 *
 * @throws where there is no answer in time; `errorCode` has why
 */
export async function post(
  address: string,
  { form, headers, timeout, fetch = globalThis.fetch }: Post,
): Promise<PostAnswer> {
  const response = await fetch(address, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout),
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    ...(headers === undefined ? {} : { headers }),
  });
  return { status: response.status, text: await response.text() };
}
