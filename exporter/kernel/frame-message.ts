import type { Connection, ConnectionDetails, Frame } from '../ledger/frame.ts';
import { createRollCall, type RollEntry } from '../ledger/roll-call.ts';

/** A `/connections` message that cannot be accounted; the message names the path and what is wrong with it. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Turns `/connections` messages of one kernel into frames. */
export interface FrameDecoder {
  /**
   * @param text one message, as received
   * @param at when it arrived, epoch milliseconds
   * @throws FrameError when it is cut, misses a field, or holds a count that a number cannot hold exactly
   */
  decode(text: string, at: number): Frame;
}

/** What is kept of an open connection. */
interface Known extends RollEntry {
  readonly details: ConnectionDetails;
}

/**
 * Checks by hand rather than by schema: this runs over thousands of connections a second. Only the counters are read
 * anew in each frame; the details of a connection are read at first sight and kept while it is open, with its id, so
 * that whoever looks it up compares the same text with itself.
 *
 * Shape: mihomo `hub/route/connections.go` and `tunnel/statistic`; `connections` is null when there are none.
 */
export function createFrameDecoder(): FrameDecoder {
  const roll = createRollCall<Known>();
  return {
    decode(text, at) {
      const message = parseObject(text);
      const raw = message.connections ?? [];
      if (!Array.isArray(raw)) throw new FrameError('connections: expected a list or null');
      roll.begin();
      const connections: Connection[] = new Array(raw.length);
      for (let index = 0; index < raw.length; index += 1) {
        const item = raw[index] as RawConnection | null;
        if (typeof item !== 'object' || item === null)
          throw new FrameError(`connections[${index}]: expected an object`);
        const { id, upload, download } = item;
        if (typeof id !== 'string' || id === '') throw new FrameError(`connections[${index}].id: expected a text`);
        if (!isCount(upload)) throw countError(`connections[${index}].upload`, upload);
        if (!isCount(download)) throw countError(`connections[${index}].download`, download);
        const known = roll.find(id) ?? { id, details: readDetails(item, index), call: 0, position: 0 };
        roll.answer(known);
        connections[index] = { id: known.id, upload, download, details: known.details };
      }
      const frame = {
        at,
        download: count(message.downloadTotal, 'downloadTotal'),
        upload: count(message.uploadTotal, 'uploadTotal'),
        memory: isCount(message.memory) ? message.memory : 0,
        connections,
      };
      roll.end();
      return frame;
    },
  };
}

interface RawConnection {
  readonly id?: unknown;
  readonly upload?: unknown;
  readonly download?: unknown;
  readonly start?: unknown;
  readonly metadata?: unknown;
  readonly chains?: unknown;
  readonly providerChains?: unknown;
  readonly rule?: unknown;
  readonly rulePayload?: unknown;
}

function parseObject(text: string): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    throw new FrameError(`the message of ${text.length} characters is not whole JSON`, { cause: error });
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new FrameError('expected an object with downloadTotal, uploadTotal and connections');
  }
  return message as Record<string, unknown>;
}

function readDetails(item: RawConnection, index: number): ConnectionDetails {
  const metadata = (typeof item.metadata === 'object' && item.metadata !== null ? item.metadata : {}) as Record<
    string,
    unknown
  >;
  const chains = Array.isArray(item.chains) ? item.chains.filter((name) => typeof name === 'string') : [];
  if (chains.length === 0) throw new FrameError(`connections[${index}].chains: expected a list of names`);
  const providers: unknown = item.providerChains;
  return {
    start: Date.parse(asText(item.start)) || 0,
    network: asText(metadata.network),
    type: asText(metadata.type),
    sourceIP: asText(metadata.sourceIP),
    sourcePort: asText(metadata.sourcePort),
    host: asText(metadata.host) || asText(metadata.sniffHost) || asText(metadata.destinationIP),
    destinationPort: asText(metadata.destinationPort),
    process: asText(metadata.process),
    inboundUser: asText(metadata.inboundUser),
    chains,
    provider: Array.isArray(providers) ? asText(providers[0]) : undefined,
    rule: asText(item.rule),
    rulePayload: asText(item.rulePayload),
  };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function count(value: unknown, path: string): number {
  if (isCount(value)) return value;
  throw countError(path, value);
}

function countError(path: string, value: unknown): FrameError {
  if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) {
    return new FrameError(`${path}: ${value} is beyond 2^53 and would be rounded; restart the kernel to begin anew`);
  }
  return new FrameError(`${path}: expected a whole number of bytes`);
}
