import { timingSafeEqual } from 'node:crypto';
import type { Text } from '../../core/language.ts';
import { TOKEN_TEXTS } from '../texts.ts';
import { hashToken } from './tokens.ts';

/** Who may read, and by which token; kept as its SHA-256. */
export interface Reader {
  readonly user: string;
  readonly hash: Buffer;
}

/** What the user of a request is, as it names itself, and the token it shows. */
export interface ReaderKey {
  readonly user: string;
  readonly token: string;
}

/** The names and tokens of basic authentication are UTF-8 (RFC 7617); the name ends at the first colon. */
export function readReaderKey(authorization: string | undefined): ReaderKey | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), token: text.slice(colon + 1) };
}

/**
 * The user that a key opens the readers' door to. All tokens are compared, each in constant time.
 *
 * @returns undefined when the token is none, or another user's
 */
export function identifyReader({ user, token }: ReaderKey, readers: readonly Reader[]): string | undefined {
  const hash = hashToken(token);
  let found: string | undefined;
  for (const reader of readers) if (timingSafeEqual(hash, reader.hash) && reader.user === user) found = reader.user;
  return found;
}

/**
 * Why a user's name cannot be a reader's, or undefined when it can: it must arrive as it is through basic
 * authentication and through a header, whose ends are trimmed.
 */
export function readerNameProblem(user: string): Text | undefined {
  if (user.includes(':')) return TOKEN_TEXTS.nameColon;
  if (user !== user.trim()) return TOKEN_TEXTS.nameSpaces;
  return undefined;
}
