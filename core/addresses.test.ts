import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressIn,
  clientAddress,
  ipVersion,
  isLoopback,
  isNetwork,
  isPrivate,
  kernelTransport,
  networkList,
  parseKernelAddress,
  parseListenPort,
  reachableAt,
} from './addresses.ts';

describe('a kernel’s address', () => {
  it.each([
    ['192.168.1.1:9090', 'http://192.168.1.1:9090'],
    ['http://127.0.0.1:9090/ui', 'http://127.0.0.1:9090'],
    ['http://127.0.0.1:9090/ui/#/proxies', 'http://127.0.0.1:9090'],
    ['https://nas.lan/mihomo/', 'https://nas.lan/mihomo'],
    ['nas.lan/a/b', 'http://nas.lan/a/b'],
    [':9090', 'http://127.0.0.1:9090'],
    ['9090', 'http://127.0.0.1:9090'],
    ['*:9090', 'http://127.0.0.1:9090'],
    ['0.0.0.0:9090', 'http://127.0.0.1:9090'],
    ['http://0.0.0.0:9090/ui', 'http://127.0.0.1:9090'],
    ['[::]:9090', 'http://127.0.0.1:9090'],
    ['http://*:9090/mihomo', 'http://127.0.0.1:9090/mihomo'],
    ['https://*:9090', 'https://127.0.0.1:9090'],
    ['https://0.0.0.0:9090/ui/', 'https://127.0.0.1:9090'],
    ['HTTPS://[::]:9090', 'https://127.0.0.1:9090'],
    ['https://:9090', 'https://127.0.0.1:9090'],
    ['http://[0:0::0]:9090', 'http://127.0.0.1:9090'],
    ['0:9090', 'http://127.0.0.1:9090'],
    ['0.0.0.0', 'http://127.0.0.1'],
    ['*', 'http://127.0.0.1'],
    ['9090/mihomo', 'http://127.0.0.1:9090/mihomo'],
    ['router', 'http://router'],
    ['router/ui', 'http://router'],
    ['localhost/mihomo', 'http://localhost/mihomo'],
    ['http://router/mihomo', 'http://router/mihomo'],
    ['https://router.lan:9443/', 'https://router.lan:9443'],
    ['http://[::1]:9090', 'http://[::1]:9090'],
    ['unix:///run/mihomo.sock', 'unix:///run/mihomo.sock'],
    ['unix:/run/mihomo.sock', 'unix:///run/mihomo.sock'],
    ['/run/mihomo.sock', 'unix:///run/mihomo.sock'],
    ['\\\\.\\pipe\\mihomo', '\\\\.\\pipe\\mihomo'],
    ['//./pipe/verge/mihomo', '\\\\.\\pipe\\verge/mihomo'],
  ])('%s is read as %s', (text, address) => {
    expect(parseKernelAddress(text)).toBe(address);
    expect(parseKernelAddress(address)).toBe(address);
  });

  it.each(['http://a/?token=1', 'http://a/#b', 'http://user:pass@a', ':99999'])(
    '%s is none, since a part of it would not be sent',
    (text) => {
      expect(parseKernelAddress(text)).toBeUndefined();
    },
  );

  it.each([
    'ftp://a',
    'unix://run/mihomo.sock',
    './m.sock',
    'm.sock',
    'mihomo.socket',
    'run/mihomo',
    'run/mihomo/ui',
    'tmp/mihomo.sock',
    'run\\mihomo',
    'C:\\mihomo\\api',
    'c:/mihomo.sock',
    '~/m.sock',
    '@mihomo',
    'unix:',
    '/',
    '//host/share',
    'http://',
    '\\\\.\\pipe\\',
  ])('%s is none', (text) => {
    expect(parseKernelAddress(text)).toBeUndefined();
  });

  it('tells a socket and a named pipe from TCP', () => {
    expect(kernelTransport('https://a:1')).toEqual({ origin: 'https://a:1', socketPath: undefined });
    expect(kernelTransport('unix:///run/m.sock')).toEqual({ origin: 'http://localhost', socketPath: '/run/m.sock' });
    expect(kernelTransport('\\\\.\\pipe\\m')).toEqual({ origin: 'http://localhost', socketPath: '\\\\.\\pipe\\m' });
  });
});

it.each([
  [':1234', { host: '0.0.0.0', port: 1234 }],
  ['1234', { host: '0.0.0.0', port: 1234 }],
  ['127.0.0.1:1234', { host: '127.0.0.1', port: 1234 }],
  ['[::1]:1234', { host: '::1', port: 1234 }],
  ['abc', undefined],
  ['1:2:3', undefined],
  [':99999', undefined],
])('reads %j', (text, address) => {
  expect(parseListenPort(text, '0.0.0.0')).toEqual(address);
});

