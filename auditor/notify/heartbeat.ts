import type { Logger } from '../../runtime/logger.ts';

const TIMEOUT_MS = 10_000;

/**
 * Tells an outside watcher that an audit went well. Its address is a secret and stays out of the log. Never throws: a
 * watcher that cannot be reached notices by itself.
 */
export async function beat(url: string, fetch: typeof globalThis.fetch, logger: Logger): Promise<void> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    if (!response.ok) logger.warn({ status: response.status }, 'HeartbeatUrl did not take the heartbeat');
  } catch (error) {
    const kind = error instanceof Error ? error.name : 'unknown';
    logger.warn({ kind }, 'HeartbeatUrl cannot be reached');
  }
}
