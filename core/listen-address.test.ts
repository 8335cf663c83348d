import { expect, it } from 'vitest';
import { parseListenPort } from './listen-address.ts';

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
