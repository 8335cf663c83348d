import type { Bytes } from '../../core/traffic.ts';
import { announcement, movedBy, type SimulatedConnection } from './connection.ts';
import { createEmitters, type Emitter } from './emitter.ts';
import { createTruthBook, type Truth } from './truth.ts';
import { WORKLOADS, type WorkloadShape } from './workload.ts';

/** A line of the kernel's log. */
export interface LogLine {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly payload: string;
}

/** A connection as it is. */
export interface OpenConnection extends Bytes {
  readonly connection: SimulatedConnection;
}

/**
 * Simulated people behind a simulated kernel. Everything follows from the seed and the time it is advanced to; how
 * often that happens changes nothing.
 */
export interface Household {
  /** Lets the time pass to an instant (epoch milliseconds, never backwards) and gives what the kernel logged. */
  advance(to: number): readonly LogLine[];
  /**
   * The open connections, in the order they opened. Their bytes are read up to a millisecond after the totals, as the
   * real kernel does, so that the two need not agree while bytes move.
   */
  connections(): readonly OpenConnection[];
  /** Bytes since the kernel's (last) start, without connections that are not counted. */
  totals(): Bytes;
  /** Closes one connection, or all. */
  close(id?: string): void;
  /** The kernel dies: its connections end, and nobody gets through until it is back. */
  die(): void;
  /** The kernel starts again: totals begin at 0. */
  revive(): void;
  truth(): Truth;
}

interface HouseholdOptions {
  readonly seed: string;
  readonly shape: WorkloadShape;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Nothing opens after it; without it the household goes on forever. */
  readonly arrivalsUntil?: number;
}

/** Every connection that a household ever opens, as long as nobody closes one and its kernel lives. */
export function connectionsOf(options: HouseholdOptions & { readonly arrivalsUntil: number }): SimulatedConnection[] {
  return emittersOf(options).flatMap((emitter) => {
    const opened: SimulatedConnection[] = [];
    while (emitter.nextAt() <= options.arrivalsUntil) opened.push(...emitter.emit());
    return opened;
  });
}

function emittersOf({ seed, shape, startedAt, arrivalsUntil }: HouseholdOptions): Emitter[] {
  return createEmitters(WORKLOADS[shape], {
    seed: `${seed}/${shape}`,
    from: startedAt,
    until: arrivalsUntil ?? Infinity,
  });
}

export function createHousehold(options: HouseholdOptions): Household {
  const emitters = emittersOf(options);
  const book = createTruthBook();
  let open: SimulatedConnection[] = [];
  let closedInThisLife: Bytes = { upload: 0, download: 0 };
  let alive = true;
  let now = options.startedAt;
  /** The latest instant up to which a frame has shown bytes; what was shown has moved. */
  let shownAt = now;

  const end = (connection: SimulatedConnection, at: number): void => {
    book.close(connection, at);
    if (connection.counted) closedInThisLife = plus(closedInThisLife, connection, at);
  };
  const closeDue = (): void => {
    open = open.filter((connection) => {
      if (connection.closesAt > now) return true;
      end(connection, now);
      return false;
    });
  };

  const close = (id?: string): void => {
    const at = Math.max(now, shownAt);
    open = open.filter((connection) => {
      if (id !== undefined && connection.id !== id) return true;
      end(connection, at);
      return false;
    });
  };

  return {
    advance(to) {
      const lines: LogLine[] = [];
      for (;;) {
        const next = emitters.reduce((first, each) => (each.nextAt() < first.nextAt() ? each : first));
        if (next.nextAt() > to) break;
        now = next.nextAt();
        const opened = next.emit();
        if (!alive) continue;
        open.push(...opened);
        for (const connection of opened) {
          if (connection.announced) lines.push({ at: now, level: 'info', payload: announcement(connection) });
        }
        // A long leap must not hold every connection of a day at once.
        if (open.length > 2000) closeDue();
      }
      now = Math.max(now, to);
      closeDue();
      return lines;
    },
    connections() {
      shownAt = Math.max(shownAt, now + ((now * 0.618) % 1));
      return open.map((connection) => ({
        connection,
        upload: movedBy(connection.upload, shownAt),
        download: movedBy(connection.download, shownAt),
      }));
    },
    totals: () => open.reduce((sum, each) => (each.counted ? plus(sum, each, now) : sum), closedInThisLife),
    close,
    die() {
      close();
      alive = false;
    },
    revive() {
      alive = true;
      closedInThisLife = { upload: 0, download: 0 };
    },
    truth: () => book.read(open, now),
  };
}

function plus(sum: Bytes, connection: SimulatedConnection, at: number): Bytes {
  return {
    upload: sum.upload + movedBy(connection.upload, at),
    download: sum.download + movedBy(connection.download, at),
  };
}
