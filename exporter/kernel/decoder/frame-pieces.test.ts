import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRollCall } from '../../ledger/roll-call.ts';
import { parseRecordedMessages, readRecordedText } from '../../replay/recording.ts';
import { createFrameDecoder } from './frame-decoder.ts';
import { createPieceReader } from './frame-pieces.ts';
import type { KnownConnection } from './known-connection.ts';

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
function write(connections: readonly Shown[]): string {
  return JSON.stringify({
    downloadTotal: 20,
    uploadTotal: 10,
    connections: connections.map(({ id, upload, download, host }) => ({
      id: `connection ${id}`,
      metadata: { network: 'tcp', host },
      upload,
      download,
      chains: ['香港 01', '节点选择'],
      rule: 'Match',
    })),
    memory: 5,
  });
}

/** The same to JSON, and not as the kernel writes: it is parsed as a whole. */
const writtenOtherwise = (text: string): Buffer => Buffer.from(` ${text}`);

const outcome = (decode: () => unknown): unknown => {
  try {
    return decode();
  } catch (error) {
    return (error as Error).name;
  }
};

describe('a message read piece by piece', () => {
  it('says what it says parsed as a whole, whatever it holds', () => {
    fc.assert(
      fc.property(messages, (sequence) => {
        const pieces = createFrameDecoder();
        const whole = createFrameDecoder();
        for (const connections of sequence) {
          const text = write(connections);
          expect(outcome(() => pieces.decode(Buffer.from(text), 1))).toEqual(
            outcome(() => whole.decode(writtenOtherwise(text), 1)),
          );
        }
      }),
    );
  });

  it('says so too where a character was changed, lost or put in', () => {
    fc.assert(
      fc.property(
        messages,
        fc.nat(),
        fc.constantFrom('', '0', '1', '"', ',', '}', ']', '\\', ' '),
        fc.boolean(),
        (sequence, place, character, replaces) => {
          const pieces = createFrameDecoder();
          const whole = createFrameDecoder();
          for (const connections of sequence) {
            const good = write(connections);
            const at = place % good.length;
            const text = good.slice(0, at) + character + good.slice(replaces ? at + 1 : at);
            for (const each of [good, text]) {
              expect(outcome(() => pieces.decode(Buffer.from(each), 1))).toEqual(
                outcome(() => whole.decode(writtenOtherwise(each), 1)),
              );
            }
          }
        },
      ),
    );
  });

  it.each(['mixed', 'modern'])('needs no other way for what a kernel sent: %s', async (name) => {
    const text = await readRecordedText(`test/recordings/${name}.ndjson.gz`);
    const reader = createPieceReader(createRollCall<KnownConnection>());
    const whole = createFrameDecoder();
    for (const { text: message } of parseRecordedMessages(name, text).filter((_, index) => index % 20 === 0)) {
      if (message.includes('"connections":null')) continue;
      expect(reader.read(Buffer.from(message), 1)).toEqual(whole.decode(writtenOtherwise(message), 1));
    }
  });
});
