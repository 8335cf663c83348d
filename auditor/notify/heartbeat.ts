import { errorCode } from '../../runtime/error-code.ts';
import { isDone, requestHttp } from '../../runtime/http.ts';
import type { Logger } from '../../runtime/logger.ts';

const TIMEOUT_MS = 10_000;

/**
 * Tells an outside watcher that an audit went well. Its address is a secret and stays out of the log. Never throws: a
 * watcher that cannot be reached notices by itself.
 */
export async function beat(url: string, fetch: typeof globalThis.fetch, logger: Logger): Promise<void> {
  try {
    const answer = await requestHttp(url, { timeout: TIMEOUT_MS, follow: true, fetch });
    if (!isDone(answer)) logger.warn({ status: answer.status }, 'HeartbeatUrl did not take the heartbeat');
  } catch (error) {
    logger.warn({ code: errorCode(error) }, 'HeartbeatUrl cannot be reached');
  }
}
