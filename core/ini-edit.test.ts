import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readIni } from './ini.ts';
import { removeKey, setKey } from './ini-edit.ts';

const text = '# mine\r\n[server]\r\nServerToken = t ; not a comment\r\n\r\n[user.alice]\r\nToken = old\r\n';

it('sets a key where it stands and leaves all else as it was', () => {
  expect(setKey(text, 'user.alice', 'Token', 'new')).toBe(text.replace('old', 'new'));
});

it('adds a key below the last one of its section', () => {
  const first = '[server]\r\nServerToken = t ; not a comment\r\n';
  expect(setKey(text, 'server', 'Note', 'n')).toBe(text.replace(first, `${first}Note = n\r\n`));
  expect(setKey(text, 'user.alice', 'Note', 'n')).toBe(`${text}Note = n\r\n`);
  const commented = '[a]\n# of a\n\n# of b\n[b]\nkey = 1';
  expect(setKey(commented, 'a', 'Note', 'n')).toBe(commented.replace('[a]\n', '[a]\nNote = n\n'));
  expect(setKey(commented, 'b', 'Note', 'n')).toBe(`${commented}\nNote = n`);
});

it('adds a key to no value over several lines, also where that ends in a comma', () => {
  const list = '[server]\nToken = t\nSubUrls = ["a.yaml"]="https://a",\n  ["b.yaml"]="https://b"\n';
  expect(setKey(`${list}\n[smtp]\n`, 'server', 'Note', 'n')).toBe(`${list}Note = n\n\n[smtp]\n`);
  const keyed = list.replace(',', '');
  expect(setKey(`${keyed}\n[smtp]\n`, 'server', 'Note', 'n')).toBe(`${keyed}Note = n\n\n[smtp]\n`);
  const open = list.replace('"https://b"', '"https://b",');
  expect(setKey(open, 'server', 'Note', 'n')).toBe(open.replace('[server]\n', '[server]\nNote = n\n'));
});

it('leaves every other value of the example as it is, whichever section gets a key', () => {
  const example = readFileSync(new URL('../setting.ini.example', import.meta.url), 'utf8');
  const before = readIni(example);
  for (const section of before.sections) {
    const after = readIni(setKey(example, section, 'New', 'n'));
    for (const each of before.sections) {
      const { New, ...others } = Object.fromEntries(after.entries(each));
      expect([each, New, others]).toEqual([
        each,
        each === section ? 'n' : undefined,
        Object.fromEntries(before.entries(each)),
      ]);
    }
  }
});

it('adds a section at the end', () => {
  expect(setKey(text, 'device.客厅', 'Token', 'x')).toBe(`${text}\r\n[device.客厅]\r\nToken = x\r\n`);
  expect(setKey('', 'user.a', 'Token', 'x')).toBe('[user.a]\nToken = x\n');
});

it('removes a key, and nothing where there is none', () => {
  expect(removeKey(text, 'user.alice', 'Token')).toBe(text.replace('Token = old\r\n', ''));
  expect(removeKey(text, 'user.bob', 'Token')).toBe(text);
});
