import { expect, it } from 'vitest';
import { ArgumentError } from '../../core/language.ts';
import { readNote, readPercent, readSize } from './amend-command.ts';

it.each([
  ['300MB', 300 * 2 ** 20],
  [' 1.5 GiB', 1.5 * 2 ** 30],
  ['42', 42],
  ['0', 0],
])('reads %j as a size', (text, bytes) => {
  expect(readSize(text)).toBe(bytes);
});

it.each(['', '-300MB', 'much', '300 apples', 'Infinity', '99999999999TB'])('refuses %j as a size', (text) => {
  expect(() => readSize(text)).toThrow(ArgumentError);
});

it.each([
  ['15', 0.15],
  ['15%', 0.15],
  ['6.5 ％', 0.065],
  ['150', 1.5],
  ['0', 0],
])('reads %j as a share', (text, share) => {
  expect(readPercent(text)).toBeCloseTo(share, 12);
});

it.each(['', '%', '-5%', '15%%', '1e9', 'NaN', 'six'])('refuses %j as a share', (text) => {
  expect(() => readPercent(text)).toThrow(ArgumentError);
});

it('takes one line as a note', () => {
  expect(readNote(' 客厅的 iPad ')).toBe('客厅的 iPad');
  expect(readNote('🙂'.repeat(200))).toHaveLength(400);
});

it.each(['', '  ', 'two\nlines', 'bell\u0007', 'tab\there', 'turned \u202e', 'x'.repeat(201)])(
  'refuses the note %j',
  (text) => {
    expect(() => readNote(text)).toThrow(ArgumentError);
  },
);
