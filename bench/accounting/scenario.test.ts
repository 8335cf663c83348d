import { expect, it } from 'vitest';
import { bytesBy } from './misattribution.ts';
import { generateScenario, livesShown } from './scenario.ts';

const bytesOf = ({ downloadedBy }: { downloadedBy(at: number): number }): number =>
  downloadedBy(Number.POSITIVE_INFINITY);

it('knows of a simulation to the byte what each class moved', () => {
  const { lives, truth } = generateScenario('mixed', 10, 'lives');
  const sums = bytesBy(lives, (life) => life.class, bytesOf);
  for (const [trafficClass, bytes] of truth.byClass) expect(sums.get(trafficClass)).toBe(bytes);
});

it('reads the same lives out of frames, but for what no frame showed', () => {
  const { lives, messages, catalog } = generateScenario('mixed', 10, 'lives');
  const shown = livesShown(messages, catalog);
  expect(shown.length).toBeGreaterThan(50);
  expect(shown.length).toBeLessThan(lives.length);
  const exact = lives.reduce((sum, life) => sum + bytesOf(life), 0);
  const seen = shown.reduce((sum, life) => sum + bytesOf(life), 0);
  expect(seen).toBeLessThanOrEqual(exact);
  expect(seen / exact).toBeGreaterThan(0.95);
  for (const life of shown) expect(life.closedAt).toBeGreaterThan(life.openedAt);
});
