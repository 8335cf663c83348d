import * as z from 'zod';
import { parseJson } from '../../core/json.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Birth } from '../ledger/frame.ts';
import type { KernelApi } from './api.ts';
import type { CatalogSource } from './catalog-source.ts';
import { parseBirth } from './log-line.ts';

export interface BirthStreamOptions {
  readonly api: KernelApi;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly catalog: CatalogSource;
  onBirth(birth: Birth): void;
  onLogs(heard: boolean): void;
}

const LogMessage = z.object({ payload: z.string() });
const utf8 = new TextDecoder();
const RETRY_MS = 10_000;

/** Follows `/logs` until the signal aborts; where the stream cannot be had it is tried again, and nothing else fails. */
export async function followBirths(options: BirthStreamOptions): Promise<void> {
  const { api, signal, clock, catalog, onBirth, onLogs } = options;
  while (!signal.aborted) {
    await api.follow({
      path: '/logs?level=info',
      signal,
      onOpen: () => onLogs(true),
      onMessage(message) {
        const birth = readBirth(message, clock.now(), catalog);
        if (birth !== undefined) onBirth(birth);
      },
    });
    onLogs(false);
    await clock.sleep(RETRY_MS, signal);
  }
}

function readBirth(message: Uint8Array, at: number, catalog: CatalogSource): Birth | undefined {
  // Every birth holds `-->`, of which JSON encoders of the kernel's kind escape the last character.
  const text = utf8.decode(message);
  if (!text.includes('--')) return undefined;
  const line = LogMessage.safeParse(parseJson(text));
  return line.success ? parseBirth(line.data.payload, at, catalog.current().has) : undefined;
}
