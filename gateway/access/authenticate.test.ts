import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deviceIdProblem, pushPath } from '../../core/device-id.ts';
import { headerOfText } from '../../runtime/http.ts';
import { hashToken, identify, readPushPath } from './authenticate.ts';

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

it('knows a token outside ASCII by UTF-8, and by the one-byte characters that other clients send', () => {
  const own = ['déjà vu', '令牌是这一个'].map((token) => ({ hash: hashToken(token), user: 'default' }));
  expect(identify(headerOfText('Bearer 令牌是这一个'), own)?.user).toBe('default');
  expect(identify('Bearer déjà vu', own)?.user).toBe('default');
  expect(identify(Buffer.from('Bearer déjà vu').toString('latin1'), own)?.user).toBe('default');
});

it('knows no token that is not among those of the moment', () => {
  expect(identify('Bearer one', tokens.slice(1))).toBeUndefined();
  expect(identify('Bearer one', [])).toBeUndefined();
  expect(identify('Bearer two', [...tokens, { hash: hashToken('three'), user: 'bob' }])?.user).toBe('alice');
});

it('takes the path of every possible DeviceID', () => {
  const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }).filter((text) => !deviceIdProblem(text));
  fc.assert(
    fc.property(id, (deviceId) => {
      expect(readPushPath(pushPath(deviceId))).toEqual({ kind: 'device', deviceId });
    }),
  );
});

it('takes hexadecimal digits in either case', () => {
  expect(readPushPath('/metrics/job/flowcollect/instance/%e5%ae%a2')).toEqual({ kind: 'device', deviceId: '客' });
});

it.each([
  ['/', 'not_found'],
  ['', 'not_found'],
  ['/metrics', 'not_found'],
  ['/api/v1/admin/wipe', 'not_found'],
  ['http://x/metrics/job/flowcollect/instance/a', 'not_found'],
  ['//metrics/job/flowcollect/instance/a', 'not_found'],
  ['/metrics/job/flowcollect', 'bad_path'],
  ['/metrics/job/flowcollect/instance/', 'bad_path'],
  ['/metrics/job/other/instance/a', 'bad_path'],
  ['/metrics/job/flowcollect/instance/a/', 'bad_path'],
  ['/metrics/job/flowcollect/instance/a/user/bob', 'bad_path'],
  ['/metrics/job/flowcollect/user/bob/instance/a', 'bad_path'],
  ['/metrics/job/flowcollect/instance/a/instance/b', 'bad_path'],
  ['/metrics/job@base64/Zmxvd2NvbGxlY3Q/instance/a', 'bad_path'],
  ['/metrics/job/flowcollect/instance@base64/YQ', 'bad_path'],
  ['/metrics/job/flowcollect/instance/a%2Fuser%2Fbob', 'bad_path'],
  ['/metrics/job/flowcollect/instance/..', 'bad_path'],
  ['/metrics/job/flowcollect/instance/%2e%2e', 'bad_path'],
  ['/metrics/job/flowcollect/instance/a?x=1', 'bad_path'],
  ['/metrics/job/flowcollect/instance/a#b', 'bad_path'],
  ['/metrics/job/flowcollect/instance/%61', 'bad_path'],
  ['/metrics/job/flowcollect/instance/a+b', 'bad_path'],
  ['/metrics/job/flowcollect/instance/%ff', 'bad_path'],
  ['/metrics/job/flowcollect/instance/%', 'bad_path'],
  ['/metrics/job/flowcollect/instance/a%00', 'bad_path'],
  ['/metrics/job/flowcollect/instance/\u00e9', 'bad_path'],
  [`/metrics/job/flowcollect/instance/${'a'.repeat(65)}`, 'bad_path'],
])('refuses %j', (url, code) => {
  expect(readPushPath(url)).toMatchObject({ kind: 'refused', code });
});
