import { WebSocket } from 'undici';
import type { KernelEndpoint, WebSocketWay } from './endpoint.ts';

export interface MessageStreamOptions {
  readonly endpoint: KernelEndpoint;
  /** Path and query, such as `/connections?interval=1000`. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Give up a stream that says nothing for this many milliseconds; undefined for streams that may be quiet. */
  readonly silence?: number;
  onOpen(): void;
  /** One text message; what it throws is not caught here. */
  onMessage(text: string): void;
}

/** How a stream ended: it could not be opened, or it was open and then closed, fell silent or was stopped. */
export type StreamEnd = 'refused' | 'ended';

/** Follows a WebSocket of the kernel until it ends; resolves then, and never rejects. */
export async function followMessages(options: MessageStreamOptions): Promise<StreamEnd> {
  const { endpoint, path, signal } = options;
  for (const way of endpoint.webSockets(path)) {
    if (signal.aborted) return 'refused';
    if ((await follow(way, options)) === 'ended') return 'ended';
  }
  return 'refused';
}

function follow(way: WebSocketWay, options: MessageStreamOptions): Promise<StreamEnd> {
  const { signal, silence, onOpen, onMessage } = options;
  return new Promise((resolve) => {
    const { url, headers, dispatcher, release } = way;
    const socket = new WebSocket(url, { headers, dispatcher });
    let opened = false;
    let watchdog: NodeJS.Timeout | undefined;

    const end = (): void => {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', end);
      socket.onmessage = null;
      socket.onclose = null;
      if (socket.readyState !== socket.CLOSED) socket.close();
      release();
      resolve(opened ? 'ended' : 'refused');
    };
    const heard = (): void => {
      if (silence === undefined) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(end, silence);
    };

    signal.addEventListener('abort', end);
    heard();
    socket.onopen = () => {
      opened = true;
      heard();
      onOpen();
    };
    socket.onmessage = (event) => {
      heard();
      if (typeof event.data === 'string') onMessage(event.data);
    };
    // An error is followed by a close; the reason is not told (see probeKernel).
    socket.onerror = () => {};
    socket.onclose = end;
  });
}
