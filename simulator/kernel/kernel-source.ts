import type { Bytes } from '../../core/traffic.ts';
import type { SimulatedConnection } from '../household/connection.ts';
import { connectionsOf, createHousehold, type LogLine } from '../household/household.ts';
import type { NodeTotal, Truth } from '../household/truth.ts';
import type { WorkloadShape } from '../household/workload.ts';
import { catalogAnswers, type KernelAnswers } from './catalog-answers.ts';
import { connectionMessage } from './connection-message.ts';

/** What a simulated kernel has to tell, whether played back or made up. It holds no clock: time is handed to it. */
export interface KernelSource {
  /** Lets the simulated time pass to an instant (epoch milliseconds, never backwards) and gives the log of it. */
  advance(to: number): readonly LogLine[];
  /** The `/connections` message as it is. */
  message(): string;
  /** The kernel's totals as they are, in bytes. */
  totals(): { readonly upload: number; readonly download: number };
  /** Whether `/traffic` tells them, as kernels do since December 2025. */
  readonly tellsTotals: boolean;
  /** Memory in use, in bytes. */
  memory(): number;
  answers(): KernelAnswers;
  /** Closes one connection, or all. What is recorded goes on as recorded. */
  close(id?: string): void;
  /** The kernel's process ends. */
  die(): void;
  /** The kernel's process starts again: totals and the ids of connections start over. */
  revive(): void;
  /** Exact bytes by node since the simulation began, all lives of the kernel together. */
  nodeTotals(): readonly NodeTotal[];
  /** What is known to be true, as data for tests. */
  truth(): unknown;
  /** How far a recording has played, and how long it is, in milliseconds; undefined for what has no end. */
  position(): { readonly position: number; readonly duration: number } | undefined;
}

/**
 * A kernel with made-up people behind it.
 *
 * @param options.seed the same seed and times give the same messages
 * @param options.startedAt epoch milliseconds
 * @param options.checkEvery milliseconds between health checks of a node; there are none when it is left out
 */
export function createHouseholdSource(options: {
  readonly seed: string;
  readonly shape: WorkloadShape;
  readonly startedAt: number;
  readonly checkEvery?: number;
}): KernelSource {
  const household = createHousehold(options);
  const { checkEvery } = options;
  let now = options.startedAt;
  let revivedAt = now;
  const memory = (): number => 48_000_000 + household.connections().length * 40_960;
  return {
    advance(to) {
      now = Math.max(now, to);
      return household.advance(now);
    },
    message: () => connectionMessage(household.totals(), household.connections(), memory()),
    totals: () => household.totals(),
    tellsTotals: true,
    memory,
    answers: () =>
      catalogAnswers(now, checkEvery === undefined ? undefined : { every: checkEvery, since: revivedAt }, revivedAt),
    close: (id) => household.close(id),
    die: () => household.die(),
    revive() {
      revivedAt = now;
      household.revive();
    },
    nodeTotals: () => household.truth().nodes,
    truth: () => ({ kind: 'household', at: now, kernel: household.totals(), ...household.truth() }),
    position: () => undefined,
  };
}

/** A `/connections` message and when it arrived, epoch milliseconds. */
interface TimedMessage {
  readonly at: number;
  readonly message: string;
}

interface GeneratedHousehold {
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
