import { expect, it } from 'vitest';
import { removeKey, setKey } from './ini-edit.ts';

const text = '# mine\r\n[server]\r\nServerToken = t ; not a comment\r\n\r\n[user.alice]\r\nToken = old\r\n';

it('sets a key where it stands and leaves all else as it was', () => {
  expect(setKey(text, 'user.alice', 'Token', 'new')).toBe(text.replace('old', 'new'));
});

it('adds a key below the header of its section', () => {
  expect(setKey(text, 'server', 'Note', 'n')).toBe(text.replace('[server]\r\n', '[server]\r\nNote = n\r\n'));
});

it('adds a section at the end', () => {
  expect(setKey(text, 'device.客厅', 'Token', 'x')).toBe(`${text}\r\n[device.客厅]\r\nToken = x\r\n`);
  expect(setKey('', 'user.a', 'Token', 'x')).toBe('[user.a]\nToken = x\n');
});

it('removes a key, and nothing where there is none', () => {
  expect(removeKey(text, 'user.alice', 'Token')).toBe(text.replace('Token = old\r\n', ''));
  expect(removeKey(text, 'user.bob', 'Token')).toBe(text);
});
