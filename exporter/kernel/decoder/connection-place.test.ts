import { describe, expect, it } from 'vitest';
import { connectionPlaceOf, readCounts } from './connection-place.ts';
import { createMessageCursor } from './message-cursor.ts';

const written = (upload: number | string, download: number | string, host = 'example.com'): string =>
  `{"id":"a","metadata":{"host":"${host}"},"upload":${upload},"download":${download},"chains":["香港 01"]}`;

function placeOf(text: string, before = '') {
  const { upload, download } = JSON.parse(text);
  const message = Buffer.from(`${before}${text},{`);
  const begin = Buffer.byteLength(before);
  return connectionPlaceOf(message, begin, begin + Buffer.byteLength(text), { upload, download });
}

function readAgain(first: string, second: string) {
  const place = placeOf(first, '[');
  if (place === undefined) return 'parsed each time';
  const cursor = createMessageCursor(Buffer.from(second));
  return { counts: readCounts(place, cursor), at: cursor.at };
}

describe('the place of a connection', () => {
  it('is read again for its counters alone', () => {
    const next = written(1000, 200);
    expect(readAgain(written(1, 2), `${next},{`)).toEqual({
      counts: { upload: 1000, download: 200 },
      at: Buffer.byteLength(next),
    });
  });

  it('moves on to the message that was read last', () => {
    const place = placeOf(written(1, 2));
    const counts = ['', '[', '[{},'].map((before, index) => {
      const cursor = createMessageCursor(Buffer.from(before + written(10 ** index, 7)));
      cursor.moveTo(before.length);
      return place === undefined ? 'parsed each time' : readCounts(place, cursor);
    });
    expect(counts).toEqual([1, 10, 100].map((upload) => ({ upload, download: 7 })));
  });

  it.each([
    ['another host', written(1, 2, 'example.org')],
    ['a count that is none', written('1.5', 2)],
    ['a count too long to be exact', written(1, '9223372036854775807')],
    ['a cut', written(1, 2).slice(0, -1)],
  ])('is not read past %s, and stays', (_, next) => {
    expect(readAgain(written(1, 2), next)).toEqual({ counts: undefined, at: 0 });
    const place = placeOf(written(1, 2));
    const before = { ...place };
    if (place !== undefined) readCounts(place, createMessageCursor(Buffer.from(next)));
    expect(place).toEqual(before);
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
  ])('is none where it has %s', (_, text) => {
    expect(readAgain(text, text)).toBe('parsed each time');
  });
});
