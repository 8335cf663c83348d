import { expect, it } from 'vitest';
import { createRandom } from '../simulator/random.ts';
import { killAgainAndAgain } from './kills.ts';

it('an exporter that is killed at 20 random instants loses no byte, and no counter falls', {
  timeout: 300_000,
}, async () => {
  const { moved, stored, hidden, restarts, looks, fallen } = await killAgainAndAgain(20, createRandom('kills').next);
  expect(fallen).toEqual([]);
  expect(restarts).toBeGreaterThan(0);
  expect(looks).toBeGreaterThan(100);
  expect(stored).toBeLessThanOrEqual(moved);
  expect(stored).toBeGreaterThanOrEqual(moved - hidden);
});
