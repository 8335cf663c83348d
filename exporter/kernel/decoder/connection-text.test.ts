import { describe, expect, it } from 'vitest';
import { connectionTextOf, readCounts } from './connection-text.ts';
import { createTextCursor } from './text-cursor.ts';

const written = (upload: number | string, download: number | string, host = 'example.com'): string =>
  `{"id":"a","metadata":{"host":"${host}"},"upload":${upload},"download":${download},"chains":["香港 01"]}`;

function readAgain(first: string, second: string) {
  const { upload, download } = JSON.parse(first);
  const text = connectionTextOf(first, { upload, download });
  if (text === undefined) return 'parsed each time';
  const cursor = createTextCursor(second);
  return { counts: readCounts(text, cursor), at: cursor.at };
}

describe('the text of a connection', () => {
  it('is read again for its counters alone', () => {
    const next = written(1000, 200);
    expect(readAgain(written(1, 2), `${next},{`)).toEqual({ counts: { upload: 1000, download: 200 }, at: next.length });
  });

  it.each([
    ['another host', written(1, 2, 'example.org')],
    ['a count that is none', written('1.5', 2)],
    ['a count too long to be exact', written(1, '9223372036854775807')],
    ['a cut', written(1, 2).slice(0, -1)],
  ])('is not read past %s', (_, next) => {
    expect(readAgain(written(1, 2), next)).toEqual({ counts: undefined, at: 0 });
  });

  it('is not taken for a counter where a name reads like one', () => {
    const host = '\\"upload\\":7,\\"download\\":8';
    expect(readAgain(written(1, 2, host), written(3, 4, host))).toMatchObject({ counts: { upload: 3, download: 4 } });
  });

  it.each([
    ['a second counter of that name', '{"upload":1,"download":2,"more":{"upload":3}}'],
    ['counters that do not stand side by side', '{"upload":1,"id":"a","download":2}'],
    ['another order', '{"download":2,"upload":1}'],
    ['blanks', '{"upload": 1,"download": 2}'],
  ])('is parsed each time where it has %s', (_, text) => {
    expect(readAgain(text, text)).toBe('parsed each time');
  });
});
