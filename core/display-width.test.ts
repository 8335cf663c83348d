import { expect, it } from 'vitest';
import { cutToWidth, displayWidth, padToWidth } from './display-width.ts';

it.each([
  ['abc', 3],
  ['香港 01', 7],
  ['🇭🇰', 2],
  ['é', 1],
  ['', 0],
])('%j takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

it('pads to columns on either side', () => {
  expect(padToWidth('代理', 6)).toBe('代理  ');
  expect(padToWidth('1 B', 5, 'start')).toBe('  1 B');
  expect(padToWidth('代理流量', 6)).toBe('代理流量');
});

it('cuts without splitting a character', () => {
  expect(cutToWidth('香港节点', 5)).toBe('香港…');
  expect(cutToWidth('香港节点', 8)).toBe('香港节点');
});
