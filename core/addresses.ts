import type { ServerSection } from './server-settings.ts';
import type { SettingsReader } from './settings.ts';
import { TEXTS } from './texts.ts';

/** How the bytes of a kernel's API travel. */
interface KernelTransport {
  /** What requests are addressed to, such as `https://192.168.1.1:9443`, with a path in front of theirs, if any; on a socket a name that is not looked up. */
  readonly origin: string;
  /** A unix socket, or a Windows named pipe, which Node opens the same way; undefined for TCP. */
  readonly socketPath: string | undefined;
}

const PIPE = /^[\\/]{2}\.[\\/]pipe[\\/](.+)$/i;
const SOCKET_PATH = /^\/[^/]/;
/** A path that does not begin at the root, or a socket without one: its folder is not known. */
const RELATIVE_PATH = /^[.~@]|^[^:]*\.sock(?:et)?$|^[a-z]:[\\/]|^(?!localhost\/|\d+\/)[^.:\\/]+[\\/]/i;
const PORT_ALONE = /^(https?:\/\/)?:?(\d{1,5})(?=\/|$)/i;
/** Every address, as Mihomo's external-controller may have it: one of them is this machine's own. */
const EVERYWHERE = /(?<=^https?:\/\/)(?:\*|0\.0\.0\.0|\[::\])(?=[:/]|$)/;

/**
 * A kernel's address as people write it, in one spelling: `http://…` or `https://…`, with the path that a proxy has it
 * under, if any (a host or a port may be given alone), `unix:///run/mihomo.sock` (an absolute path may be given alone), or `\\.\pipe\mihomo`.
 *
 * @returns undefined when it is none of them
 */
export function parseKernelAddress(text: string): string | undefined {
  const pipe = PIPE.exec(text)?.[1];
  if (pipe !== undefined) return `\\\\.\\pipe\\${pipe}`;
  if (/^unix:/i.test(text)) {
    const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    return SOCKET_PATH.test(path) ? `unix://${path}` : undefined;
  }
  if (SOCKET_PATH.test(text)) return `unix://${text}`;
  // The page that a kernel serves itself, as copied from a browser.
  const api = text.replace(/\/ui(?:\/.*)?$/, '');
  if (/^[\\/]/.test(api) || RELATIVE_PATH.test(api)) return undefined;
  const address = api.replace(PORT_ALONE, (_, scheme = '', port) => `${scheme}127.0.0.1:${port}`);
  return parseBaseUrl(address)?.replace(EVERYWHERE, '127.0.0.1');
}

/**
 * An http(s) address below which paths are asked, without a slash at its end; its host may be given alone.
 *
 * @returns undefined when it is none, or holds what would not be sent: a name, a password, a query or a fragment
 */
export function parseBaseUrl(text: string): string | undefined {
  const withScheme = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(withScheme);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (search !== '' || hash !== '' || username !== '' || password !== '') return undefined;
  return origin + pathname.replace(/\/+$/, '');
}

/** @param address as {@link parseKernelAddress} spells it */
export function kernelTransport(address: string): KernelTransport {
  if (address.startsWith('unix://')) return { origin: 'http://localhost', socketPath: address.slice('unix://'.length) };
  if (address.startsWith('\\\\')) return { origin: 'http://localhost', socketPath: address };
  return { origin: address, socketPath: undefined };
}

/**
 * A listening address as users of the earlier FlowCollect write it: `:1234`, `1234` or `127.0.0.1:1234`.
 *
 * @returns undefined when it is none of them
 */
export function parseListenPort(text: string, defaultHost: string): { host: string; port: number } | undefined {
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):)?(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || !(port <= 65_535)) return undefined;
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? defaultHost : host, port };
}

/** An IPv4 or IPv6 address as its number. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const GROUP = /^[\da-f]{1,4}$/i;

/** @returns undefined where it is none; a zone, as in `fe80::1%eth0`, is none either */
function parseAddress(text: string): Address | undefined {
  if (IPV4.test(text)) return { bits: 32, value: numberOf(text.split('.').map(Number), 8n) };
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const [left, right] = [groupsOf(head, tail === undefined), groupsOf(tail ?? '', true)];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return { bits: 128, value: numberOf([...left, ...new Array<number>(missing).fill(0), ...right], 16n) };
}

