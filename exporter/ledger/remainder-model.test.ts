import { describe, expect, it } from 'vitest';
import type { Attribution } from './attribution.ts';
import type { Candidate, ClosedCandidate } from './candidates.ts';
import { createNodeSizes } from './node-sizes.ts';
import { createRemainderModel } from './remainder-model.ts';

const attribution: Attribution = {
  class: 'proxy',
  node: 'Tokyo',
  provider: '',
  keys: { group: 'Choice', rule: 'Match', process: '', source: '', host: '', inbound_user: '' },
};

/** @param earlier bytes a millisecond over the frame before; NaN where that did not show it */
const closed = (rate: number, earlier = Number.NaN): ClosedCandidate => ({
  kind: 'closed',
  attribution,
  rate: { upload: 0, download: rate },
  earlierRate: { upload: 0, download: earlier },
});

const claimsOf = (...candidates: readonly Candidate[]) =>
  createRemainderModel('download', createNodeSizes()).expect(candidates, 1000).claims();

describe('the remainder of a frame', () => {
  it('is expected of connections that were busy when they closed, by their rates', () => {
    const [fast, slow, idle] = claimsOf(closed(2000, 2000), closed(500, 500), closed(0, 0));
    expect(fast?.mean).toBeGreaterThan(3 * (slow?.mean ?? 0));
    expect(slow?.mean).toBeGreaterThan(10 * (idle?.mean ?? 0));
  });

  it.each([
    ['half as fast as before', closed(700, 1400)],
    ['slower than the busy ones, which the frame before did not show', closed(700)],
  ])('is hardly expected of a connection that was %s: it had come to its end', (_, faded) => {
    const model = createRemainderModel('download', createNodeSizes());
    for (let index = 0; index < 100; index += 1) model.noteRate(10_000_000, 1400);
    const [kept, lost] = model.expect([closed(700, 700), faded], 1000).claims();
    expect(lost?.mean).toBeLessThan((kept?.mean ?? 0) / 3);
    expect(lost?.variance).toBeLessThan((kept?.variance ?? 0) / 2);
  });

  it('is expected least of one that no frame showed before and that was slow: it was small, and over', () => {
    const model = createRemainderModel('download', createNodeSizes());
    for (let index = 0; index < 100; index += 1) model.noteRate(10_000_000, 1400);
    const [spent, faded] = model.expect([closed(700), closed(700, 1400)], 1000).claims();
    expect(spent?.mean).toBeLessThan((faded?.mean ?? 0) / 2);
  });

  it('is no download of a connection that was rejected', () => {
    const rejected = { ...closed(0, 0), attribution: { ...attribution, class: 'reject' as const } };
    expect(claimsOf(rejected)).toEqual([{ mean: 0, variance: 0 }]);
  });

  it('teaches how much is left to those that lost their pace', () => {
    const model = createRemainderModel('download', createNodeSizes());
    const faded = [closed(500, 1000)];
    const before = model.expect(faded, 1000).claims()[0]?.mean ?? 0;
    for (let index = 0; index < 200; index += 1) model.expect(faded, 1000).learn(300_000);
    expect(before).toBeLessThan(150_000);
    expect(model.expect(faded, 1000).claims()[0]?.mean).toBeGreaterThan(200_000);
  });
});
