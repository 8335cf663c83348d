import * as z from 'zod/mini';
import { parseJson } from '../../core/json.ts';
import type { Bytes } from '../../core/traffic.ts';
import type { Clock } from '../../runtime/async.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { WebSocketRequest } from '../host/network.ts';
import type { ConnectionOpened, Totals } from '../ledger/frame.ts';
import type { KernelApi } from './api.ts';
import { decodeTotals, FrameError, type IsKnownName, parseOpenedConnection } from './decoder/messages.ts';
import type { KernelProblem } from './problem.ts';

interface KernelStream {
  readonly api: KernelApi;
  /** Path and query, such as `/connections?interval=1000`. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Give up a stream that says nothing for this many milliseconds; undefined for streams that may be quiet. */
  readonly silence?: number;
  onOpen?(): void;
  /** The bytes of one text message, which are UTF-8; what it throws is not caught here. */
  onMessage(message: Uint8Array): void;
}

/** How a stream ended: it could not be opened, or it was open and then closed, fell silent or was stopped. */
type StreamEnd = 'refused' | 'ended';

/** How long a stream may take to open: to be connected, and then to be answered. */
const OPENING_MS = 10_000;

/** Follows a WebSocket until it ends; resolves then. */
export async function follow(stream: KernelStream): Promise<StreamEnd> {
  for (const request of stream.api.streamRequests(stream.path)) {
    if (stream.signal.aborted) break;
    if ((await followBy(request, stream)) === 'ended') return 'ended';
  }
  return 'refused';
}

function followBy(
  request: Pick<WebSocketRequest, 'path' | 'headers'>,
  { api, signal, silence, onOpen, onMessage }: KernelStream,
): Promise<StreamEnd> {
  return new Promise((resolve) => {
    let opened = false;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      clearTimeout(watchdog);
      signal.removeEventListener('abort', end);
      socket.close();
      resolve(opened ? 'ended' : 'refused');
    };
    const restartWatchdog = (): void => {
      clearTimeout(watchdog);
      if (silence !== undefined) watchdog = setTimeout(end, silence);
    };
    let watchdog = setTimeout(end, OPENING_MS);
    const socket = api.webSocket({
      ...request,
      onOpen() {
        opened = true;
        restartWatchdog();
        onOpen?.();
      },
      onMessage(message) {
        if (ended) return;
        restartWatchdog();
        onMessage(message);
      },
      onClose: end,
    });
    signal.addEventListener('abort', end);
  });
}

interface FrameStreamOptions {
  readonly api: KernelApi;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Milliseconds between frames. */
  readonly pollInterval: number;
  onMessage(message: Uint8Array, via: 'websocket' | 'get'): void;
}

/** How long GET is used before the WebSocket is tried again. */
const FALLBACK_MS = 60_000;

/**
 * Brings `/connections` messages until the kernel is lost or the signal aborts: by WebSocket, or by GET where a
 * WebSocket cannot be had or brings nothing (a proxy in between, an old kernel).
 *
 * @returns why GET failed, or undefined when the WebSocket ended or it was stopped
 */