const text = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((address) => `::ffff:${address}`),
  fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
  fc
    .array(fc.constantFrom('0', '1', 'ff', '01', '256', '', '::', ':', '.', 'g'), { maxLength: 12 })
    .map((parts) => parts.join('')),
);

it('knows addresses as Node does', () => {
  fc.assert(
    fc.property(text, (address) => {
      expect(ipVersion(address)).toBe(isIP(address));
    }),
    { numRuns: 2000 },
  );
});

it.each([
  '1.2.3.4',
  '::',
  '::1',
  '1::',
  'fe80::1',
  '1:2:3:4:5:6:7:8',
  '::ffff:1.2.3.4',
  '1:2:3:4:5:6:1.2.3.4',
  '1::8:1.2.3.4',
])('takes %s for an address', (address) => expect(ipVersion(address)).toBe(isIP(address)));

it('finds an address in a network as Node does', () => {
  const ofIpv4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.constant('ipv4' as const));
  const ofIpv6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.constant('ipv6' as const));
  fc.assert(
    fc.property(fc.oneof(ofIpv4, ofIpv6), text, ([address, prefix, family], other) => {
      const list = new BlockList();
      list.addSubnet(address, prefix, family);
      const isIn = networkList([`${address}/${prefix}`]);
      expect(isIn(address)).toBe(list.check(address, family));
      const version = isIP(other);
      expect(isIn(other)).toBe(version !== 0 && list.check(other, version === 4 ? 'ipv4' : 'ipv6'));
    }),
    { numRuns: 2000 },
  );
});

it.each(['localhost', '127.0.0.1', '127.8.9.10', '::1', '[::1]', '::ffff:127.0.0.1'])(
  'takes %s for this machine',
  (host) => {
    expect([isLoopback(host), isPrivate(host)]).toEqual([true, true]);
  },
);

it.each([
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '::ffff:192.168.1.1',
  '169.254.1.1',
  'fd00::8',
  '[fd12:3456::1]',
  'fe80::1',
  'fe80::1%eth0',
])('takes %s for the private network', (host) => {
  expect([isLoopback(host), isPrivate(host)]).toEqual([false, true]);
});

it.each([
  '',
  '0.0.0.0',
  '::',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '192.169.0.1',
  '2001:db8::1',
  '::ffff:8.8.8.8',
  'vps.example',
  '10.example',
  'fd.example',
  '127.0.0.1.example',
])('takes %s for neither', (host) => {
  expect([isLoopback(host), isPrivate(host)]).toEqual([false, false]);
});

it.each([
  ['0.0.0.0', '127.0.0.1:1'],
  ['::', '[::1]:1'],
  ['192.168.1.2', '192.168.1.2:1'],
])('reaches what listens on %s', (host, reachable) => {
  expect(reachableAt({ host, port: 1 })).toBe(reachable);
});

it('takes the word of the proxies that the settings name, and of no other', () => {
  const headers = { 'x-forwarded-for': '6.6.6.6, 198.51.100.1' };
  const isProxy = addressIn(['172.31.86.0/24', '::1']);
  for (const [remoteAddress, address] of [
    ['172.31.86.2', '198.51.100.1'],
    ['::ffff:172.31.86.2', '198.51.100.1'],
    ['172.31.87.2', '172.31.87.2'],
    ['127.0.0.1', '127.0.0.1'],
  ] as const)
    expect(clientAddress({ socket: { remoteAddress }, headers }, isProxy)).toBe(address);
  for (const text of ['10.0.0.0/8', '::1', '10.0.0.1']) expect(isNetwork(text)).toBe(true);
  for (const text of ['10.0.0.0/33', 'caddy', '10.0.0.0/8/8', '', '10.0.0.0/x']) expect(isNetwork(text)).toBe(false);
});

it.each([
  ['203.0.113.7', undefined, '203.0.113.7'],
  ['::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
  ['172.18.0.3', '198.51.100.1', '172.18.0.3'],
  ['192.168.1.9', '198.51.100.1', '192.168.1.9'],
  ['127.0.0.1', 'unknown', '127.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ['2001:db8::1', undefined, '2001:db8:0:0::/64'],
  ['::1', '2001:db8:0001:2::9', '2001:db8:1:2::/64'],
])('takes %s with %s for %s', (remoteAddress, forwarded, address) => {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  expect(clientAddress({ socket: { remoteAddress }, headers })).toBe(address);
});
