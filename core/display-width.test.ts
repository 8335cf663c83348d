import { expect, it } from 'vitest';
import { cutToWidth, displayWidth, padToWidth, wrapToWidth } from './units.ts';

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

it('wraps at spaces and between wide characters, and breaks what is longer than a line', () => {
  expect(wrapToWidth('make it the same', 8)).toEqual(['make it', 'the same']);
  expect(wrapToWidth('请检查 MihomoAPIAddr 和网络', 14)).toEqual(['请检查', 'MihomoAPIAddr', '和网络']);
  expect(wrapToWidth('请检查内核', 4)).toEqual(['请检', '查内', '核']);
  expect(wrapToWidth('0123456789', 4)).toEqual(['0123', '4567', '89']);
  expect(wrapToWidth('', 4)).toEqual([]);
});
