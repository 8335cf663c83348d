import { expect, it } from 'vitest';
import { createKernelModel } from '../test/account-models.ts';
import { createKeptFrames } from './kept-frames.ts';
import { EMPTY_CATALOG } from './ledger/frame.ts';

it('keep the totals of every kernel that ended, and who moved them of the latest alone', () => {
  const kernel = createKernelModel();
  const frames = createKeptFrames([]);
  for (let life = 1; life <= 100; life += 1) {
    kernel.move(life);
    frames.see(kernel.frame(), EMPTY_CATALOG, undefined);
    frames.endKernel('restart');
    kernel.restart();
  }
  const list = frames.list();
  expect(list.map(({ frame }) => frame.download)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(list.filter(({ frame, totalsOnly }) => frame.connections.length > 0 && !totalsOnly)).toEqual(list.slice(-16));
});
