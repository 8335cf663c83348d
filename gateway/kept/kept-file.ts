import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseExposition } from '../../core/exposition.ts';
import type { Device } from '../access/device.ts';
import { checkPush } from '../contract/contract-check.ts';
import type { LedgerCounters } from '../contract/ledger-counters.ts';
import { MAX_UNPACKED_BYTES } from '../pushes/push-body.ts';
import { keptBytes } from './kept-usage.ts';

/** What the gateway knows of a push it let through, besides its text. */
export interface KeptPush extends Device {
  readonly stateId: string;
  readonly sequence: number;
  /** When it was let through, in epoch milliseconds. */
  readonly at: number;
  readonly ledger: LedgerCounters;
  /** Declared void: kept for Pushgateway, but what comes next is not held to it. */
  readonly rebased?: true | undefined;
}

/** A kept file that cannot be read back; the message says why. */
export class KeptFileError extends Error {
  override readonly name = 'KeptFileError';
}

const MARK = '# flowcollect-push ';

const KeptHead = z.object({
  user: z.string(),
  deviceId: z.string(),
  stateId: z.string(),
  sequence: z.number().int().nonnegative(),
  at: z.number(),
  rebased: z.literal(true).optional(),
  encoding: z.literal('gzip').optional(),
});

/**
 * A kept push as bytes: a comment with the facts, then the exposition text as Pushgateway got it.
 *
 * @param packed the text as gzip data, which is kept in its place: a seventh of the size
 */
export function writeKept(push: Omit<KeptPush, 'ledger'>, text: Uint8Array, packed?: Uint8Array): Uint8Array {
  const { user, deviceId, stateId, sequence, at, rebased } = push;
  const encoding = packed === undefined ? undefined : 'gzip';
  const head = `${MARK}${JSON.stringify({ user, deviceId, stateId, sequence, at, rebased, encoding })}\n`;
  return Buffer.concat([Buffer.from(head), packed ?? text]);
}

/** @returns `bytes` as {@link keptBytes} has them @throws KeptFileError */
export function readKept(content: Buffer): { push: KeptPush; text: Buffer; bytes: number } {
  const end = content.indexOf('\n');
  if (end < 0 || !content.toString('utf8', 0, end).startsWith(MARK)) {
    throw new KeptFileError('does not begin as a kept push does');
  }
  try {
    const { encoding, ...head } = KeptHead.parse(JSON.parse(content.toString('utf8', MARK.length, end)));
    const kept = content.subarray(end + 1);
    const text = encoding === 'gzip' ? gunzipSync(kept, { maxOutputLength: MAX_UNPACKED_BYTES }) : kept;
    const checked = checkPush(parseExposition(text.toString()));
    if (checked.kind === 'refused') throw new KeptFileError(checked.message);
    return { push: { ...head, ledger: checked.ledger }, text, bytes: keptBytes(text, kept) };
  } catch (error) {
    if (error instanceof KeptFileError) throw error;
    throw new KeptFileError('cannot be read', { cause: error });
  }
}
