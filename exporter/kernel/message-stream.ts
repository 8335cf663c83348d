import { WebSocket } from 'ws';
import type { KernelEndpoint, WebSocketWay } from './endpoint.ts';

export interface MessageStreamOptions {
  readonly endpoint: KernelEndpoint;
  /** Path and query, such as `/connections?interval=1000`. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Give up a stream that says nothing for this many milliseconds; undefined for streams that may be quiet. */
  readonly silence?: number;
  onOpen(): void;
  /** The bytes of one text message, which are UTF-8; what it throws is not caught here. */
  onMessage(message: Buffer): void;
}

/** How a stream ended: it could not be opened, or it was open and then closed, fell silent or was stopped. */
export type StreamEnd = 'refused' | 'ended';

/** How long a stream may take to open: to be connected, and then to be answered. */
const OPENING_MS = 10_000;

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
    const { url, headers, createConnection, release } = way;
    const socket = new WebSocket(url, {
      headers,
      createConnection,
      // Kernels do not pack their messages; a packed one would need a window of 64 KiB and more for each stream.
      perMessageDeflate: false,
    });
    let opened = false;
    let ended = false;
    let watchdog: NodeJS.Timeout | undefined;

    const end = (): void => {
      if (ended) return;
      ended = true;
      clearTimeout(watchdog);
      signal.removeEventListener('abort', end);
      socket.close();
      release();
      resolve(opened ? 'ended' : 'refused');
    };
    const heard = (): void => {
      clearTimeout(watchdog);
      if (silence !== undefined) watchdog = setTimeout(end, silence);
    };

    signal.addEventListener('abort', end);
    // The handshakeTimeout of ws holds only for connections that it opens itself.
    watchdog = setTimeout(end, OPENING_MS);
    socket.on('open', () => {
      opened = true;
      heard();
      onOpen();
    });
    socket.on('message', (message, isBinary) => {
      if (ended) return;
      heard();
      // Never a list or an ArrayBuffer, since binaryType is what it is at first.
      if (!isBinary && Buffer.isBuffer(message)) onMessage(message);
    });
    // An error is followed by a close; the reason is not told (see probeKernel).
    socket.on('error', () => {});
    socket.on('close', end);
  });
}
