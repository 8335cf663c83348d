import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OBJECT_NAMES } from '../test/object-names.ts';
import { readExample } from '../tools/settings-page.ts';
import { changedKeys, IniSyntaxError, IniValueError, readIni, setKey } from './ini.ts';

const exampleKeys = [
  ...new Set(
    readExample(readFileSync(new URL('../setting.ini.example', import.meta.url), 'utf8')).map(({ key }) => key),
  ),
];
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

  it.each([
    ['ini-token-ends-in-comma.ini', 'server', 'ServerToken', 'tok,', 'SubUrls', '["a"]="http://127.0.0.1:1/x"'],
    ['ini-secret-ends-in-comma.ini', 'client', 'MihomoSecret', 'p@ss,', 'RemoteServer', 'http://127.0.0.1:8686'],
  ])('ends a value with its line, also one that ends in a comma: %s', (file, section, key, written, next, after) => {
    const text = readFileSync(new URL(`../test/written/${file}`, import.meta.url), 'utf8');
    expect(value(text, section, key)).toBe(written);
    expect(value(text, section, next)).toBe(after);
  });

  it.each(exampleKeys)('ends a list that ends in a comma before the key %s', (key) => {
    const list = key === 'SubUrls' ? 'EmailTo' : 'SubUrls';
    for (const comma of [',', '，', ',\n\n# more\n']) {
      const text = `[s]\n${list} = ["a"]="https://a"${comma}\n${key.toLowerCase()} = https://b\n[t]\nk = v`;
      expect(value(text, 's', key)).toBe('https://b');
      expect(value(text, 't', 'k')).toBe('v');
    }
  });

  it('lets a list go on whatever else its lines hold', () => {
    const text = '[airport.a]\nmultipliers = 专线=2，\n  HK = 1.5\n  , JP=3\nQuota = 1GB';
    expect(value(text, 'airport.a', 'Multipliers')).toBe('专线=2，\nHK = 1.5\n, JP=3');
    expect(value(text, 'airport.a', 'Quota')).toBe('1GB');
  });

  it('takes no key for an item, also one that nobody knows, of a list whose items are no settings themselves', () => {
    const entries = readIni(
      '[client]\nLocalNodes = ua3f,\nPolInterval = 500\n[airport.a]\nMultipliers = HK=2,\nUS=3\n',
    );
    expect([...entries.entries('client').keys()]).toEqual(['LocalNodes', 'PolInterval']);
    expect(entries.entries('airport.a').get('Multipliers')).toBe('HK=2,\nUS=3');
  });

  it('knows sections and keys in any case, and names as they are written', () => {
    const document = readIni('[Client]\nmihomoapiaddr = a\n[KERNEL.NAS]\nDEVICEID = NAS\n[Other]\nk = v');
    expect(document.sections).toEqual(['client', 'kernel.NAS', 'Other']);
    expect(document.entries('client').get('MihomoAPIAddr')).toBe('a');
    expect(document.entries('kernel.NAS').has('DeviceID')).toBe(true);
    expect(document.lineOf('client', 'MihomoAPIAddr')).toBe(2);
    expect(value('[s]\nnote = a\nNote = b', 's', 'Note')).toBe('b');
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
    ['[client]\nMihomoSecret ＝ a=b', 2, 'full-width'],
    ['【client】\nDeviceID = a', 1, 'full-width'],
    ['[server]\nServerToken = a,\nb', 3, 'expected "key = value"'],
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

  it('gives back every one-line value without quotes', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((s) => s === s.trim() && !/[\r\n"'\u2028\u2029\0]/.test(s));
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

it('replaces a list with all of its lines', () => {
  const list = '[smtp]\nEmailTo = a@qq.com,\n  b@qq.com\n# mine\nEmailUser = u\n';
  expect(setKey(list, 'smtp', 'EmailTo', 'c@qq.com')).toBe('[smtp]\nEmailTo = c@qq.com\n# mine\nEmailUser = u\n');
});

it('writes what is read back the same: commas, blanks and quotes at the ends too', () => {
  const text = fc
    .string({ unit: fc.constantFrom('a', ' ', ',', '"', '=', '#', '；', '密') })
    .filter((written) => written === written.trim() || !written.includes("'"));
  fc.assert(
    fc.property(text, (written) => {
      const file = setKey('[client]\nMihomoSecret = old\nDeviceID = pc\n', 'client', 'MihomoSecret', written);
      expect(value(file, 'client', 'MihomoSecret')).toBe(written);
      expect(value(file, 'client', 'DeviceID')).toBe('pc');
    }),
  );
});

it('adds a section at the end', () => {
  expect(setKey(text, 'device.客厅', 'Token', 'x')).toBe(`${text}\r\n[device.客厅]\r\nToken = x\r\n`);
  expect(setKey('', 'user.a', 'Token', 'x')).toBe('[user.a]\nToken = x\n');
});

it('lets no value, key or section bring settings of its own with it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\n', '\r', '\r\n', '\0', '\u001b', '\u0085', '\t'),
      fc.string({ unit: 'binary' }),
      (before, control, after) => {
        const evil = `${before}${control}${after}`;
        expect(() => setKey(text, 'server', 'ServerToken', evil)).toThrow(IniValueError);
        expect(() => setKey(text, evil, 'ServerToken', 'x')).toThrow(IniValueError);
        expect(() => setKey(text, 'server', evil, 'x')).toThrow(IniValueError);
      },
    ),
  );
  for (const name of ['a]\n[b', 'a]', 'a"', 'a=b', ' a']) {
    expect(() => setKey(text, name, 'Token', 'x')).toThrow(IniValueError);
  }
});

it('writes each value so that it reads back as it is, or not at all', () => {
  for (const odd of ['"quoted"', "'quoted'", 'ends in a comma,', ' spaces ', '# no comment', '[x]=1', '"', '']) {
    expect(
      readIni(setKey(text, 'server', 'Note', odd))
        .entries('server')
        .get('Note'),
    ).toBe(odd);
  }
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', "'", ',', ' ', '[', ']', '=', '#', 'a') }), (odd) => {
      let written: string;
      try {
        written = setKey(text, 'server', 'Note', odd);
      } catch (error) {
        expect(error).toBeInstanceOf(IniValueError);
        return;
      }
      const { Note, ...others } = Object.fromEntries(readIni(written).entries('server'));
      expect([Note, others]).toEqual([odd, Object.fromEntries(readIni(text).entries('server'))]);
      expect(readIni(written).sections).toEqual(readIni(text).sections);
    }),
  );
});

it('names keys that changed, came or went, and never their values', () => {
  const before = '[client]\nDeviceID = a\nRemoteToken = hush\nLogLevel = info\n[kernel.router]\nPollInterval = 1s\n';
  const after = '[client]\nDeviceID = a\nRemoteToken = hunter2\nPrivacy = on\n[kernel.router]\nPollInterval = 1s\n';
  expect(changedKeys(before, after)).toEqual(['[client] RemoteToken', '[client] LogLevel', '[client] Privacy']);
  expect(changedKeys(after, `${after}[kernel.nas]\nMihomoSecret = x\n`)).toEqual(['[kernel.nas] MihomoSecret']);
});

it('names no key that may hold an address', () => {
  expect(changedKeys('[s]\n', '[s]\nSubUrls: https://host/hunter2?a=b\n')).toEqual(['[s] …']);
  expect(() => readIni('[s]\nUrl: https://hunter2?a=b\nUrl: https://hunter2?a=c')).toThrow(/^(?!.*hunter2).*twice/);
});

it('takes comments, spaces, quotes and order for no change', () => {
  expect(changedKeys('[s]\na = 1\nb = 2\n', '# note\r\n[s]\r\n\r\nb="2"\r\na=1\r\n')).toEqual([]);
});
