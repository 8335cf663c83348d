import { describe, expect, it } from 'vitest';
import { createNodeSizes } from './size-model.ts';

const noteMany = (sizes: ReturnType<typeof createNodeSizes>, node: string, count: number, download: number): void => {
  for (let each = 0; each < count; each += 1) sizes.note(node, { upload: 100, download });
};

describe('node sizes', () => {
  it('takes a node it does not know for average', () => {
    expect(createNodeSizes().ratio('a', 'download')).toBe(1);
  });

  it('learns that the connections of one node are bigger, slowly at first', () => {
    const sizes = createNodeSizes();
    noteMany(sizes, 'small', 10, 10_000);
    noteMany(sizes, 'big', 10, 20_000);
    const early = sizes.ratio('big', 'download');
    expect(early).toBeGreaterThan(1);
    noteMany(sizes, 'small', 2000, 10_000);
    noteMany(sizes, 'big', 2000, 20_000);
    expect(sizes.ratio('big', 'download')).toBeGreaterThan(early);
    expect(sizes.ratio('big', 'download')).toBeCloseTo(4 / 3, 1);
    expect(sizes.ratio('big', 'upload')).toBeCloseTo(1, 5);
  });

  it('is not moved far by one big download', () => {
    const sizes = createNodeSizes();
    noteMany(sizes, 'a', 500, 10_000);
    noteMany(sizes, 'b', 500, 10_000);
    sizes.note('a', { upload: 100, download: 50_000_000 });
    expect(sizes.ratio('a', 'download')).toBeLessThan(1.02);
  });

  it('keeps to a bounded number of nodes', () => {
    const sizes = createNodeSizes();
    for (let node = 0; node < 1000; node += 1) noteMany(sizes, `node ${node}`, 2, 1000);
    expect(sizes.save().nodes.length).toBeLessThanOrEqual(200);
  });

  it('goes on from what was saved', () => {
    const first = createNodeSizes();
    noteMany(first, 'a', 50, 10_000);
    noteMany(first, 'b', 50, 30_000);
    const second = createNodeSizes(JSON.parse(JSON.stringify(first.save())));
    expect(second.ratio('b', 'download')).toBe(first.ratio('b', 'download'));
  });
});
