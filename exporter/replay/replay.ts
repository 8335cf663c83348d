import type { Dimension } from '../../core/metric-contract.ts';
import type { Bytes, Direction } from '../../core/traffic.ts';
import { createFrameDecoder } from '../kernel/decoder/frame-decoder.ts';
import { type IsKnownName, parseOpenedConnection } from '../kernel/decoder/messages.ts';
import type { TrafficSeries } from '../ledger/book.ts';
import type { FamilySeries } from '../ledger/family.ts';
import type { Catalog, Frame } from '../ledger/frame.ts';
import { createLedger, type LedgerOptions } from '../ledger/ledger.ts';
import { type RecordedLogLine, type RecordedMessage, sampleMessages } from './recording.ts';

export interface ReplayInput {
  readonly messages: readonly RecordedMessage[];
  /** The log stream, where it was recorded. */
  readonly log?: readonly RecordedLogLine[];
  readonly catalog: Catalog & { has: IsKnownName };
  readonly ledger: LedgerOptions;
  /** Milliseconds between frames. */
  readonly interval: number;
  /** Milliseconds into the recording at which the first frame is taken. */
  readonly phase: number;
  /** Counts the first frame too, as if the ledger had run when the kernel started. */
  readonly fromZero: boolean;
  /** Told before each frame how many were replayed. */
  readonly onFrame?: (replayed: number, all: number) => void;
}

/** What `flowcollect replay --json` prints: Σ series + carry = kernel, for each direction. */
export interface ReplayResult {
  readonly frames: number;
  readonly kernel: Bytes;
  readonly carry: Bytes;
  /** Bytes by which series, or a family, and carry differ from what the totals of the frames moved: 0 each. */
  readonly surplus: Bytes;
  readonly restarts: number;
  readonly series: readonly TrafficSeries[];
  readonly families: Readonly<Record<Dimension, readonly FamilySeries[]>>;
}

/**
 * Feeds a recorded stream through the ledger that devices run.
 *
 * @throws FrameError when a message is not a `/connections` message
 */
export function replay(input: ReplayInput): ReplayResult {
  const ledger = createLedger(input.ledger);
  const decoder = createFrameDecoder();
  const utf8 = new TextEncoder();
  const sampled = sampleMessages(input.messages, input.interval, input.phase);
  const log = input.log ?? [];
  ledger.setLogsAvailable(input.log !== undefined);
  const start = sampled[0]?.t ?? 0;
  let moved: Bytes = { upload: 0, download: 0 };
  let last: Bytes = moved;
  const apply = (frame: Frame): void => {
    const { kind } = ledger.apply(frame, input.catalog);
    if (kind === 'stale') return;
    const { upload, download } = frame;
    if (kind === 'counted') {
      moved = { upload: moved.upload + upload - last.upload, download: moved.download + download - last.download };
    }
    // What is new in a kernel that began again, the ledger alone tells.
    if (kind === 'restarted') moved = ledger.counters().kernel;
    last = { upload, download };
  };
  if (input.fromZero) {
    // The frame that a kernel would have sent before its first byte.
    apply({ at: start - input.interval, upload: 0, download: 0, memory: 0, connections: [] });
  }
  let next = 0;
  for (const [replayed, { t, text }] of sampled.entries()) {
    input.onFrame?.(replayed, sampled.length);
    for (let line = log[next]; line !== undefined && line.t <= t; next += 1, line = log[next]) {
      const opening = parseOpenedConnection(line.payload, line.t, input.catalog.has);
      if (opening !== undefined) ledger.noteConnectionOpened(opening);
    }
    apply(decoder.decode(utf8.encode(text), t));
  }
  const { kernel, carry, restarts, traffic, families } = ledger.counters();
  const cuts = [traffic, ...Object.values(families)];
  const surplus = {
    upload: farthestFrom(cuts, 'upload', moved.upload - carry.upload),
    download: farthestFrom(cuts, 'download', moved.download - carry.download),
  };
  return { frames: sampled.length, kernel, carry, surplus, restarts, series: traffic, families };
}

/** Of the cut that is farthest from what moved. */
export function farthestFrom(
  cuts: readonly (readonly { readonly direction: Direction; readonly bytes: number }[])[],
  direction: Direction,
  moved: number,
): number {
  const surpluses = cuts.map((cut) =>
    cut.reduce((sum, each) => sum + (each.direction === direction ? each.bytes : 0), -moved),
  );
  return surpluses.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0] ?? 0;
}
