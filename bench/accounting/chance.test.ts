import { describe, expect, it } from 'vitest';
import { decodeCatalog } from '../../exporter/kernel/catalog.ts';
import { chanceError } from './chance.ts';
import { bytesBy } from './misattribution.ts';
import type { ConnectionLife, Scenario } from './scenario.ts';

/** A connection that moves evenly as long as it is open. */
const life = (trafficClass: string, openedAt: number, closedAt: number, rate: number): ConnectionLife => ({
  class: trafficClass,
  openedAt,
  closedAt,
  downloadedBy: (at) => rate * Math.max(0, Math.min(at, closedAt) - openedAt),
});

/** Frames at 0, 1000, 2000 and 3000. */
function scenarioOf(lives: readonly ConnectionLife[]): Scenario {
  const bytesOf = ({ downloadedBy }: ConnectionLife): number => downloadedBy(3000);
  return {
    name: 'lives',
    messages: [0, 1000, 2000, 3000].map((t) => ({ t, text: '' })),
    log: [],
    catalog: decodeCatalog({ proxies: {} }),
    lives,
    truth: {
      total: lives.reduce((sum, each) => sum + bytesOf(each), 0),
      byClass: bytesBy(lives, (each) => each.class, bytesOf),
      byNode: undefined,
      byDimension: new Map(),
    },
  };
}

describe('chance', () => {
  it('divides what busy connections moved that closed between the same two frames', () => {
    // 100 and 900 of 1,000 ms at 1,000 bytes a millisecond: each is given 500,000 bytes.
    const lives = [life('proxy', 0, 2100, 1000), life('direct', 0, 2900, 1000)];
    expect(chanceError(scenarioOf(lives), 1000, 0)).toBeCloseTo(400_000 / 5_000_000);
  });

  it('divides evenly among small connections that no frame showed', () => {
    const lives = [life('proxy', 1100, 1200, 100), life('direct', 1300, 1400, 300)];
    expect(chanceError(scenarioOf(lives), 1000, 0)).toBeCloseTo(10_000 / 40_000);
  });

  it.each([
    ['of one class', [life('proxy', 0, 2100, 1000), life('proxy', 0, 2900, 1000)]],
    ['that closed alone', [life('proxy', 0, 1900, 1000), life('direct', 0, 2900, 1000)]],
    ['that were rejected', [life('reject', 1100, 1200, 0), life('direct', 1300, 1400, 300)]],
    ['that were open to the end', [life('proxy', 0, Number.POSITIVE_INFINITY, 9), life('direct', 0, 4000, 9)]],
  ])('leaves nothing in doubt about connections %s', (_, lives) => {
    expect(chanceError(scenarioOf(lives), 1000, 0)).toBe(0);
  });
});