export async function followFrames(options: FrameStreamOptions): Promise<KernelProblem | undefined> {
  const { api, signal, pollInterval, onMessage } = options;
  while (!signal.aborted) {
    let brought = false;
    const end = await follow({
      api,
      path: `/connections?interval=${pollInterval}`,
      signal,
      silence: Math.max(10_000, 5 * pollInterval),
      onMessage(message) {
        brought = true;
        onMessage(message, 'websocket');
      },
    });
    if (end === 'ended' && brought) return undefined;
    const problem = await poll(options);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function poll(options: FrameStreamOptions): Promise<KernelProblem | undefined> {
  const { api, signal, clock, pollInterval, onMessage } = options;
  const began = clock.now();
  // A clock that is set back meanwhile must not keep it here, nor asleep.
  while (!signal.aborted && Math.abs(clock.now() - began) < FALLBACK_MS) {
    const due = clock.now() + pollInterval;
    const answer = await api.get('/connections', signal);
    if (signal.aborted) return undefined;
    if (answer.kind === 'problem') return answer.problem;
    onMessage(answer.value, 'get');
    await clock.sleep(Math.min(pollInterval, Math.max(0, due - clock.now())), signal);
  }
  return undefined;
}

interface LogStreamOptions {
  readonly api: KernelApi;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly isKnownName: IsKnownName;
  onOpened(connection: ConnectionOpened): void;
  /** The kernel has taken new settings, or a provider other nodes. */
  onReload(): void;
  /** Whether the stream is open. */
  onLogs(open: boolean): void;
}

/** What the kernel says as its nodes change (mihomo `config.Parse`, `hub/executor`, `component/resource/fetcher.go`). */
const RELOADS = ['Initial configuration complete', 'Start initial ', "'s content update"];

const LogMessage = z.object({ payload: z.string() });
const utf8 = new TextDecoder();
const RETRY_MS = 10_000;

/**
 * Follows `/logs` for the connections that open, until the signal aborts; where the stream cannot be had it is tried
 * again, and nothing else fails.
 */
export async function followLog({
  api,
  signal,
  clock,
  isKnownName,
  onOpened,
  onReload,
  onLogs,
}: LogStreamOptions): Promise<void> {
  while (!signal.aborted) {
    await follow({
      api,
      path: '/logs?level=info',
      signal,
      onOpen: () => onLogs(true),
      onMessage(message) {
        const text = utf8.decode(message);
        // Lines of connections hold `-->`, of which JSON encoders of the kernel's kind escape the last character.
        if (!text.includes('--') && !RELOADS.some((words) => text.includes(words))) return;
        const line = LogMessage.safeParse(parseJson(text));
        if (!line.success) return;
        const { payload } = line.data;
        const connection = parseOpenedConnection(payload, clock.now(), isKnownName);
        if (connection !== undefined) onOpened(connection);
        else if (RELOADS.some((words) => payload.includes(words))) onReload();
      },
    });
    onLogs(false);
    await clock.sleep(RETRY_MS, signal);
  }
}

interface TrafficStreamOptions {
  readonly api: KernelApi;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between frames. */
  readonly pollInterval: number;
  onTotals(totals: Totals): void;
}

/**
 * A stream ends with the kernel, but over a broken network that is noticed late. It is of the same life as the frames
 * after its opening for as long as their own stream holds; once frames came another way, nothing is sure until it is
 * opened again.
 */
type StreamState = 'closed' | 'new' | 'trusted' | 'doubtful';

/** Frames do not wait longer than this for the stream to open. */
const PATIENCE_MS = 1000;
/** The kernel sends totals so often, counted from when the stream opened. */
const PERIOD_MS = 1000;
const SILENCE_MS = 10_000;

/** Follows the totals of `/traffic` besides the frames, and tells which of them are surely of the last frame's life. */
export function createTrafficStream(options: TrafficStreamOptions) {
  const { api, clock, logger, pollInterval, onTotals } = options;
  let state: StreamState = 'closed';
  let said = '';

  const say = (text: string, write: () => void): void => {
    if (text !== said) write();
    said = text;
  };

  /** @returns whether the kernel tells totals at all */
  function take(message: Uint8Array): boolean {
    let totals: Bytes | undefined;
    try {
      totals = decodeTotals(message);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      const detail = error.message;
      say(detail, () => logger.warn({ detail }, 'a /traffic message of the kernel is not used'));
      return true;
    }
    if (totals !== undefined) onTotals({ ...totals, at: clock.now(), continues: state === 'trusted' });
    else say('none', () => logger.debug('the kernel is too old to tell its totals in /traffic'));
    return totals !== undefined;
  }

  /** Until the signal, or until the kernel turns out to tell no totals; nothing else fails. */
  async function keepOpen(stopping: AbortSignal, turn: (next: StreamState) => void): Promise<void> {
    const none = new AbortController();
    const signal = AbortSignal.any([stopping, none.signal]);
    while (!signal.aborted) {
      await follow({
        api,
        path: '/traffic',
        signal,
        silence: SILENCE_MS,
        onOpen: () => turn('new'),
        onMessage(message) {
          if (!take(message)) none.abort();
        },
      });
      turn('closed');
      await clock.sleep(RETRY_MS, signal);
    }
  }

  return {
    /**
     * Opens the stream before the first frame is asked for, so that this frame shows which life the stream is of.
     *
     * @returns once frames may be asked for; what it holds resolves when the stream has ended with the signal
     */
    async begin(signal: AbortSignal) {
      let decide = (): void => {};
      const decided = new Promise<void>((resolve) => {
        decide = resolve;
      });
      const ended = keepOpen(signal, (next) => {
        state = next;
        decide();
      });
      await Promise.race([decided, clock.sleep(PATIENCE_MS, signal)]);
      // Totals that come half-way between frames tell the most.
      if (state === 'new') await clock.sleep(Math.min(PERIOD_MS, pollInterval) / 2, signal);
      return { ended };
    },
    /** A frame has come. @param held whether its link held since the frame before */
    noteFrame(via: 'websocket' | 'get', held: boolean) {
      if (state === 'new') state = via === 'websocket' ? 'trusted' : 'doubtful';
      else if (state === 'trusted' && !held) state = 'doubtful';
    },
  };
}
