import { createHash, timingSafeEqual } from 'node:crypto';

/** A token as it is kept: its SHA-256 and whom it speaks for. */
export interface Token {
  readonly hash: Buffer;
  readonly user: string;
  /** The one device it may push as; any device of the user when absent. */
  readonly deviceId?: string;
}

/** Tokens are long and random, so one round of SHA-256 is enough to keep them. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Whom a request speaks for.
 *
 * All tokens are compared, each in constant time, so that the time taken tells nothing of how near a guess was.
 *
 * @param authorization the header, `Bearer <token>`
 */
export function identify(authorization: string | undefined, tokens: readonly Token[]): Token | undefined {
  const given = /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return undefined;
  const hash = hashToken(given);
  let found: Token | undefined;
  for (const token of tokens) if (timingSafeEqual(hash, token.hash)) found = token;
  return found;
}
