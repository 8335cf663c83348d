import * as z from 'zod';
import { parseJson } from '../../core/json.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Birth } from '../ledger/frame.ts';
import type { CatalogSource } from './catalog-source.ts';
import type { KernelEndpoint } from './endpoint.ts';
import { parseBirth } from './log-line.ts';
import { followMessages } from './message-stream.ts';

export interface BirthStreamOptions {
  readonly endpoint: KernelEndpoint;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly catalog: CatalogSource;
  onBirth(birth: Birth): void;
  onLogs(heard: boolean): void;
}

const LogMessage = z.object({ payload: z.string() });
const RETRY_MS = 10_000;

/** Follows `/logs` until the signal aborts; where the stream cannot be had it is tried again, and nothing else fails. */
export async function followBirths(options: BirthStreamOptions): Promise<void> {
  const { endpoint, signal, clock, catalog, onBirth, onLogs } = options;
  while (!signal.aborted) {
    await followMessages({
      endpoint,
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

function readBirth(message: Buffer, at: number, catalog: CatalogSource): Birth | undefined {
  // Every birth holds `-->`, of which JSON encoders of the kernel's kind escape the last character.
  if (!message.includes('--')) return undefined;
  const line = LogMessage.safeParse(parseJson(message.toString()));
  return line.success ? parseBirth(line.data.payload, at, catalog.current().has) : undefined;
}
