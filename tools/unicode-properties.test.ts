import { expect, it } from 'vitest';
// @ts-expect-error: a build script without types
import { writtenOut } from './unicode-properties.mjs';

/** The regular expression that a source of one line comes to. */
function written(source: string): RegExp {
  const text: string = writtenOut(`const found = ${source};`);
  expect(text).not.toMatch(/\\p\{/i);
  const [, body = '', flags = ''] = /^const found = \/(.*)\/(\w*);$/.exec(text) ?? [];
  return new RegExp(body, flags);
}

it.each([
  [String.raw`/\p{Cc}/u`, 'a\u0007', 'a'],
  [String.raw`/^[^/?#@\\\s\p{Cc}]+$/u`, 'vps.example.com', 'vps\u0007'],
  [String.raw`/^[\p{Mn}\p{Cf}]$/u`, '\u0301', 'a'],
  [String.raw`/^\/[a/]\P{Cc}$/u`, '/ab', '/a\u0007'],
])('%s is the same without properties', (source, matching, other) => {
  expect(written(source).test(matching)).toBe(true);
  expect(written(source).test(other)).toBe(false);
});

it('fails where it cannot tell', () => {
  expect(() => writtenOut(String.raw`const a = b / c.replace(/\p{Cc}/u, '')`)).toThrow('cannot be written out');
});
