import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../core/settings.ts';
import { readAuditorConfig } from '../config.ts';
import { multiplierRule } from './nodes.ts';
import { parseSubUrls, readMultiplier } from './settings.ts';

const read = (...lines: string[]) =>
  readAuditorConfig('ServerSetting.ini', ['[server]', ...lines].join('\n'), '/etc/flowcollect').settings.subscriptions;

const problemOf = (...lines: string[]): string => {
  try {
    read(...lines);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
  }
  return '';
};

describe('[airport.NAME]', () => {
  it('adds to an airport of SubUrls, and is an airport of its own with an address', () => {
    const [first, second] = read(
      'SubUrls = ["a.yaml"]="https://a.example/sub?token=hunter2"',
      '[airport.a.yaml]',
      'ResetDay = 16',
      'Timezone = America/Los_Angeles',
      '[airport.b]',
      'UrlFile = secrets/b.txt',
      'User = alice',
      'Providers = b1, b2',
      'Nodes = ^(HK|JP)',
      'Multipliers = 专线=2, 香港=1-1.5',
      'Quota = 200GB',
      'UserAgent = clash-verge/2.0',
      'Proxy = socks5://me:hunter2@127.0.0.1:1080',
    );
    expect(first).toMatchObject({ name: 'a.yaml', rules: { resetDay: 16, timezone: 'America/Los_Angeles' } });
    expect(second).toMatchObject({
      name: 'b',
      urlFile: '/etc/flowcollect/secrets/b.txt',
      rules: { user: 'alice', providers: ['b1', 'b2'], quota: 200 * 2 ** 30, userAgent: 'clash-verge/2.0' },
    });
    expect(second?.rules?.reset).toBeUndefined();
    expect(second?.rules?.proxy).toBe('socks5://me:hunter2@127.0.0.1:1080');
    expect(second?.rules?.nodes?.test('hk 01')).toBe(true);
    expect(second?.rules?.multipliers).toEqual([
      { text: '专线', multiplier: { low: 2, high: 2 } },
      { text: '香港', multiplier: { low: 1, high: 1.5 } },
    ]);
  });

  it('understands full-width signs between items of lists', () => {
    const text = readFileSync(new URL('../../test/written/ini-full-width-separators.ini', import.meta.url), 'utf8');
    const [first, second, third] = readAuditorConfig('f.ini', text, '/').settings.subscriptions;
    expect([first?.url, second?.url]).toEqual(['https://a.example/x', 'https://b.example/y']);
    expect(third?.rules).toMatchObject({
      providers: ['alpha', 'beta'],
      multipliers: [
        { text: '专线', multiplier: { low: 2, high: 2 } },
        { text: '香港', multiplier: { low: 1.5, high: 1.5 } },
      ],
    });
  });

  const section = (...lines: string[]) => read('[airport.b]', 'Url = https://b.example', ...lines)[0]?.rules;

  it.each([
    ['(?i)港|hk', ['香港 01', 'HK 02'], ['JP']],
    ['港`jp', ['香港', 'JP 1'], ['US']],
    ['(?i)^(?!.*(剩余|到期)).*港', ['香港 1'], ['剩余 香港']],
    ['^(?i:hk)\\-\\d+\\_x', ['HK-01_X'], ['HK01']],
    ['\\p{Han}\\:', ['港:'], ['HK:']],
    ['[🇭🇰🇯🇵]|\\#1', ['🇭🇰 x', 'a#1'], ['a']],
    ['\\AHK\\z', ['hk'], ['hk 1']],
  ])('takes the pattern %s as Mihomo spells it', (pattern, matching, others) => {
    const nodes = section(`Nodes = ${pattern}`)?.nodes;
    expect(matching.filter((name) => nodes?.test(name) !== true)).toEqual([]);
    expect(others.filter((name) => nodes?.test(name) === true)).toEqual([]);
  });

  it('reads the settings of an airport with a pattern of Mihomo and of one called constructor', () => {
    for (const file of ['nodes-go-regex.ini', 'airport-named-constructor.ini']) {
      const text = readFileSync(new URL(`../../test/written/${file}`, import.meta.url), 'utf8');
      expect(readAuditorConfig(file, text, '/').settings.subscriptions[0]?.url).toBe('http://127.0.0.1:1/x');
    }
  });

  it('knows the headers that an airport wants to be asked with', () => {
    expect(section('Headers = X-HWID: 1a:2b, X-Device-OS：iOS 18, 1,', '  Authorization: Basic aGk=')?.headers).toEqual(
      [
        ['X-HWID', '1a:2b'],
        ['X-Device-OS', 'iOS 18, 1'],
        ['Authorization', 'Basic aGk='],
      ],
    );
  });

  it.each([
    ['Headers = hunter2', 'Headers: must read NAME: VALUE'],
    ['Headers = X-HWID: ', 'Headers: must read NAME: VALUE'],
    ['Headers = Host: hunter2', 'none that is for HTTP itself'],
    ['Headers = X Y: hunter2', 'Headers: must read NAME: VALUE'],
    [
      'Nodes = (HK',
      'such as ^(HK|JP), or as in a filter of Mihomo, (?i)hk|sg, several divided by ` (Unterminated group)',
    ],
    ['Nodes = (?>HK)', '(Invalid group)'],
  ])('says what is wrong with %s', (line, words) => {
    const message = problemOf('[airport.b]', 'Url = https://b.example', line);
    expect(message).toContain(words);
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['SubUrls = ["a"]="https：//hunter2"', 'SubUrls: the address of entry 1 must begin', '：'],
    ['[airport.b]\nUrl = https://b.example\nMultipliers = 专线：2', '[airport.b] Multipliers: must read', '：'],
    ['[airport.b]\nUrl = https：//hunter2', '[airport.b] Url: must begin with', '：'],
    ['[airport.b]\nUrl = https://b.example\nReset = monthly 16 08：00', '[airport.b] Reset: must be', '：'],
    ['AuditorListen = ：9102', '[server] AuditorListen: must be', '：'],
  ])('says the place of a full-width sign that it does not understand: %s', (lines, place, sign) => {
    const message = problemOf(lines);
    expect(message).toContain(place);
    expect(message).toContain(`the value holds the full-width ${sign}`);
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['no address', ['[airport.b]', 'ResetDay = 1'], '[airport.b] Url: is missing; add it, UrlFile, or a SubUrls entry'],
    ['a day that no month has', ['[airport.b]', 'Url = https://b.example', 'ResetDay = 32'], 'ResetDay: must be'],
    [
      'a reset of no kind',
      ['[airport.b]', 'Url = https://b.example', 'Reset = hourly'],
      '[airport.b] Reset: must be daily, weekly mon, monthly 16, yearly 12-31 or never',
    ],
    [
      'two resets',
      ['[airport.b]', 'Url = https://b.example', 'Reset = daily', 'ResetDay = 1'],
      'Reset: and ResetDay exclude each other',
    ],
    [
      'a broken pattern',
      ['[airport.b]', 'Url = https://b.example', 'Nodes = (HK'],
      'Nodes: must be a regular expression',
    ],
    ['a broken multiplier', ['[airport.b]', 'Url = https://b.example', 'Multipliers = HK'], 'Multipliers: must read'],
    ['a broken address', ['[airport.b]', 'Url = ftp://hunter2'], 'Url: must begin with http:// or https://'],
    ['an unknown origin', ['[airport.b]', 'Url = https://b.example', 'Origin = panel'], 'Origin: must be subscription'],
    ['a secret of nothing', ['[airport.b]', 'Url = https://b.example', 'Secret = hunter2'], 'Secret: is for Origin'],
    [
      'a proxy of another kind',
      ['[airport.b]', 'Url = https://b.example', 'Proxy = ss://hunter2@h:1'],
      'Proxy: must be',
    ],
    ['a proxy without a host', ['[airport.b]', 'Url = https://b.example', 'Proxy = hunter2:7890'], 'Proxy: must be'],
    [
      'two addresses',
      ['SubUrls = ["b"]="https://b.example"', '[airport.b]', 'Url = https://b.example/hunter2'],
      'Url: is in SubUrls too',
    ],
  ])('says what is wrong with %s, without the address', (_, lines, words) => {
    const problem = problemOf(...lines);
    expect(problem).toContain(words);
    expect(problem).not.toContain('hunter2');
  });
});

