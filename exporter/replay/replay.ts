import type { Dimension } from '../../core/metric-contract.ts';
import type { Bytes } from '../../core/traffic.ts';
import { createFrameDecoder } from '../kernel/decoder/frame-decoder.ts';
import { type IsKnownName, parseOpenedConnection } from '../kernel/streams.ts';
import type { TrafficSeries } from '../ledger/book.ts';
import type { FamilySeries } from '../ledger/family.ts';
import type { Catalog } from '../ledger/frame.ts';
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
}

/** What `flowcollect replay --json` prints: Σ series + carry = kernel, for each direction. */
export interface ReplayResult {
  readonly frames: number;
  readonly kernel: Bytes;
  readonly carry: Bytes;
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
  if (input.fromZero) {
    // The frame that a kernel would have sent before its first byte.
    ledger.apply({ at: start - input.interval, upload: 0, download: 0, memory: 0, connections: [] }, input.catalog);
  }
  let next = 0;
  for (const { t, text } of sampled) {
    for (let line = log[next]; line !== undefined && line.t <= t; next += 1, line = log[next]) {
      const opening = parseOpenedConnection(line.payload, line.t, input.catalog.has);
      if (opening !== undefined) ledger.noteConnectionOpened(opening);
    }
    ledger.apply(decoder.decode(utf8.encode(text), t), input.catalog);
  }
  const { kernel, carry, restarts, traffic, families } = ledger.counters();
  return { frames: sampled.length, kernel, carry, restarts, series: traffic, families };
}
