import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { OBJECT_NAMES } from '../test/object-names.ts';
import { checkedText, namedSchema, readCheckedText } from './json.ts';

const schema = namedSchema(z.object({ bytes: z.number() }));

it('a JSON object of names is a Map, whatever they are', () => {
  const text = `{${OBJECT_NAMES.map((name, index) => `"${name}": {"bytes": ${index}}`).join()}}`;
  expect([...schema.parse(JSON.parse(text))]).toEqual(OBJECT_NAMES.map((name, bytes) => [name, { bytes }]));
  expect(schema.parse({}).has('constructor')).toBe(false);
});

it.each([[[]], [null], ['text']])('%j is no JSON object of names', (json) => {
  expect(schema.safeParse(json).success).toBe(false);
});

it('what is wrong is told with the name', () => {
  expect(schema.safeParse({ HK: { bytes: 'many' } }).error?.issues[0]?.path).toEqual(['HK', 'bytes']);
});

const FORMAT = { format: 'a-format', version: 3 };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const anyBody = fc.json();

it('gives back what it was given', () => {
  fc.assert(
    fc.property(anyBody, (body) => {
      expect(readCheckedText(FORMAT, checkedText(FORMAT, body, sha256), sha256)).toEqual({ ok: true, body });
    }),
  );
});

it('tells every text that was cut or in which a character was changed', () => {
  fc.assert(
    fc.property(anyBody, fc.nat(), fc.boolean(), (body, seed, cut) => {
      const text = checkedText(FORMAT, body, sha256);
      // The line break at the end may be missing: nothing is lost with it.
      const at = seed % (text.length - 1);
      const damaged = cut ? text.slice(0, at) : `${text.slice(0, at)}\u0001${text.slice(at + 1)}`;
      expect(readCheckedText(FORMAT, damaged, sha256)).toMatchObject({ ok: false });
    }),
  );
});
