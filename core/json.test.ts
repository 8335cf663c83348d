import { expect, it } from 'vitest';
import * as z from 'zod';
import { OBJECT_NAMES } from '../test/object-names.ts';
import { namedSchema } from './json.ts';

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