it('reads when use resets', () => {
  const [airport] = read('[airport.b]', 'Url = https://b.example', 'Reset = weekly mon 04:00');
  expect(airport?.rules?.reset).toEqual({ kind: 'weekly', weekday: 1, hour: 4, minute: 0 });
});

it('takes the first multiplier whose text a name holds', () => {
  const multipliers = [readMultiplier('IEPL=2'), readMultiplier('香港 = 0.5')].filter((each) => each !== undefined);
  expect(multiplierRule({ multipliers }, '香港 iepl 01')).toEqual({ low: 2, high: 2 });
  expect(multiplierRule({ multipliers }, '香港 02')).toEqual({ low: 0.5, high: 0.5 });
  expect(multiplierRule({ multipliers }, '日本')).toBeUndefined();
  expect(readMultiplier('a=b=3')).toEqual({ text: 'a=b', multiplier: { low: 3, high: 3 } });
  expect(readMultiplier('a=3-2')).toBeUndefined();
});

const A = 'https://host/path?token=1;2#3&flag=clash';
const B = 'https://url';

describe('SubUrls', () => {
  it.each([
    ['double quotes over two lines', `["a.yaml"]="${A}",\n["b.yaml"]="${B}"`],
    ['one line', `["a.yaml"]="${A}", ["b.yaml"]="${B}"`],
    ['one line without spaces', `["a.yaml"]="${A}",["b.yaml"]="${B}"`],
    ['single quotes', `['a.yaml']='${A}',\n['b.yaml']='${B}'`],
    ['no quotes', `[a.yaml]=${A},\n[b.yaml]=${B}`],
    ['no quotes in one line', `[a.yaml]=${A},[b.yaml]=${B}`],
    ['quotes around the address only', `[a.yaml]="${A}", [b.yaml]="${B}"`],
    ['no brackets', `"a.yaml"="${A}", "b.yaml"="${B}"`],
    ['bare names', `a.yaml=${A}, b.yaml=${B}`],
    ['lines without commas', `["a.yaml"]="${A}"\n["b.yaml"]="${B}"`],
    ['a comma at the end and loose spacing', `[ "a.yaml" ] = "${A}" ,\n  [ "b.yaml" ] = "${B}",`],
    ['a comma at the start of a line', `["a.yaml"]="${A}"\n,["b.yaml"]="${B}"`],
    ['full-width signs between items', `[“a.yaml”]＝“${A}”，【b.yaml】＝${B}；`],
    ['full-width signs between bare items', `a.yaml＝${A}，b.yaml＝${B}`],
  ])('reads %s', (_, text) => {
    expect(parseSubUrls(text)).toEqual({
      ok: true,
      subscriptions: [
        { name: 'a.yaml', url: A },
        { name: 'b.yaml', url: B },
      ],
    });
  });

  it.each([
    ['https://a.example/x,y=1,2?u=a,b, https://b.example/z'],
    ['https://a.example/x,y=1,2?u=a,b\nhttps://b.example/z'],
    ['"https://a.example/x,y=1,2?u=a,b","https://b.example/z"'],
  ])('names the addresses of a plain list by their hosts and keeps their commas: %s', (text) => {
    expect(parseSubUrls(text)).toEqual({
      ok: true,
      subscriptions: [
        { name: 'a.example', url: 'https://a.example/x,y=1,2?u=a,b' },
        { name: 'b.example', url: 'https://b.example/z' },
      ],
    });
  });

  it('tells two subscriptions of one host apart', () => {
    const result = parseSubUrls('https://a.example/1,https://a.example/2');
    expect(result.ok && result.subscriptions.map((each) => each.name)).toEqual(['a.example', 'a.example-2']);
  });

  it('keeps full-width characters in quoted names and in addresses', () => {
    expect(parseSubUrls('["机场：甲，乙"]="https://a.example/订阅：一，二?t=；"')).toEqual({
      ok: true,
      subscriptions: [{ name: '机场：甲，乙', url: 'https://a.example/订阅：一，二?t=；' }],
    });
  });

  it('is empty when nothing is set', () => {
    expect(parseSubUrls('')).toEqual({ ok: true, subscriptions: [] });
  });

  it.each([
    ['["a.yaml"]="ftp://secret-token"', 'entry 1'],
    ['["a.yaml"]="https://secret-token", what is secret-token', 'entry'],
    ['["a.yaml"]="https://secret-token", ["a.yaml"]="https://secret-token"', 'twice'],
  ])('says what is wrong without the address: %s', (text, part) => {
    const result = parseSubUrls(text);
    expect(result).toMatchObject({ ok: false, problem: { en: expect.stringContaining(part) } });
    expect(JSON.stringify(result)).not.toContain('secret-token');
  });

  it('gives back any list of quoted addresses', () => {
    const url = fc.webUrl({ withQueryParameters: true, withFragments: true }).filter((text) => !text.includes('"'));
    fc.assert(
      fc.property(fc.array(url, { maxLength: 4 }), fc.constantFrom(',', ', ', ',\n', '\n'), (urls, separator) => {
        const text = urls.map((each, index) => `["${index}.yaml"]="${each}"`).join(separator);
        const result = parseSubUrls(text);
        expect(result.ok && result.subscriptions.map((each) => each.url)).toEqual(urls);
      }),
    );
  });
});
