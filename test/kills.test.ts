import { expect, it } from 'vitest';
import { createRandom } from '../simulator/random.ts';
import { DAMAGED_FILES, killAgainAndAgain } from './kills.ts';

it('exporters in one folder, killed at 20 random instants, also together with the kernel, and with each file damaged, lose no byte but of the last two seconds, and no counter falls', {
  timeout: 300_000,
}, async () => {
  const report = await killAgainAndAgain(20, createRandom('kills').next);
  const { moved, stored, hidden, fallen, beside } = report;
  expect(fallen).toEqual([]);
  expect(report.restarts).toBeGreaterThan(report.together);
  expect(report.together).toBeGreaterThan(0);
  expect(report.looks).toBeGreaterThan(100);
  expect(stored).toBeLessThanOrEqual(moved);
  expect(stored).toBeGreaterThanOrEqual(moved - hidden);
  expect(beside.stored).toBe(beside.moved);
  expect(report.setAside).toBe(DAMAGED_FILES);
});
