import type { LogLine } from '../household/household.ts';
import type { NodeTotal } from '../household/truth.ts';

/** What a simulated kernel answers about its configuration, as JSON texts. */
export interface KernelAnswers {
  readonly version: string;
  readonly configs: string;
  readonly proxies: string;
  readonly providers: string;
}

/** What a simulated kernel has to tell, whether played back or made up. It holds no clock: time is handed to it. */
export interface KernelSource {
  /** Lets the simulated time pass to an instant (epoch milliseconds, never backwards) and gives the log of it. */
  advance(to: number): readonly LogLine[];
  /** The `/connections` message as it stands. */
  message(): string;
  /** The kernel's totals as they stand, in bytes. */
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
