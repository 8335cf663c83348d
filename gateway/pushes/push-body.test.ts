import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_UNPACKED_BYTES, MAX_WIRE_BYTES } from '../access/limits.ts';
import { createByteBudget, createUserBudgets, DeviceGoneError, readPushBody } from './push-body.ts';

const request = (chunks: Iterable<Uint8Array>, headers: Record<string, string> = {}) =>
  Object.assign(Readable.from(chunks, { objectMode: false }), { headers });
const gzipped = (bytes: Uint8Array) => request([gzipSync(bytes)], { 'content-encoding': 'gzip' });
const plenty = () => createByteBudget(1e9);

describe('readPushBody', () => {
  it('reads plain text in pieces', async () => {
    const bytes = Buffer.from('香港 1\n');
    const body = await readPushBody(request([bytes.subarray(0, 2), bytes.subarray(2)]), plenty());
    expect(body).toMatchObject({ kind: 'body', bytes });
  });

  it('reads gzip', async () => {
    expect(await readPushBody(gzipped(Buffer.from('a 1\n')), plenty())).toMatchObject({ bytes: Buffer.from('a 1\n') });
  });

  it('takes the largest that is allowed', async () => {
    expect((await readPushBody(request([Buffer.alloc(MAX_WIRE_BYTES, 32)]), plenty())).kind).toBe('body');
    expect((await readPushBody(gzipped(Buffer.alloc(MAX_UNPACKED_BYTES, 32)), plenty())).kind).toBe('body');
  });

  it.each([
    ['a length that is announced', request([], { 'content-length': String(MAX_WIRE_BYTES + 1) })],
    ['a length that is not', request([Buffer.alloc(MAX_WIRE_BYTES), Buffer.alloc(1)])],
    ['a gzip bomb', gzipped(Buffer.alloc(MAX_UNPACKED_BYTES + 1))],
  ])('refuses %s beyond the limits', async (_, large) => {
    expect(await readPushBody(large, plenty())).toMatchObject({ code: 'too_large' });
  });

  it.each([
    ['cut gzip', request([gzipSync('a 1\n').subarray(0, 12)], { 'content-encoding': 'gzip' }), 'bad_body'],
    ['no gzip', request([Buffer.from('a 1\n')], { 'content-encoding': 'gzip' }), 'bad_body'],
    ['another encoding', request([], { 'content-encoding': 'br' }), 'unsupported_encoding'],
    ['two encodings', request([], { 'content-encoding': 'gzip, gzip' }), 'unsupported_encoding'],
  ])('refuses %s', async (_, bad, code) => {
    const budget = createByteBudget(1e9);
    expect(await readPushBody(bad, budget)).toMatchObject({ code });
    expect(budget.left()).toBe(1e9);
  });

  it('refuses for now what all bodies together have no room for, and gives all bytes back', async () => {
    const budget = createByteBudget(100);
    expect(await readPushBody(request([Buffer.alloc(60), Buffer.alloc(60)]), budget)).toMatchObject({ code: 'busy' });
    expect(await readPushBody(gzipped(Buffer.alloc(60, 32)), budget)).toMatchObject({ code: 'busy' });
    expect(budget.left()).toBe(100);
    const body = await readPushBody(request([Buffer.alloc(60, 32)]), budget);
    expect(budget.left()).toBe(40);
    if (body.kind === 'body') body.release();
    expect(budget.left()).toBe(100);
  });

  it('notices that the device went away', async () => {
    const gone = request([]);
    gone.destroy();
    await expect(readPushBody(gone, plenty())).rejects.toBeInstanceOf(DeviceGoneError);
  });
});

describe('the budgets of bodies', () => {
  it('leaves something for others whatever one user takes', () => {
    const of = createUserBudgets(100, 75);
    expect(of('rude').take(76)).toBe(false);
    expect(of('rude').take(75)).toBe(true);
    expect(of('rude').take(1)).toBe(false);
    expect(of('honest').take(26)).toBe(false);
    expect(of('honest').take(25)).toBe(true);
    expect([of('rude').left(), of('honest').left(), of('third').left()]).toEqual([0, 0, 0]);
  });

  it('never has more taken than there is, and has all again when all is given back', () => {
    const takes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 60 }), fc.boolean()));
    fc.assert(
      fc.property(takes, (wanted) => {
        const of = createUserBudgets(100, 75);
        // As for requests that begin together: all get the budget of their user before any takes of it.
        const budgets = wanted.map(([user]) => of(user));
        const taken: { user: string; bytes: number }[] = [];
        for (const [index, [user, bytes, back]] of wanted.entries()) {
          if (budgets[index]?.take(bytes)) taken.push({ user, bytes });
          const given = back ? taken.shift() : undefined;
          if (given !== undefined) of(given.user).give(given.bytes);
          const sum = (owner?: string): number =>
            taken.filter((each) => (owner ?? each.user) === each.user).reduce((total, each) => total + each.bytes, 0);
          expect(sum()).toBeLessThanOrEqual(100);
          for (const each of ['a', 'b', 'c']) {
            expect(sum(each)).toBeLessThanOrEqual(75);
            expect(of(each).left()).toBe(Math.min(75 - sum(each), 100 - sum()));
          }
        }
      }),
    );
  });
});
