import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OBJECT_NAMES } from '../test/object-names.ts';
import { changedKeys, IniSyntaxError, readIni, removeKey, setKey } from './ini.ts';

const value = (text: string, section: string, key: string): string | undefined =>
  readIni(text).entries(section).get(key);

describe('readIni', () => {
  it('reads what Notepad writes: a BOM and CRLF', () => {
    expect(value('\uFEFF[client]\r\nDeviceID = 客厅\r\n', 'client', 'DeviceID')).toBe('客厅');
  });

  it('takes # and ; for comments at the start of a line only', () => {
    const text = '# a\n; b\n[client]\nMihomoSecret = a;b#c\n  # d\n';
    expect(value(text, 'client', 'MihomoSecret')).toBe('a;b#c');
  });

  it('keeps = and backslashes in a value', () => {
    expect(value('[client]\nLocalLogFile = C:\\logs\\a=b.txt', 'client', 'LocalLogFile')).toBe('C:\\logs\\a=b.txt');
  });

  it.each(['"quoted"', "'quoted'"])('takes the quotes from %s', (text) => {
    expect(value(`[client]\nDeviceID = ${text}`, 'client', 'DeviceID')).toBe('quoted');
  });

  it.each(['true', 'null', '12', '__proto__', '[1]', '{"a":1}'])('keeps %s as text', (text) => {
    expect(value(`[client]\nMihomoSecret=${text}`, 'client', 'MihomoSecret')).toBe(text);
  });

  it.each([...OBJECT_NAMES, 'list[]'])('reads a key and a section called %s', (name) => {
    const { sections, entries } = readIni(`[${name.replace('[]', '')}]\n${name} = 1`);
    expect(sections).toEqual([name.replace('[]', '')]);
    expect([...entries(name.replace('[]', ''))]).toEqual([[name, '1']]);
    expect(value('[s]\na = 1', 's', name)).toBeUndefined();
  });

  it('joins a list that runs over several lines and keeps it whole', () => {
    const text = [
      '[server]',
      'SubUrls     = ["a.yaml"]="https://host/path?token=1;2#3&flag=clash",',
      '              ["b.yaml"]="https://url"',
      'ServerToken = t',
    ].join('\n');
    expect(value(text, 'server', 'SubUrls')).toBe(
      '["a.yaml"]="https://host/path?token=1;2#3&flag=clash",\n["b.yaml"]="https://url"',
    );
    expect(value(text, 'server', 'ServerToken')).toBe('t');
  });

  it('keeps dots in section names', () => {
    const document = readIni('[user.alice]\nnote = a\n[device.My.Phone]\nuser = alice');
    expect(document.sections).toEqual(['user.alice', 'device.My.Phone']);
    expect(document.entries('device.My.Phone').get('user')).toBe('alice');
  });

  it('knows the line of each key', () => {
    const document = readIni('\n[client]\n\nDeviceID = a\n');
    expect(document.lineOf('client')).toBe(2);
    expect(document.lineOf('client', 'DeviceID')).toBe(4);
    expect(document.lineOf('client', 'Other')).toBeUndefined();
  });

  it.each([
    ['[client]\nDeviceID', 2, 'expected "key = value"'],
    ['［client］\nDeviceID = a', 1, 'full-width'],
    ['[client]\nDeviceID＝a', 2, 'full-width'],
    ['DeviceID = a', 1, 'before the first'],
    ['[client\nDeviceID = a', 1, '[name]'],
    ['[client]\nDeviceID = a\nDeviceID = b', 3, 'twice'],
  ])('says what is wrong with %j', (text, line, problem) => {
    const error = (() => {
      try {
        readIni(text);
      } catch (caught) {
        return caught;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(IniSyntaxError);
    expect(error).toMatchObject({ line, problem: { en: expect.stringContaining(problem) } });
  });

  it('does not repeat a broken line, which may hold a secret', () => {
    expect(() => readIni('[client]\nhunter2')).toThrow(/^(?!.*hunter2)/);
  });

  it('reads the keys of a section whatever its name holds', () => {
    const name = fc.string({ unit: 'grapheme' }).filter((s) => s === s.trim() && !/[\]"'=\r\n\u2028\u2029\0]/.test(s));
    fc.assert(
      fc.property(fc.oneof(name, fc.constantFrom('phone #2; x', 'a\\.b', '\\;', '__proto__')), (written) => {
        expect(value(`[device.${written}]\nk = 1`, `device.${written}`, 'k')).toBe('1');
      }),
    );
  });

  it('gives back every one-line value without quotes or a comma at its end', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((s) => s === s.trim() && !/[\r\n,"'\u2028\u2029\0]/.test(s));
    fc.assert(
      fc.property(text, (written) => {
        expect(value(`[s]\nk = ${written}\nz = 1`, 's', 'k')).toBe(written);
      }),
    );
  });
});

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

it('names keys that changed, came or went, and never their values', () => {
  const before = '[client]\nDeviceID = a\nRemoteToken = hush\nLogLevel = info\n[kernel.router]\nPollInterval = 1s\n';
  const after = '[client]\nDeviceID = a\nRemoteToken = hunter2\nPrivacy = on\n[kernel.router]\nPollInterval = 1s\n';
  expect(changedKeys(before, after)).toEqual(['[client] RemoteToken', '[client] LogLevel', '[client] Privacy']);
  expect(changedKeys(after, `${after}[kernel.nas]\nMihomoSecret = x\n`)).toEqual(['[kernel.nas] MihomoSecret']);
});

it('takes comments, spaces, quotes and order for no change', () => {
  expect(changedKeys('[s]\na = 1\nb = 2\n', '# note\r\n[s]\r\n\r\nb="2"\r\na=1\r\n')).toEqual([]);
});
