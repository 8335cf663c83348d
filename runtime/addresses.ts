import { BlockList, isIP } from 'node:net';

const LOOPBACK = listOf('127.0.0.0/8', '::1/128');
const PRIVATE = listOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fe80::/10');

/** Whether a host is this machine; a name other than `localhost` is not looked up. @param host as in a URL or of a socket */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || holds(LOOPBACK, host);
}

/** Whether a host is this machine or in its private network (RFC 1918, RFC 4193, link-local). */
export function isPrivate(host: string): boolean {
  return isLoopback(host) || holds(PRIVATE, host);
}

/** `host:port` as a neighbour on this machine reaches it. */
export function reachableAt({ host, port: at }: { readonly host: string; readonly port: number }): string {
  if (host === '0.0.0.0') return `127.0.0.1:${at}`;
  if (host === '::') return `[::1]:${at}`;
  return host.includes(':') ? `[${host}]:${at}` : `${host}:${at}`;
}

function listOf(...networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function holds(list: BlockList, host: string): boolean {
  const address = host.replace(/^\[|\]$|%.*$/g, '');
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
