import { describe, expect, it } from 'vitest';
import { kernelTransport, parseKernelAddress, parseListenPort } from './addresses.ts';

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
