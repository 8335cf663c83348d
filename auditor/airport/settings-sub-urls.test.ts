import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSubUrls } from './settings.ts';

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
