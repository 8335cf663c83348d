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
