import { expect, it } from 'vitest';
import { errorCode } from './error-code.ts';

const refused = Object.assign(new Error('connect http://secret@host'), { code: 'ECONNREFUSED' });

it('finds the code of a failure', () => {
  expect(errorCode(refused)).toBe('ECONNREFUSED');
  expect(errorCode(new Error('fetch failed', { cause: refused }))).toBe('ECONNREFUSED');
  expect(errorCode(new AggregateError([refused, new Error('other')]))).toBe('ECONNREFUSED');
  expect(errorCode(new TypeError('no code'))).toBe('TypeError');
  expect(errorCode('text')).toBe('unknown error');
});
