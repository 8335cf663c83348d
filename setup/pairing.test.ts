import { expect, it } from 'vitest';
import { pairCommand, qrRows } from './pairing.ts';

const LINE = `flowcollect init device --code FC1-${'abc'.repeat(40)}`;

it('draws a line as a QR code where a terminal is wide enough to hold it whole', () => {
  const rows = qrRows(LINE, { isTTY: true, columns: 200, write: () => {} });
  const width = rows[0]?.length ?? 0;
  expect(width).toBeGreaterThan(40);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([width]));
  expect(rows.join('')).toMatch(/^[ ▀▄█]+$/u);
  expect(qrRows(LINE, { isTTY: true, columns: width, write: () => {} })).toEqual([]);
  expect(qrRows(LINE, { columns: 200, write: () => {} })).toEqual([]);
});

it.each([true, false])('shows the code besides the line, and no colour where none is wanted', async (color) => {
  const [printed, explained]: [string[], string[]] = [[], []];
  const network = { client: () => ({ request: async () => ({ kind: 'failure' }), close: async () => {} }) };
  const command = pairCommand({
    makeToken: async () => 'a-token',
    print: (line) => printed.push(line),
    explain: (line) => explained.push(line),
    language: 'en',
    terminal: { isTTY: true, columns: 120, write: () => {} },
    color,
    network: network as never,
  });
  await command.parseAsync(['--server', 'http://127.0.0.1:8686', '--device', 'phone'], { from: 'user' });
  expect(printed).toEqual([expect.stringMatching(/^flowcollect init device --code FC1-\S+$/)]);
  expect(explained).toContain('On a phone, this code gives the same line:');
  expect(explained.join('').includes('\x1b[')).toBe(color);
});
