import { expect, it } from 'vitest';
import { sizeSetting } from '../../core/settings.ts';
import { aboveWhole, factorText, figuresOf, nameArgument, sizeArgument, wordsOf } from './report.ts';

const MB = 2 ** 20;
const { size, range } = figuresOf(wordsOf('en'));

it('never prints what is no number, or has no end', () => {
  expect([size(null), size(Number.NaN), size(Number.POSITIVE_INFINITY)]).toEqual(['unknown', 'unknown', 'unknown']);
  expect(range({ low: MB, high: Number.POSITIVE_INFINITY })).toBe('at least 1.00 MiB');
  expect(range({ low: MB, high: MB + 1 })).toBe('1.00 MiB');
  expect(range({ low: MB, high: 2 * MB })).toBe('1.00 MiB–2.00 MiB');
});

it.each([
  [1.018, '+1.8 %'],
  [0.95, '-5.0 %'],
  [0.9999, undefined],
  [1, undefined],
  [Number.NaN, undefined],
])('says of a ratio of %d how much it is next to the whole: %s', (ratio, text) => {
  expect(aboveWhole(ratio)).toBe(text);
});

it('rounds factors to what a reader can use', () => {
  expect(factorText({ low: 1.9284, high: 2.0713 })).toBe('1.93–2.07×');
  expect(factorText({ low: 2, high: 2.0001 })).toBe('2×');
});

it('writes sizes as the command reads them', () => {
  for (const bytes of [1, 300.4 * MB, 12_345 * MB]) {
    expect(sizeSetting().parse(sizeArgument(bytes))).toBe(Math.max(1, Math.round(bytes / MB)) * MB);
  }
});

it.each([
  ['a.yaml', 'a.yaml'],
  ['我的机场', '我的机场'],
  ['my airport', "'my airport'"],
  ["it's $(x)", "'it'\\''s $(x)'"],
])('writes the name %j as one word of a shell', (name, word) => {
  expect(nameArgument(name)).toBe(word);
});
