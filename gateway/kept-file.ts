import { z } from 'zod';
import { parseExposition } from '../core/exposition.ts';
import { checkPush } from './contract-check.ts';
import type { Device } from './device.ts';

/** What the gateway knows of a push it let through, besides its text. */
export interface KeptPush extends Device {
  readonly stateId: string;
  readonly sequence: number;
  /** When it was let through, in epoch milliseconds. */
  readonly at: number;
  readonly ledger: ReadonlyMap<string, number>;
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
});

/** A kept push as a file: a comment with the facts, then the exposition text as Pushgateway got it. */
export function writeKept(push: Omit<KeptPush, 'ledger'>, text: Uint8Array): Uint8Array {
  const { user, deviceId, stateId, sequence, at, rebased } = push;
  const head = `${MARK}${JSON.stringify({ user, deviceId, stateId, sequence, at, rebased })}\n`;
  return Buffer.concat([Buffer.from(head), text]);
}

/** @throws KeptFileError */
export function readKept(content: string): { push: KeptPush; text: string } {
  const end = content.indexOf('\n');
  if (!content.startsWith(MARK) || end < 0) throw new KeptFileError('does not begin as a kept push does');
  const text = content.slice(end + 1);
  try {
    const head = KeptHead.parse(JSON.parse(content.slice(MARK.length, end)));
    const checked = checkPush(parseExposition(text));
    if (checked.kind === 'refused') throw new KeptFileError(checked.message);
    return { push: { ...head, ledger: checked.ledger }, text };
  } catch (error) {
    if (error instanceof KeptFileError) throw error;
    throw new KeptFileError('cannot be read', { cause: error });
  }
}
