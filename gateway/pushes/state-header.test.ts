import { expect, it } from 'vitest';
import { readStateHeader, writeStateHeader } from './state-header.ts';

it('reads what it writes', () => {
  const state = { stateId: '0b1f-A_z', sequence: 12 };
  expect(readStateHeader(writeStateHeader(state))).toEqual({ kind: 'state', ...state });
});

it.each([undefined, '', 'abc', 'abc x', 'abc -1', 'abc 1.5', 'abc  1', 'a b 1', 'abc 9007199254740993', 'a 1, b 2'])(
  'refuses %j and says what it must read',
  (value) => {
    expect(readStateHeader(value)).toMatchObject({
      code: 'bad_state_header',
      message: expect.stringContaining('<state id>'),
    });
  },
);
