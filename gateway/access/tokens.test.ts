import { expect, it } from 'vitest';
import { hashToken, identify } from './tokens.ts';

const tokens = [
  { hash: hashToken('one'), user: 'default' },
  { hash: hashToken('two'), user: 'alice', deviceId: 'phone' },
];

it('knows whom a token speaks for', () => {
  expect(identify('Bearer one', tokens)?.user).toBe('default');
  expect(identify('bearer  two', tokens)).toMatchObject({ user: 'alice', deviceId: 'phone' });
});

it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer three', 'one', 'Basic one', 'Bearer one two', 'Bearer onE'])(
  'does not know %j',
  (authorization) => {
    expect(identify(authorization, tokens)).toBeUndefined();
  },
);

it('knows no token that is not among those of the moment', () => {
  expect(identify('Bearer one', tokens.slice(1))).toBeUndefined();
  expect(identify('Bearer one', [])).toBeUndefined();
  expect(identify('Bearer two', [...tokens, { hash: hashToken('three'), user: 'bob' }])?.user).toBe('alice');
});
