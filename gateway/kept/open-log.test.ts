import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogRecord, writeRecord } from './append-only-log.ts';
import { readRecords } from './open-log.ts';

const anyName = fc.stringMatching(/^[a-z0-9._]{1,40}$/);
const anyRecord: fc.Arbitrary<LogRecord> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), name: anyName, content: fc.uint8Array({ maxLength: 200 }) }),
  fc.record({ kind: fc.constant('move' as const), name: anyName, to: anyName }),
  fc.record({ kind: fc.constant('drop' as const), name: anyName }),
);
const write = (records: readonly LogRecord[]): Buffer =>
  Buffer.concat(records.map((record) => writeRecord(record).bytes));
const read = (log: Buffer): LogRecord[] =>
  readRecords(log).found.map(({ record }) =>
    record.kind === 'put' ? { ...record, content: Uint8Array.from(record.content) } : record,
  );

describe('records of a log', () => {
  it('stand as lines that a person can read', () => {
    const log = write([
      { kind: 'put', name: 'a.prepared', content: Buffer.from('# 香港\n') },
      { kind: 'move', name: 'a.prepared', to: 'a.prom' },
      { kind: 'drop', name: 'a.prom' },
    ]);
    expect(log.toString()).toBe(
      'put a.prepared 9 84ebfba9\n# 香港\n\nmove a.prepared a.prom 33e17fc0\ndrop a.prom c974dc3f\n',
    );
  });

  it('are read back as written, with where each content begins', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 10 }), (records) => {
        const log = write(records);
        expect(read(log)).toEqual(records);
        expect(readRecords(log).end).toBe(log.length);
        for (const { record, at } of readRecords(log).found) {
          if (record.kind !== 'put') continue;
          expect(log.subarray(at, at + record.content.length)).toEqual(Buffer.from(record.content));
        }
      }),
    );
  });

  it('are read up to where the log was cut, and to no other records', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 6 }), fc.nat(), (records, cut) => {
        const log = write(records);
        const whole = read(log.subarray(0, cut % log.length));
        expect(whole.length).toBeLessThan(records.length);
        expect(whole).toEqual(records.slice(0, whole.length));
      }),
    );
  });

  it('are read but for the one or two where a byte is not as it was written, which are told apart from a cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (records, at, change) => {
          const log = write(records);
          const place = at % log.length;
          log.writeUInt8(log.readUInt8(place) ^ change, place);
          const ends = records.map((_, index) => write(records.slice(0, index + 1)).length);
          const hit = ends.findIndex((end) => place < end);
          const found = read(log);
          expect(found.slice(0, hit)).toEqual(records.slice(0, hit));
          const rest = found.slice(hit);
          expect([records.slice(hit + 1), records.slice(hit + 2)]).toContainEqual(rest);
          const { damaged } = readRecords(log);
          if (rest.length > 0) expect(damaged).toHaveLength(1);
          for (const span of damaged) expect(place >= span.at && place < span.end).toBe(true);
        },
      ),
    );
  });
});
