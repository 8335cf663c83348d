import { parseJson } from '../../../core/json.ts';
import type { Bytes } from '../../ledger/bytes.ts';
import { count, FrameError, isCount } from './frame-error.ts';

/**
 * The totals in a `/traffic` message, `{"up":0,"down":0,"upTotal":0,"downTotal":0}` (mihomo `hub/route/server.go`).
 *
 * @returns undefined from a kernel before December 2025, which tells rates alone
 * @throws FrameError when it is cut, or holds a count that a number cannot hold exactly
 */
export function decodeTotals(text: string): Bytes | undefined {
  const message = parseJson(text);
  if (typeof message !== 'object' || message === null) {
    throw new FrameError(`the message of ${text.length} characters is not whole JSON`);
  }
  const { up, down, upTotal, downTotal } = message as Record<string, unknown>;
  if (upTotal === undefined && downTotal === undefined && isCount(up) && isCount(down)) return undefined;
  return { upload: count(upTotal, 'upTotal'), download: count(downTotal, 'downTotal') };
}
