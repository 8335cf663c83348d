import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isPrivate } from './addresses.ts';

/** An address without the prefix of IPv4 in IPv6; an IPv6 address stands for its /64, of which one household has all. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:/i, '');
  return isIP(plain) === 6 ? network64(plain) : plain;
}

/**
 * Whom a request comes from, for counting failures: the address of the connection, or the one that a proxy on this
 * machine or its private network names last, as {@link networkOf} it.
 */
export function clientAddress({
  socket,
  headers,
}: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } }): string {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  const forwarded = headers['x-forwarded-for'];
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return networkOf(isPrivate(peer) && last !== undefined && isIP(last) !== 0 ? last : peer);
}

function network64(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${groups.join(':')}::/64`;
}
