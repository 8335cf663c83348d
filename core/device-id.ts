import type { Text } from './language.ts';
import { TEXTS } from './texts.ts';

/**
 * Why a text cannot be a DeviceID, or undefined when it can.
 *
 * A DeviceID is 1 to 64 characters (code points) without `/`, control characters or lone surrogates, and is not `.` or
 * `..`: the rest, spaces and Chinese included, survives percent-encoding in Pushgateway's path, while `%2F` is
 * answered 400 there and dot segments are collapsed by URL parsers.
 */
export function deviceIdProblem(id: string): Text | undefined {
  if (id === '') return TEXTS.nameEmpty;
  if ([...id].length > 64) return TEXTS.nameLong;
  if (id === '.' || id === '..') return TEXTS.nameDots;
  if (id.includes('/')) return TEXTS.nameSlash;
  if (/\p{Cc}/u.test(id)) return TEXTS.nameControl;
  if (/\p{Cs}/u.test(id)) return TEXTS.nameUnicode;
  return undefined;
}

/**
 * The path a device pushes to and reads back from, at the gateway's origin.
 *
 * @param deviceId a valid DeviceID (see {@link deviceIdProblem})
 */
export function pushPath(deviceId: string): string {
  return `/metrics/job/flowcollect/instance/${encodeURIComponent(deviceId)}`;
}

/** The header that carries the {@link PushId} of a push: `<state id> <sequence>`. */
export const STATE_HEADER = 'X-FlowCollect-State';

/** Which saved state a push comes from, and how many pushes that state has made: no two pushes of a device have the same. */
export interface PushId {
  readonly stateId: string;
  readonly sequence: number;
}

/** @returns undefined where it does not read as {@link STATE_HEADER} must */
export function readStateHeader(value: string | string[] | undefined): PushId | undefined {
  const match = typeof value === 'string' ? /^([A-Za-z0-9_-]{1,64}) (\d{1,16})$/.exec(value) : null;
  const sequence = Number(match?.[2]);
  return match?.[1] === undefined || !Number.isSafeInteger(sequence) ? undefined : { stateId: match[1], sequence };
}

export function writeStateHeader({ stateId, sequence }: PushId): string {
  return `${stateId} ${sequence}`;
}

/** One device of one user: what a push is stored under. */
export interface UserDevice {
  readonly user: string;
  readonly deviceId: string;
}

/** A text that no other device shares: neither part can hold a control character. */
export function deviceKey({ user, deviceId }: UserDevice): string {
  return `${user}\n${deviceId}`;
}
