import { parseJson } from '../../../core/json.ts';
import type { Bytes } from '../../ledger/bytes.ts';
import { count, FrameError, isCount } from './frame-error.ts';

/**
 * The totals in a `/traffic` message, `{"up":0,"down":0,"upTotal":0,"downTotal":0}` (mihomo `hub/route/server.go`).
 *
 * @returns undefined from a kernel before December 2025, which tells rates alone
 * @param message its UTF-8 bytes
 * @throws FrameError when it is cut, or holds a count that a number cannot hold exactly
 */
export function decodeTotals(message: Uint8Array): Bytes | undefined {
  const totals = parseJson(message);
  if (typeof totals !== 'object' || totals === null) {
    throw new FrameError(`the message of ${message.length} bytes is not whole JSON`);
  }
  const { up, down, upTotal, downTotal } = totals as Record<string, unknown>;
  if (upTotal === undefined && downTotal === undefined && isCount(up) && isCount(down)) return undefined;
  return { upload: count(upTotal, 'upTotal'), download: count(downTotal, 'downTotal') };
}
