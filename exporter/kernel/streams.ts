import * as z from 'zod/mini';
import { parseJson } from '../../core/json.ts';
import type { Bytes } from '../../core/traffic.ts';
import type { Clock } from '../../runtime/async.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { ConnectionOpened, Totals } from '../ledger/frame.ts';
import type { KernelApi } from './api.ts';
import { count, FrameError, isCount } from './decoder/parsed-frame.ts';
import type { KernelProblem } from './problem.ts';

export interface FrameStreamOptions {
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
    const end = await api.follow({
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

export interface LogStreamOptions {
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

/** Whether a text names a node or group of the kernel's catalog. */
export type IsKnownName = (name: string) => boolean;

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
    await api.follow({
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

/** `[TCP] 127.0.0.13:38423(node) --> t.me:18006 match DstPort(18006) using 流媒体[美国 01 [0.5x]]` */
const LINE = /^\[(TCP|UDP)\] (.+?) --> (.+?) (?:match (.+?) using|doesn't match any rule using|using) (.+)$/;
/** The address, and in brackets the process, the user id or both (mihomo `constant/metadata.go`, `SourceDetail`). */
const SOURCE = /^(.+?):(\d+)(?:\((?:(.*), )?uid=\d+\)|\((.*)\))?$/;
const DESTINATION = /^(.+):(\d+)$/;
const RULE = /^([^(]+)(?:\((.*)\))?$/;

/**
 * The connection that a `/logs?level=info` line announces, or undefined when it announces none (mihomo `tunnel.go`
 * logs one such line for each connection as it starts).
 *
 * @param payload the `payload` of the log message
 * @param at when it arrived, epoch milliseconds
 * @param isKnownName names hold spaces, brackets and bars, so the text after `using` is looked up whole before it is
 *   cut at its first `[` and last `]`
 */
export function parseOpenedConnection(
  payload: string,
  at: number,
  isKnownName: IsKnownName,
): ConnectionOpened | undefined {
  const line = LINE.exec(payload);
  const source = SOURCE.exec(line?.[2] ?? '');
  const destination = DESTINATION.exec(line?.[3] ?? '');
  if (line === null || source === null || destination === null) return undefined;
  const rule = RULE.exec(line[4] ?? '');
  return {
    at,
    network: (line[1] ?? '').toLowerCase(),
    sourceIP: unbracket(source[1] ?? ''),
    sourcePort: source[2] ?? '',
    host: unbracket(destination[1] ?? ''),
    destinationPort: destination[2] ?? '',
    process: source[3] ?? source[4] ?? '',
    rule: rule?.[1] ?? '',
    rulePayload: rule?.[2] ?? '',
    ...splitTarget(line[5] ?? '', isKnownName),
  };
}

/** `Group[Node]`, or a node that the rule names directly. */
function splitTarget(target: string, isKnownName: IsKnownName): { group: string; node: string } {
  const open = target.indexOf('[');
  if (!isKnownName(target) && open > 0 && target.endsWith(']')) {
    return { group: target.slice(0, open), node: target.slice(open + 1, -1) };
  }
  return { group: target, node: target };
}

function unbracket(address: string): string {
  return address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
}

export interface TrafficStreamOptions {
  readonly api: KernelApi;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between frames. */
  readonly pollInterval: number;
  onTotals(totals: Totals): void;
}

/** Follows the totals of `/traffic` besides the frames, and tells which of them are surely of the last frame's life. */
export interface TrafficStream {
  /**
   * Opens the stream before the first frame is asked for, so that this frame shows which life the stream is of.
   *
   * @returns once frames may be asked for; what it holds resolves when the stream has ended with the signal
   */
  begin(signal: AbortSignal): Promise<{ readonly ended: Promise<void> }>;
  /**
   * A frame has come.
   *
   * @param held whether its link held since the frame before
   */
  noteFrame(via: 'websocket' | 'get', held: boolean): void;
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

export function createTrafficStream(options: TrafficStreamOptions): TrafficStream {
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
  async function follow(stopping: AbortSignal, turn: (next: StreamState) => void): Promise<void> {
    const none = new AbortController();
    const signal = AbortSignal.any([stopping, none.signal]);
    while (!signal.aborted) {
      await api.follow({
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
    async begin(signal) {
      let decide = (): void => {};
      const decided = new Promise<void>((resolve) => {
        decide = resolve;
      });
      const ended = follow(signal, (next) => {
        state = next;
        decide();
      });
      await Promise.race([decided, clock.sleep(PATIENCE_MS, signal)]);
      // Totals that come half-way between frames tell the most.
      if (state === 'new') await clock.sleep(Math.min(PERIOD_MS, pollInterval) / 2, signal);
      return { ended };
    },
    noteFrame(via, held) {
      if (state === 'new') state = via === 'websocket' ? 'trusted' : 'doubtful';
      else if (state === 'trusted' && !held) state = 'doubtful';
    },
  };
}

/**
 * The totals in a `/traffic` message, `{"up":0,"down":0,"upTotal":0,"downTotal":0}` (mihomo `hub/route/server.go`).
 *
 * @param message its UTF-8 bytes
 * @returns undefined from a kernel before December 2025, which tells rates alone
 * @throws FrameError when it is cut, or holds a count that a number cannot hold exactly
 */
export function decodeTotals(message: Uint8Array): Bytes | undefined {
  const totals = parseJson(message);
  if (typeof totals !== 'object' || totals === null) {
    throw new FrameError(`the message of ${message.length} bytes is not whole JSON`);
  }
  const { up, down, upTotal, downTotal } = totals as Record<string, unknown>;
  if (upTotal === undefined && downTotal === undefined && isCount(up) && isCount(down)) return undefined;
  return { upload: count(upTotal, 'upTotal'), download: count(downTotal, 'downTotal') };
}
