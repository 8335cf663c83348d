import type { Clock } from '../../runtime/clock.ts';
import type { Bytes } from '../ledger/bytes.ts';
import type { KernelApi } from './api.ts';
import { FrameError } from './decoder/frame-error.ts';
import { decodeTotals } from './decoder/totals-message.ts';

export interface TotalsStreamOptions {
  readonly api: KernelApi;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The stream is open, for the first time or anew. */
  onOpen(): void;
  onTotals(totals: Bytes): void;
  /** The stream could not be opened, or it has ended; it is tried again. */
  onEnd(): void;
  /** The kernel tells no totals, and the stream is given up. */
  onNone(): void;
  /** A message that cannot be used, and is not; which path of it and why. */
  onBad(detail: string): void;
}

const RETRY_MS = 10_000;
/** A message comes each second. */
const SILENCE_MS = 10_000;

/** Follows `/traffic` until the signal aborts or the kernel turns out to tell no totals there; nothing else fails. */
export async function followTotals(options: TotalsStreamOptions): Promise<void> {
  const { api, clock, onOpen, onTotals, onEnd, onNone, onBad } = options;
  const none = new AbortController();
  const signal = AbortSignal.any([options.signal, none.signal]);

  function take(message: Uint8Array): void {
    let totals: Bytes | undefined;
    try {
      totals = decodeTotals(message);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      onBad(error.message);
      return;
    }
    if (totals !== undefined) {
      onTotals(totals);
      return;
    }
    onNone();
    none.abort();
  }

  while (!signal.aborted) {
    await api.follow({ path: '/traffic', signal, silence: SILENCE_MS, onOpen, onMessage: take });
    onEnd();
    await clock.sleep(RETRY_MS, signal);
  }
}
