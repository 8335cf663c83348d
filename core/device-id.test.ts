import { expect, it } from 'vitest';
import { deviceIdProblem, pushPath, readStateHeader, writeStateHeader } from './device-id.ts';

it.each(['MyDevice', '客厅 路由器', 'a'.repeat(64), '...', 'x%2Fy', '📱'.repeat(64)])('accepts %j', (id) => {
  expect(deviceIdProblem(id)).toBeUndefined();
});

it.each([
  ['', 'empty'],
  ['.', '"."'],
  ['..', '".."'],
  ['a/b', '"/"'],
  ['a\nb', 'control'],
  ['a'.repeat(65), '64'],
  ['\ud800', 'Unicode'],
])('refuses %j and says why', (id, why) => {
  expect(deviceIdProblem(id)?.en).toContain(why);
});

it('percent-encodes what a path cannot hold', () => {
  expect(pushPath('客厅 1')).toBe('/metrics/job/flowcollect/instance/%E5%AE%A2%E5%8E%85%201');
});

it('reads the state header that it writes', () => {
  const id = { stateId: '0b1f-A_z', sequence: 12 };
  expect(readStateHeader(writeStateHeader(id))).toEqual(id);
});

it.each([undefined, '', 'abc', 'abc x', 'abc -1', 'abc 1.5', 'abc  1', 'a b 1', 'abc 9007199254740993', 'a 1, b 2'])(
  'takes %j for no state header',
  (value) => expect(readStateHeader(value)).toBeUndefined(),
);
