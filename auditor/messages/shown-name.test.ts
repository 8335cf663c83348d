import { expect, it } from 'vitest';
import { exampleAirport, exampleModel } from '../../test/example-reports.ts';
import { reportHtml } from '../report/html.ts';
import { reportText } from '../report/report-mail.ts';
import { shownName } from './report.ts';

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
