import { parseJson } from '../../../core/json.ts';
import type { Bytes } from '../../../core/traffic.ts';
import type { IndexEntry, OrderedIndex } from '../../ledger/connection-table.ts';
import type { Connection, ConnectionDetails, ConnectionOpened, Frame } from '../../ledger/frame.ts';

/** A message of the kernel that cannot be accounted; the text names the path and what is wrong with it. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Whether this counts bytes, exactly. */
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** @throws FrameError when it is none, or one that a number cannot hold exactly */
function count(value: unknown, path: string): number {
  if (isCount(value)) return value;
  if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) {
    throw new FrameError(`${path}: ${value} is beyond 2^53 and would be rounded; restart the kernel to begin at 0`);
  }
  throw new FrameError(`${path}: expected a whole number of bytes`);
}

/**
 * Where a message has one connection. All that changes of it from frame to frame are its two counters, which stand side
 * by side (mihomo `tunnel/statistic/tracker.go`, `TrackerInfo`), and, on kernels with smart groups, its highest rates at
 * its end (vernesong/mihomo). Comparing the rest with the message before costs a fraction of parsing it.
 */
export interface ConnectionSpan {
  message: Buffer;
  begin: number;
  /** Where its counters begin, and what follows them. */
  counts: number;
  tail: number;
  /** Where the rest of it ends: highest rates may follow. */
  rest: number;
}

/**
 * What is kept of an open connection: its details are read at first sight and kept, with its id, so that whoever looks
 * it up compares the same text with itself.
 */
export interface KnownConnection extends IndexEntry {
  readonly details: ConnectionDetails;
  /** When it opened, as written: a restarted kernel may use an id again. */
  readonly start: unknown;
  /** Where it was last read; undefined where it must be parsed each time. */
  span: ConnectionSpan | undefined;
  /** What it was once said to have moved was no count of bytes: it counts as one that moves nothing, as long as it is open. */
  isUncountable: boolean;
}

/** Called with a connection that cannot be counted: the path and what is wrong with it. */
export type NoteBadConnection = (detail: string) => void;

/**
 * The plain way to read a `/connections` message, which says what a good one is. Checks by hand rather than by schema:
 * this runs over thousands of connections a second.
 *
 * Shape: mihomo `hub/route/connections.go` and `tunnel/statistic`; `connections` is null when there are none.
 *
 * @param known the connections that messages before have shown
 * @throws FrameError
 */
export function readParsedFrame(
  message: Uint8Array,
  at: number,
  known: OrderedIndex<KnownConnection>,
  noteBad: NoteBadConnection = () => {},
): Frame {
  const value = parseJson(message);
  if (value === undefined) throw new FrameError(`the message of ${message.length} bytes is not whole JSON`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FrameError('expected an object with downloadTotal, uploadTotal and connections');
  }
  const { downloadTotal, uploadTotal, memory, connections = null } = value as Record<string, unknown>;
  if (connections !== null && !Array.isArray(connections)) {
    throw new FrameError('connections: expected a list or null');
  }
  known.begin();
  const frame = {
    at,
    connections: (connections ?? []).flatMap(
      (item, index) => readParsedConnection(item, index, known, noteBad)?.connection ?? [],
    ),
    download: count(downloadTotal, 'downloadTotal'),
    upload: count(uploadTotal, 'uploadTotal'),
    memory: isCount(memory) ? memory : 0,
  };
  known.end();
  return frame;
}

/**
 * One connection of a message, with its details of first sight. One connection must not end the counting of all: what a
 * bad one moves is in the totals, and goes where the bytes go that no connection shows.
 *
 * @param value its JSON
 * @param index where in the list it is, for what is noted
 * @returns undefined where nothing tells it from others: it is left out
 */
export function readParsedConnection(
  value: unknown,
  index: number,
  known: OrderedIndex<KnownConnection>,
  noteBad: NoteBadConnection,
): { readonly entry: KnownConnection; readonly connection: Connection } | undefined {
  const item = (typeof value === 'object' ? value : null) as Readonly<Record<string, unknown>> | null;
  const { id, start, upload, download } = item ?? {};
  if (item === null || typeof id !== 'string' || id === '') {
    noteBad(`connections[${index}].id: expected a text`);
    return undefined;
  }
  const before = known.find(id);
  const entry: KnownConnection =
    before?.start === start && before !== undefined
      ? before
      : { id, start, details: readDetails(item), span: undefined, isUncountable: false, list: 0, position: 0 };
  known.append(entry);
  if (isCount(upload) && isCount(download) && !entry.isUncountable)
    return { entry, connection: { id: entry.id, upload, download, details: entry.details } };
  noteBad(`connections[${index}].${isCount(upload) ? 'download' : 'upload'}: expected a whole number of bytes`);
  // Were it taken again once it counts, it would bring along what others were taken to have moved.
  entry.isUncountable = true;
  return { entry, connection: { id: entry.id, upload: 0, download: 0, details: entry.details } };
}

/**
 * Shape: mihomo `tunnel/statistic/tracker.go` (`TrackerInfo`) and `constant/metadata.go`. What it does not say is empty:
 * one connection must not end the counting of all.
 */
function readDetails(item: Readonly<Record<string, unknown>>): ConnectionDetails {
  const metadata = (typeof item.metadata === 'object' && item.metadata !== null ? item.metadata : {}) as Record<
    string,
    unknown
  >;
  const chains = Array.isArray(item.chains) ? item.chains.filter((name) => typeof name === 'string') : [];
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

/** Whether a text names a node or group of the kernel's catalog. */
export type IsKnownName = (name: string) => boolean;

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
