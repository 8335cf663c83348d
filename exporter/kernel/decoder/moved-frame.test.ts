import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../host/node-system.ts';
import { createOrderedIndex } from '../../ledger/connection-table.ts';
import { parseRecordedMessages, readRecordedText, sampleMessages } from '../../replay/recording.ts';
import { createFrameDecoder, readMovedFrame } from './frame-decoder.ts';
import { type KnownConnection, readParsedFrame } from './messages.ts';

interface Shown {
  readonly id: number;
  readonly upload: number;
  readonly download: number;
  readonly host: string;
}

const shown = fc.record({
  id: fc.nat({ max: 8 }),
  upload: fc.oneof(fc.nat(), fc.constantFrom(-1, 1.5, 1e21)),
  download: fc.oneof(fc.nat(), fc.maxSafeNat()),
  host: fc.oneof(fc.constantFrom('香港', '}]', '},{"id":"', '"upload":1,"download":2'), fc.string({ maxLength: 4 })),
});
const messages = fc.array(fc.array(shown, { maxLength: 8 }), { minLength: 1, maxLength: 6 });

/** As the kernel writes it. */
const write = (connections: readonly Shown[]): string =>
  writeItems(
    connections.map(({ id, upload, download, host }) =>
      JSON.stringify({
        id: `connection ${id}`,
        metadata: { network: 'tcp', host },
        upload,
        download,
        chains: ['香港 01', '节点选择'],
        rule: 'Match',
      }),
    ),
  );
const writeItems = (items: readonly string[]): string =>
  `{"downloadTotal":20,"uploadTotal":10,"connections":[${items.join(',')}],"memory":5}`;

const outcome = (decode: () => unknown): unknown => {
  try {
    return decode();
  } catch (error) {
    return (error as Error).name;
  }
};

/** Holds the decoder to the plain way over a sequence of messages. */
function expectTheSame(sequence: readonly string[]): void {
  const decoder = createFrameDecoder();
  const known = createOrderedIndex<KnownConnection>();
  for (const text of sequence) {
    const message = Buffer.from(text);
    expect(outcome(() => decoder.decode(message, 1))).toEqual(outcome(() => readParsedFrame(message, 1, known)));
  }
}

describe('a message read by what moved', () => {
  it('says what it says parsed as a whole, whatever it holds', () => {
    fc.assert(fc.property(messages, (sequence) => expectTheSame(sequence.map(write))));
  });

  it('says so too where a character was changed, lost or put in', () => {
    fc.assert(
      fc.property(
        messages,
        fc.nat(),
        fc.constantFrom('', '0', '1', '"', ',', '}', ']', '\\', ' '),
        fc.boolean(),
        (sequence, place, character, replaces) =>
          expectTheSame(
            sequence.map(write).flatMap((good) => {
              const at = place % good.length;
              return [good, good.slice(0, at) + character + good.slice(replaces ? at + 1 : at)];
            }),
          ),
      ),
    );
  });

  const item = (counts: string, host = 'example.com'): string =>
    `{"id":"a","metadata":{"host":"${host}"},${counts},"chains":["香港 01"]}`;
  const first = item('"upload":1,"download":2');
  it.each([
    ['other counts', first, item('"upload":1000,"download":200')],
    ['another host', first, item('"upload":1,"download":2', 'example.org')],
    ['a count that is none', first, item('"upload":1.5,"download":2')],
    ['a count too long to be exact', first, item('"upload":1,"download":9223372036854775807')],
    ['a cut', first, first.slice(0, -1)],
    [
      'a host that reads like counters',
      item('"upload":1,"download":2', '\\"upload\\":7'),
      item('"upload":3,"download":4', '\\"upload\\":7'),
    ],
    [
      'a second counter of that name',
      `${first.slice(0, -1)},"more":{"upload":3}}`,
      `${first.slice(0, -1)},"more":{"upload":4}}`,
    ],
    [
      'counters apart',
      '{"upload":1,"id":"a","download":2,"chains":["a"]}',
      '{"upload":3,"id":"a","download":4,"chains":["a"]}',
    ],
    ['another order', item('"download":2,"upload":1'), item('"download":3,"upload":4')],
    [
      'highest rates that change',
      `${first.slice(0, -1)},"maxUploadRate":3,"maxDownloadRate":4}`,
      `${first.slice(0, -1)},"maxUploadRate":300,"maxDownloadRate":400}`,
    ],
    [
      'highest rates that are none',
      `${first.slice(0, -1)},"maxUploadRate":3,"maxDownloadRate":4}`,
      `${first.slice(0, -1)},"maxUploadRate":-1,"maxDownloadRate":4}`,
    ],
    ['blanks', item('"upload": 1,"download": 2'), item('"upload": 3,"download": 4')],
  ])('says so with %s, also at another place and after it', (_, one, two) => {
    const other = item('"upload":5,"download":6').replace('"a"', '"b"');
    for (const sequence of [[one], [two], [other, one], [two, other], [one]]) {
      expectTheSame([
        writeItems([one]),
        writeItems([other, one]),
        writeItems(sequence),
        writeItems([two]),
        writeItems([one]),
      ]);
    }
  });

  it('parses nothing again of a connection whose highest rates have changed, as smart groups have them', () => {
    const known = createOrderedIndex<KnownConnection>();
    const frameAt = (second: number) =>
      readMovedFrame(
        Buffer.from(
          writeItems([
            `{"id":"a","metadata":{"host":"x"},"upload":${second},"download":2,"chains":["香港 01"],"rulePayload":"","maxUploadRate":${second},"maxDownloadRate":${7 * second}}`,
          ]),
        ),
        1,
        known,
      );
    frameAt(1);
    const span = known.byId.get('a')?.span;
    for (const second of [2, 30, 400]) {
      expect(frameAt(second)?.connections[0]?.upload).toBe(second);
      // One that was parsed again has another span.
      expect(known.byId.get('a')?.span).toBe(span);
    }
  });

  const recordings = readdirSync('test/recordings').filter((name) => name.endsWith('.ndjson.gz'));
  it.each(recordings)('needs no other way for what a kernel sent: %s', async (name) => {
    const path = `test/recordings/${name}`;
    const recorded = parseRecordedMessages(path, await readRecordedText(nodeFiles, path));
    for (const interval of [0, 1000]) {
      const [moved, parsed] = [createOrderedIndex<KnownConnection>(), createOrderedIndex<KnownConnection>()];
      for (const { text } of sampleMessages(recorded, interval, 0)) {
        const message = Buffer.from(text);
        const frame = readMovedFrame(message, 1, moved);
        // Without a connection there is nothing that could have moved.
        if (frame === undefined) expect(text).toContain('"connections":null');
        const expected = readParsedFrame(message, 1, parsed);
        if (frame !== undefined) expect(isDeepStrictEqual(frame, expected), text).toBe(true);
      }
    }
  });
});
