import { ProxyAgent, type RequestInit, type Response, fetch as undiciFetch } from 'undici';

/** How the bot reaches Telegram; the token is a secret. */
export interface TelegramConfig {
  readonly token: string;
  readonly apiRoot: string;
  /** An HTTP proxy. */
  readonly proxy: string | undefined;
}

/** The few things that the bot library passes to its fetch. */
interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: { readonly aborted: boolean; addEventListener(type: 'abort', listener: () => void): void } | null;
}

/** HTTP for the bot, through a proxy where Telegram cannot be reached directly. */
export interface Transport {
  fetch(url: string, sent?: Sent): Promise<Response>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/** @param proxy such as `http://127.0.0.1:7890` */
export function createTransport(proxy: string | undefined): Transport {
  const agent = proxy === undefined ? undefined : new ProxyAgent(proxy);
  const closing = new AbortController();
  return {
    fetch(url, { method, headers, body, signal } = {}) {
      // The library brings a signal class of its own, which undici would not take.
      const ending = new AbortController();
      if (signal?.aborted === true) ending.abort();
      signal?.addEventListener('abort', () => ending.abort());
      const request: RequestInit = { signal: AbortSignal.any([ending.signal, closing.signal]) };
      if (method !== undefined) request.method = method;
      if (headers !== undefined) request.headers = headers;
      if (typeof body === 'string') request.body = body;
      if (agent !== undefined) request.dispatcher = agent;
      return undiciFetch(url, request);
    },
    async close() {
      closing.abort();
      await agent?.destroy();
    },
  };
}
