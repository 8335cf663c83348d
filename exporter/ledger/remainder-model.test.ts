import { describe, expect, it } from 'vitest';
import type { Attribution } from './attribution.ts';
import { type Candidate, type ClosedCandidate, createRemainderModel } from './remainder-model.ts';
import { createNodeSizes } from './size-model.ts';

const attribution: Attribution = {
  class: 'proxy',
  node: 'Tokyo',
  provider: '',
  keys: { group: 'Choice', rule: 'Match', process: '', source: '', host: '', inbound_user: '' },
};

/**
 * @param earlier bytes a millisecond over the frame before; NaN where that did not show it
 * @param moved all it moved; as much as a frame of ten seconds brings at its rate, unless said
 * @param age milliseconds
 */
const closed = (rate: number, earlier = Number.NaN, moved = rate * 10_000, age = 10_000): ClosedCandidate => ({
  kind: 'closed',
  attribution,
  rate: { upload: 0, download: rate },
  earlierRate: { upload: 0, download: earlier },
  moved: { upload: 0, download: moved },
  age,
});

const claimsOf = (...candidates: readonly Candidate[]) =>
  createRemainderModel('download', createNodeSizes()).expect(candidates, 1000).claims();

describe('the remainder of a frame', () => {
  it('is expected of connections that were busy when they closed, by their rates', () => {
    const [fast, slow, idle] = claimsOf(closed(2000, 2000), closed(500, 500), closed(0, 0));
    expect(fast?.mean).toBeGreaterThan(3 * (slow?.mean ?? 0));
    expect(slow?.mean).toBeGreaterThan(10 * (idle?.mean ?? 0));
  });

  it('is hardly expected of a connection that was half as fast as before: it had come to its end', () => {
    const [kept, lost] = claimsOf(closed(700, 700), closed(700, 1400));
    expect(lost?.mean).toBeLessThan((kept?.mean ?? 0) / 3);
    expect(lost?.variance).toBeLessThan((kept?.variance ?? 0) / 2);
  });

  it('is expected least of one that a single frame showed, with no more than a small one moves: it is over', () => {
    const [spent, faded, busy] = claimsOf(
      closed(700, Number.NaN, 70_000, 0),
      closed(700, 1400, 700_000, 1000),
      closed(700, Number.NaN, 700_000, 900),
    );
    expect(spent?.mean).toBeLessThan((faded?.mean ?? 0) / 2);
    expect(busy?.mean).toBeGreaterThan(3 * (faded?.mean ?? 0));
  });

  it('is expected longer of a stream that has lasted', () => {
    const frame = 10_000;
    const [young, old, ancient] = createRemainderModel('download', createNodeSizes())
      .expect([closed(60, 60, 60_000, 1000), closed(60, 60, 900_000, 15_000), closed(60, 60, 6e7, 1e6)], frame)
      .claims();
    expect(old?.mean).toBeGreaterThan(1.5 * (young?.mean ?? 0));
    // At the most it closed at any time of the frame, as likely as at any other.
    expect(ancient?.mean).toBeCloseTo((60 * frame) / 2 + 1000, -4);
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
