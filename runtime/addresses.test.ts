import { expect, it } from 'vitest';
import { clientAddress, isLoopback, isPrivate, reachableAt } from './addresses.ts';

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

it.each([
  ['203.0.113.7', undefined, '203.0.113.7'],
  ['::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['172.18.0.3', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', 'unknown', '127.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ['2001:db8::1', undefined, '2001:db8:0:0::/64'],
  ['::1', '2001:db8:0001:2::9', '2001:db8:1:2::/64'],
])('takes %s with %s for %s', (remoteAddress, forwarded, address) => {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  expect(clientAddress({ socket: { remoteAddress }, headers })).toBe(address);
});
