import { expect, it } from 'vitest';
import { DAMAGED_FILES, killAgainAndAgain } from './kills.ts';

it('exporters in one folder, killed at 200 random instants, also together with the kernel, and with each file damaged, lose no byte but of the last two seconds, and no counter falls', {
  timeout: 900_000,
}, async () => {
  const report = await killAgainAndAgain(200, Math.random);
  const { moved, stored, hidden, fallen, beside } = report;
  expect(fallen).toEqual([]);
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect(stored).toBeLessThanOrEqual(moved);
  expect(stored).toBeGreaterThanOrEqual(moved - hidden);
  expect(beside.stored).toBe(beside.moved);
  expect(report.setAside).toBe(DAMAGED_FILES);
});
