import type { SimulatedConnection } from '../household/connection.ts';
import { type Bytes, connectionsOf, createHousehold, type LogLine } from '../household/household.ts';
import type { Truth } from '../household/truth.ts';
import type { WorkloadShape } from '../household/workload.ts';
import { connectionMessage } from './connection-message.ts';

/** A `/connections` message and when it arrived, epoch milliseconds. */
export interface TimedMessage {
  readonly at: number;
  readonly message: string;
}

export interface GeneratedHousehold {
  readonly frames: readonly TimedMessage[];
  readonly logs: readonly LogLine[];
  /** The kernel's totals at the last frame. */
  readonly totals: Bytes;
  /** What moved up to the last frame, which shows all of it: nothing moves any more. */
  readonly truth: Truth;
  /** All that ever opened. */
  readonly connections: readonly SimulatedConnection[];
}

/**
 * Makes a recording at once, without waiting: connections open for so many seconds, and frames go on until all bytes
 * have moved and only idle UDP flows are left. The first frame is that of a kernel that has just started.
 *
 * @param options.frameEvery milliseconds between frames
 * @param options.startedAt epoch milliseconds of the first frame; 2026-11-24 00:00 UTC by default
 */
export function generateHousehold(options: {
  readonly seed: string;
  readonly shape: WorkloadShape;
  readonly seconds: number;
  readonly frameEvery: number;
  readonly startedAt?: number;
}): GeneratedHousehold {
  const { seed, shape, frameEvery, startedAt = Date.UTC(2026, 10, 24) } = options;
  const arrivalsUntil = startedAt + options.seconds * 1000;
  const played = { seed, shape, startedAt, arrivalsUntil };
  const household = createHousehold(played);
  const frames: TimedMessage[] = [];
  const logs: LogLine[] = [];
  for (let at = startedAt; ; at += frameEvery) {
    logs.push(...household.advance(at));
    const open = household.connections();
    frames.push({ at, message: connectionMessage(household.totals(), open, 0) });
    if (at >= arrivalsUntil && open.every(({ connection }) => connection.network === 'udp')) break;
  }
  return {
    frames,
    logs,
    totals: household.totals(),
    truth: household.truth(),
    connections: connectionsOf(played),
  };
}
