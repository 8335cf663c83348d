import { timingSafeEqual } from 'node:crypto';
import type { Text } from '../../core/language.ts';
import { hashToken } from './authenticate.ts';
import { TEXTS } from './texts.ts';

/** Who may read, and by which token; kept as its SHA-256. */
export interface Reader {
  readonly user: string;
  readonly hash: Buffer;
}

/** What the user of a request is, as it names itself, and the token it shows. */
interface ReaderCredentials {
  readonly user: string;
  readonly token: string;
}

/** The names and tokens of basic authentication are UTF-8 (RFC 7617); the name ends at the first colon. */
export function readBasicAuth(authorization: string | undefined): ReaderCredentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), token: text.slice(colon + 1) };
}

/**
 * Whom credentials belong to. All tokens are compared, each in constant time.
 *
 * @returns undefined when the token is none, or another user's
 */
export function findReader({ user, token }: ReaderCredentials, readers: readonly Reader[]): Reader | undefined {
  const hash = hashToken(token);
  return readers.filter((reader) => timingSafeEqual(hash, reader.hash) && reader.user === user)[0];
}

/**
 * Why a user's name cannot be a reader's, or undefined when it can: it must arrive as it is through basic
 * authentication and through a header, whose ends are trimmed.
 */
export function readerNameProblem(user: string): Text | undefined {
  if (user.includes(':')) return TEXTS.nameColon;
  if (user !== user.trim()) return TEXTS.nameSpaces;
  return undefined;
}
