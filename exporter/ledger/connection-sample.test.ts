import { expect, it } from 'vitest';
import { UNATTRIBUTED } from './attribution.ts';
import { createConnectionSample, type Shown } from './size-model.ts';

/** A connection at first sight. */
const shown = (download: number, trafficClass: 'proxy' | 'reject' = 'proxy'): Shown => ({
  attribution: { ...UNATTRIBUTED, class: trafficClass },
  upload: 10,
  download,
  list: 1,
});

it('has nobody to stand for the unseen before anything was seen', () => {
  expect(createConnectionSample().candidates()).toEqual([]);
});

it('gives parts that add up to one, more to bigger ones, none of a download to rejected ones', () => {
  const sample = createConnectionSample();
  sample.note(shown(1000));
  sample.note(shown(3000));
  sample.note(shown(0, 'reject'));
  const parts = sample.candidates().map(({ part }) => part);
  expect(parts.reduce((sum, { download }) => sum + download, 0)).toBeCloseTo(1);
  expect(parts.reduce((sum, { upload }) => sum + upload, 0)).toBeCloseTo(1);
  expect(parts[1]?.download).toBeGreaterThan(parts[0]?.download ?? 1);
  expect(parts[2]).toMatchObject({ download: 0, upload: 1 / 3 });
});

it('has connections stand for the unseen from their first sight on, until frames have shown them for long', () => {
  const sample = createConnectionSample();
  const stream = shown(1000);
  sample.note(stream);
  sample.note(shown(1000));
  expect(sample.candidates().length).toBe(2);
  stream.list = 3;
  expect(sample.candidates().length).toBe(2);
  stream.list = 4;
  expect(sample.candidates().map(({ part }) => part.download)).toEqual([1]);
});

it('keeps the latest only', () => {
  const sample = createConnectionSample();
  for (let each = 0; each < 1000; each += 1) sample.note(shown(1));
  expect(sample.candidates().length).toBe(256);
});
