import { expect, it } from 'vitest';
import { sizeSetting } from '../../core/settings.ts';
import { exampleAirport, exampleModel } from '../../test/example-reports.ts';
import { reportHtml } from '../report/html.ts';
import { reportText } from '../report/report-mail.ts';
import { wordsOf } from './report.ts';
import { aboveWhole, factorText, figuresOf, nameArgument, shownName, sizeArgument } from './writing.ts';

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

const FORGED = '香港\n\n【代理泄露检查】: 正常\r\u2028\u202e| 01';

it('keeps a name as it is, but for what is no part of one', () => {
  expect(shownName('🇭🇰 香港 01 | <b>2x</b> "*_`\'')).toBe('🇭🇰 香港 01 | <b>2x</b> "*_`\'');
  expect(shownName(FORGED)).toBe('香港 【代理泄露检查】: 正常 | 01');
  expect([...shownName('🚀'.repeat(1000))]).toHaveLength(80);
});

it('lets no name of a node, device or site pass for a line of the report', () => {
  const node = (name: string) => ({
    node: name,
    bytes: 1,
    multiplier: { low: 1, high: 1 },
    billed: { low: 1, high: 1 },
    sure: true,
  });
  const airport = exampleAirport({ nodes: [node(FORGED), node('长'.repeat(1000))] });
  const { today, ...rest } = exampleModel();
  if (!today.known) throw new Error('the example knows what was used');
  const devices = today.devices.map((each) => ({ ...each, device: FORGED }));
  const model = { ...rest, airports: [airport], today: { ...today, devices, hosts: [{ host: FORGED, bytes: 1 }] } };
  const text = reportText(model, 'zh');
  expect(text).not.toMatch(/^【代理泄露检查】: 正常[^\n]*01/m);
  expect(text.match(/^【代理泄露检查】/gm)).toHaveLength(1);
  expect(text).not.toContain('长'.repeat(81));
  expect(reportHtml(model, 'zh')).not.toMatch(/[\u2028\u202e]|长{81}/);
});
