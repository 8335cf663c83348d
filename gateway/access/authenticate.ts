import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { deviceIdProblem, pushPath, type UserDevice } from '../../core/device-id.ts';
import type { Clock } from '../../runtime/async.ts';
import { createAuthRateLimiter, textOfHeader } from '../../runtime/http.ts';
import { type HttpProblem, httpProblem } from '../http/problem.ts';

/** A token as it is kept: its SHA-256 and whose it is. */
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

/** Of the token that a header `Bearer <token>` holds. */
export function bearerHash(authorization = ''): Buffer | undefined {
  const token = /^Bearer +(\S.*)$/i.exec(textOfHeader(authorization))?.[1];
  return token === undefined ? undefined : hashToken(token);
}

/**
 * Whose a request is.
 *
 * A token is looked up by a hash under a key of this process alone, so that the time a miss takes tells nothing of any
 * token, and then compared in constant time: what a push costs does not grow with the tokens there are.
 *
 * @param authorization the header, `Bearer <token>`
 * @param tokens another array when they changed
 */
export function identify(authorization: string | undefined, tokens: readonly Token[]): Token | undefined {
  const hashed = bearerHash(authorization);
  if (hashed === undefined) return undefined;
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

const PREFIX = '/metrics/job/flowcollect/instance/';

type PathRead = { readonly kind: 'device'; readonly deviceId: string } | HttpProblem;

/**
 * The DeviceID of a request's raw path. Only the one spelling that {@link pushPath} gives is taken: no query, no
 * further labels, no `@base64` forms, no encoded slashes or dots, nothing encoded that need not be.
 *
 * @param url as it is in the request line
 */
export function readPushPath(url: string): PathRead {
  if (!url.startsWith('/metrics/'))
    return httpProblem('not_found', 'there is nothing here; devices push to their own path');
  if (!url.startsWith(PREFIX)) return badPath('must begin with the labels job "flowcollect" and instance only');
  const segment = url.slice(PREFIX.length);
  if (/[/?#]/.test(segment)) return badPath('must end after the DeviceID; a "/" or "?" within it is not possible');
  let deviceId: string;
  try {
    deviceId = decodeURIComponent(segment);
  } catch {
    return badPath('has a DeviceID that is not percent-encoded UTF-8');
  }
  const problem = deviceIdProblem(deviceId)?.en;
  if (problem !== undefined) return badPath(`has a DeviceID that ${problem}; change [client] DeviceID`);
  if (pushPath(deviceId) !== PREFIX + segment.replace(/%[0-9a-f]{2}/g, (encoded) => encoded.toUpperCase())) {
    return badPath('has a DeviceID that is not encoded as encodeURIComponent does');
  }
  return { kind: 'device', deviceId };
}

function badPath(problem: string): HttpProblem {
  return httpProblem('bad_path', `the path ${problem}: expected ${PREFIX}<DeviceID, percent-encoded>`);
}

/** The device of a request: the user is the token's, the DeviceID one that the token may use. */
type Authenticate = (request: IncomingMessage) => ({ readonly kind: 'identified' } & UserDevice) | HttpProblem;

/**
 * Decides by method, path and token alone whether a request is one of a device. Who has no token that is known learns
 * nothing of paths and devices.
 *
 * @param tokens those that are good as of now
 */
export function createAuthenticator(
  clock: Clock,
  tokens: () => readonly Token[],
  addressOf: (request: IncomingMessage) => string,
): Authenticate {
  const limited = createAuthRateLimiter();
  return (request) => {
    const path = readPushPath(request.url ?? '');
    if (path.kind === 'refused' && path.code === 'not_found') return path;
    if (request.method !== 'PUT' && request.method !== 'GET') {
      return httpProblem(
        'method_not_allowed',
        'a device pushes with PUT and reads back with GET; nothing else is served',
      );
    }
    const shown = request.headers.authorization;
    const token = limited(addressOf(request), clock.now(), shown, () => identify(shown, tokens()));
    if (token === 'slow_down') {
      return httpProblem(
        'slow_down',
        'too many wrong tokens from this address; fix [client] RemoteToken and wait a minute',
      );
    }
    if (token === undefined) {
      return httpProblem(
        'unauthorized',
        'the token is not known here; set [client] RemoteToken to the one of the server',
      );
    }
    if (path.kind === 'refused') return path;
    const { deviceId } = path;
    if (token.deviceId !== undefined && token.deviceId !== deviceId) {
      return httpProblem('other_device', 'this token belongs to another DeviceID; use the token of this device');
    }
    return { kind: 'identified', user: token.user, deviceId };
  };
}
