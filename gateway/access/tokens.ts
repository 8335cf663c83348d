import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A token as it is kept: its SHA-256 and whom it speaks for. */
export interface Token {
  readonly hash: Buffer;
  readonly user: string;
  /** The one device it may push as; any device of the user when absent. */
  readonly deviceId?: string;
}

/** Tokens are long and random, so one round of SHA-256 is enough to keep them. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/**
 * Whom a request speaks for.
 *
 * A token is looked up by a hash under a key of this process alone, so that the time a miss takes tells nothing of any
 * token, and then compared in constant time: what a push costs does not grow with the tokens there are.
 *
 * @param authorization the header, `Bearer <token>`
 * @param tokens another array when they changed
 */
export function identify(authorization: string | undefined, tokens: readonly Token[]): Token | undefined {
  const given = /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return undefined;
  const hashed = hashToken(given);
  const found = indexOf(tokens).get(keyOf(hashed));
  return found !== undefined && timingSafeEqual(hashed, found.hash) ? found : undefined;
}

const KEY = randomBytes(32);
const indexes = new WeakMap<readonly Token[], ReadonlyMap<string, Token>>();

function indexOf(tokens: readonly Token[]): ReadonlyMap<string, Token> {
  const known = indexes.get(tokens);
  if (known !== undefined) return known;
  const index = new Map(tokens.map((token) => [keyOf(token.hash), token]));
  indexes.set(tokens, index);
  return index;
}

/** Of two parts of fixed length, so that nobody can lengthen one into the other. */
function keyOf(hashed: Buffer): string {
  return hash('sha256', Buffer.concat([KEY, hashed]), 'base64');
}
