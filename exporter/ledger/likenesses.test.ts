import { expect, it } from 'vitest';
import { UNATTRIBUTED } from './attribution.ts';
import { createLikenesses } from './likenesses.ts';

const attribution = (trafficClass: 'proxy' | 'reject') => ({ ...UNATTRIBUTED, class: trafficClass });

it('has nobody to stand for the unseen before anything was seen', () => {
  expect(createLikenesses().candidates()).toEqual([]);
});

it('gives parts that add up to one, more to bigger ones, none of a download to rejected ones', () => {
  const likenesses = createLikenesses();
  likenesses.note(attribution('proxy'), { upload: 10, download: 1000 });
  likenesses.note(attribution('proxy'), { upload: 10, download: 3000 });
  likenesses.note(attribution('reject'), { upload: 10, download: 0 });
  const parts = likenesses.candidates().map(({ part }) => part);
  expect(parts.reduce((sum, { download }) => sum + download, 0)).toBeCloseTo(1);
  expect(parts.reduce((sum, { upload }) => sum + upload, 0)).toBeCloseTo(1);
  expect(parts[1]?.download).toBeGreaterThan(parts[0]?.download ?? 1);
  expect(parts[2]).toMatchObject({ download: 0, upload: 1 / 3 });
});

it('keeps the latest only', () => {
  const likenesses = createLikenesses();
  for (let each = 0; each < 1000; each += 1) likenesses.note(attribution('proxy'), { upload: 1, download: 1 });
  expect(likenesses.candidates().length).toBe(256);
});
