import { describe, expect, it } from 'vitest';
import { createKernelModel } from '../test/account-models.ts';
import { createKeptFrames, type KeptFrames } from './kept-frames.ts';
import { EMPTY_CATALOG } from './ledger/frame.ts';

const bytes = (download: number) => ({ upload: 0, download });

/** Frames of so many kernels that ended, one after the other; the first moved 1 byte, the second 2, and so on. */
function endedKernels(lives: number, after: (life: number, frames: KeptFrames) => void = () => {}): KeptFrames {
  const kernel = createKernelModel();
  const frames = createKeptFrames([]);
  for (let life = 1; life <= lives; life += 1) {
    kernel.move(life);
    frames.see(kernel.frame(), EMPTY_CATALOG, undefined);
    frames.endKernel('restart');
    kernel.restart();
    after(life, frames);
  }
  kernel.move(7);
  frames.see(kernel.frame(), EMPTY_CATALOG, undefined);
  return frames;
}

const sum = (frames: KeptFrames): number => frames.list().reduce((total, { frame }) => total + frame.download, 0);

describe('kept frames', () => {
  it('tell who moved the bytes of the latest kernels alone, and add up the totals of the others', () => {
    const frames = endedKernels(100);
    const list = frames.list();
    expect(list).toHaveLength(19);
    expect(list.map(({ frame, lives }) => [frame.download, lives]).slice(0, 3)).toEqual([
      [1, undefined],
      [3569, 83],
      [85, undefined],
    ]);
    expect(sum(frames)).toBe((100 * 101) / 2 + 7);
    expect(list.filter(({ totalsOnly }) => !totalsOnly)).toEqual(list.slice(-17));
  });

  it('take no more room for a thousand restarts than for a hundred', () => {
    const size = (lives: number): number => JSON.stringify(endedKernels(lives).save()).length;
    expect(size(1000)).toBeLessThan(size(100) + 100);
    // Nor where each restart is saved and the exporter started anew.
    let saved = createKeptFrames([]);
    for (let life = 1; life <= 300; life += 1) {
      saved = createKeptFrames(saved.save());
      saved.see(createKernelModel().frame(), EMPTY_CATALOG, undefined);
      saved.endKernel('restart');
    }
    expect(saved.list().length).toBeLessThan(20);
  });

  it('keep the kernels that a push holds apart from those that ended since', () => {
    const frames = endedKernels(100, (life, each) => {
      if (life === 50) each.beginPush();
    });
    frames.forgetPushed();
    expect(sum(frames)).toBe((100 * 101) / 2 - (50 * 51) / 2 + 7);
  });

  it('keep a kernel that ended after a push was begun, where what another process saved is forgotten', () => {
    const kernel = createKernelModel();
    const frames = createKeptFrames(endedKernels(2).save());
    frames.beginPush();
    kernel.move(5);
    frames.see(kernel.frame(), EMPTY_CATALOG, undefined);
    frames.endKernel('restart');
    frames.forgetRestored();
    frames.forgetPushed();
    expect(sum(frames)).toBe(5);
  });

  it('find what came after a push by what was moved since', () => {
    const frames = endedKernels(40);
    expect(frames.find(bytes(40), bytes(7), bytes(7))).toEqual({ endings: 17, missing: undefined });
    expect(frames.find(bytes(39), bytes(47), bytes(7))).toEqual({ endings: 16, missing: undefined });
    // One of those whose totals were added up: what the two after it moved is left of them.
    const listed = ((25 + 40) * 16) / 2 + 7;
    expect(frames.find(bytes(22), bytes(23 + 24 + listed), bytes(7))).toEqual({ endings: 2, missing: bytes(47) });
    expect(frames.find(bytes(99), bytes(3), bytes(7))).toBeUndefined();
  });
});
