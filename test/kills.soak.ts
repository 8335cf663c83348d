import { expect, it } from 'vitest';
import { killAgainAndAgain } from './kills.ts';

it('an exporter that is killed at 200 random instants loses no byte, and no counter falls', {
  timeout: 900_000,
}, async () => {
  const { moved, stored, hidden, fallen } = await killAgainAndAgain(200, Math.random);
  expect(fallen).toEqual([]);
  expect(stored).toBeLessThanOrEqual(moved);
  expect(stored).toBeGreaterThanOrEqual(moved - hidden);
});