/** @param ends whether the address ends with them, so that the last two may be written as IPv4 */
function groupsOf(text: string, ends: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const ipv4 = ends && IPV4.test(last) ? parseAddress(last) : undefined;
  const plain = ipv4 === undefined ? parts : parts.slice(0, -1);
  if (!plain.every((part) => GROUP.test(part))) return undefined;
  const groups = plain.map((part) => Number.parseInt(part, 16));
  return ipv4 === undefined ? groups : [...groups, Number(ipv4.value >> 16n), Number(ipv4.value & 0xffffn)];
}

const numberOf = (parts: readonly number[], width: bigint): bigint =>
  parts.reduce((value, part) => (value << width) + BigInt(part), 0n);

/** 4 or 6; 0 where it is no address. */
export function ipVersion(text: string): 0 | 4 | 6 {
  const address = parseAddress(text);
  return address === undefined ? 0 : address.bits === 32 ? 4 : 6;
}

/** As a number of 128 bits; IPv4 as it is within IPv6, `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2). */
const asIpv6 = ({ bits, value }: Address): bigint => (bits === 128 ? value : (0xffffn << 32n) + value);

/**
 * Whether an address is in one of the networks.
 *
 * @param networks such as `172.31.86.0/24` or `::1`
 */
export function networkList(networks: readonly string[]): (address: string) => boolean {
  const list = networks.flatMap((network) => {
    const [text = '', prefix] = network.split('/');
    const address = parseAddress(text);
    if (address === undefined) return [];
    const shift = BigInt(address.bits - Number(prefix ?? address.bits));
    return [{ shift, value: asIpv6(address) >> shift }];
  });
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && list.some(({ shift, value }) => asIpv6(address) >> shift === value);
  };
}

const isInLoopback = networkList(['127.0.0.0/8', '::1']);
const isInPrivate = networkList([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
]);

/** A host of a URL or of a socket as an address: without brackets and zone. */
const bare = (host: string): string => host.replace(/^\[|\]$|%.*$/g, '');

/** Whether a host is this machine; a name other than `localhost` is not looked up. @param host as in a URL or of a socket */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || isInLoopback(bare(host));
}

/** Whether a host is this machine or in its private network (RFC 1918, RFC 4193, link-local). */
export function isPrivate(host: string): boolean {
  return isLoopback(host) || isInPrivate(bare(host));
}

/** `host:port` as another program on this machine reaches it. */
export function reachableAt({ host, port: at }: { readonly host: string; readonly port: number }): string {
  if (host === '0.0.0.0') return `127.0.0.1:${at}`;
  if (host === '::') return `[::1]:${at}`;
  return host.includes(':') ? `[${host}]:${at}` : `${host}:${at}`;
}

/** Whether an address is in one of the networks, such as `172.31.86.0/24` or `::1`. */
export function addressIn(networks: readonly string[]): (address: string) => boolean {
  const isIn = networkList(networks);
  return (address) => isIn(bare(address));
}

/** Whether {@link addressIn} can be made of it. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[ipVersion(address)] ?? -1;
  return (
    bits > 0 && more === undefined && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

/** Of `[server] TrustedProxies`, whether a peer is trusted by {@link clientAddress}; what is no network goes to the reader. */
export function readTrustedProxies(
  { TrustedProxies: networks }: Pick<ServerSection, 'TrustedProxies'>,
  reader: SettingsReader,
): (peer: string) => boolean {
  if (networks.every(isNetwork)) return addressIn(networks);
  reader.problem('server', 'TrustedProxies', TEXTS.network);
  return isLoopback;
}

/** An address without the prefix of IPv4 in IPv6; an IPv6 address stands for its /64, which belongs to one household. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:/i, '');
  const parsed = parseAddress(plain);
  if (parsed?.bits !== 128) return plain;
  const groups = [112n, 96n, 80n, 64n].map((shift) => ((parsed.value >> shift) & 0xffffn).toString(16));
  return `${groups.join(':')}::/64`;
}

/**
 * Whom a request comes from, for counting failures: the address of the connection, or the one that a proxy names last,
 * as {@link networkOf} it. Only of a proxy that is trusted: everybody else would choose whom they are taken for.
 */
export function clientAddress(
  {
    socket,
    headers,
  }: {
    readonly socket: { readonly remoteAddress?: string | undefined };
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  },
  isProxy: (peer: string) => boolean = isLoopback,
): string {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  const forwarded = headers['x-forwarded-for'];
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return networkOf(isProxy(peer) && last !== undefined && ipVersion(last) !== 0 ? last : peer);
}
