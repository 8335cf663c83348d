import * as z from 'zod';
import { parseJson } from '../../core/json.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { ConnectionOpened } from '../ledger/frame.ts';
import type { KernelApi } from './api.ts';

export interface LogStreamOptions {
  readonly api: KernelApi;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly isKnownName: IsKnownName;
  onOpened(connection: ConnectionOpened): void;
  /** Whether the stream is open. */
  onLogs(open: boolean): void;
}

/** Whether a text names a node or group of the kernel's catalog. */
export type IsKnownName = (name: string) => boolean;

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
  onLogs,
}: LogStreamOptions): Promise<void> {
  while (!signal.aborted) {
    await api.follow({
      path: '/logs?level=info',
      signal,
      onOpen: () => onLogs(true),
      onMessage(message) {
        const text = utf8.decode(message);
        // Every line looked for holds `-->`, of which JSON encoders of the kernel's kind escape the last character.
        if (!text.includes('--')) return;
        const line = LogMessage.safeParse(parseJson(text));
        const connection = line.success
          ? parseOpenedConnection(line.data.payload, clock.now(), isKnownName)
          : undefined;
        if (connection !== undefined) onOpened(connection);
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
