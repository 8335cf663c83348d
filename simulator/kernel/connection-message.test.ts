import { expect, it } from 'vitest';
import { catalogAnswers } from './catalog-answers.ts';
import { rfc3339Nano } from './connection-message.ts';
import { generateHousehold } from './kernel-source.ts';
import { readRecording } from './recording.ts';

/** The names of all fields in the order they are written, and the types of their values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? 'list' : [shapeOf(value[0])];
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.entries(value).map(([name, each]) => [name, shapeOf(each)]);
}

const modern = await readRecording(new URL('../../test/recordings/modern.ndjson.gz', import.meta.url).pathname);
const connectionsOf = (message: string): { network: string; id: string }[] => JSON.parse(message).connections ?? [];
const withConnections = (frames: readonly { message: string }[]): string =>
  frames.find(({ message }) => connectionsOf(message).length > 3)?.message ?? '';

it('writes the fields of a modern kernel in their order and types', () => {
  const { frames } = generateHousehold({ seed: '1', shape: 'mixed', seconds: 5, frameEvery: 100 });
  expect(shapeOf(JSON.parse(withConnections(frames)))).toEqual(shapeOf(JSON.parse(withConnections(modern.frames))));
});

it.each([
  ['2026-11-24T00:00:00.1234567Z', 123, 456_700],
  ['2026-11-24T00:00:00Z', 0, 0],
  ['2026-11-24T00:00:00.00000005Z', 0, 50],
])('writes %s as Go does', (text, milliseconds, nanoseconds) => {
  expect(rfc3339Nano(Date.UTC(2026, 10, 24) + milliseconds, nanoseconds)).toBe(text);
});

it('describes nodes and groups with the fields of a modern kernel', () => {
  const real = JSON.parse(modern.answers.proxies).proxies;
  const made = JSON.parse(catalogAnswers(0).proxies).proxies;
  for (const name of Object.keys(real)) {
    const fields = (item: object): unknown => shapeOf({ ...item, extra: 0, history: 0 });
    expect(fields(made[name]), name).toEqual(fields(real[name]));
    expect(made[name].type, name).toBe(real[name].type);
    expect(made[name]['provider-name'], name).toBe(real[name]['provider-name']);
  }
});

it('describes providers with the fields of a modern kernel', () => {
  const real = JSON.parse(modern.answers.providers).providers;
  const made = JSON.parse(catalogAnswers(Date.UTC(2026, 10, 24)).providers).providers;
  expect(Object.keys(made)).toEqual(Object.keys(real));
  for (const name of Object.keys(real)) expect(Object.keys(made[name]), name).toEqual(Object.keys(real[name]));
  expect(made['airport-b'].subscriptionInfo).toEqual(real['airport-b'].subscriptionInfo);
});
