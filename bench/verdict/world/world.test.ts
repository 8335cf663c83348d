import { describe, expect, it } from 'vitest';
import { TRAFFIC_BYTES } from '../../../core/metric-contract.ts';
import { surplusOf } from '../measure/honest.ts';
import { outcomeOf } from '../play/airport.ts';
import { createStore } from '../play/store.ts';
import { honestDraft } from '../tasks.ts';
import { DAY, MB } from './time.ts';
import { buildWorld } from './world.ts';

const worldsOf = (scenario: string, count: number) =>
  Array.from({ length: count }, (_, number) => buildWorld(honestDraft(scenario, number, 40)));

describe('a household that is drawn', () => {
  it.each(['prompt', 'old-copies', 'credits', 'batches', 'resets', 'late-reports'])(
    'of %s is billed what its devices moved, with some per cent and health checks',
    (scenario) => {
      for (const { airports, draft } of worldsOf(scenario, 4)) {
        for (const truth of airports) {
          const { daily, share } = surplusOf(truth, draft.begin, draft.end);
          const checks = truth.airport.checks.daily;
          expect(daily).toBeGreaterThan(0);
          expect((share * (daily - checks)) / daily).toBeLessThan(0.04);
        }
      }
    },
  );

  it('with an unwatched device is billed for that one too', () => {
    for (const { airports, draft } of worldsOf('unwatched-100mb', 4)) {
      const [truth] = airports;
      if (truth === undefined) throw new Error('no airport');
      const from = Math.max(draft.begin, draft.unwatched?.from ?? 0);
      const watched = truth.airport.ratio * truth.airport.checks.daily;
      expect(surplusOf(truth, from, draft.end).daily - watched).toBeGreaterThan(70 * MB);
    }
  });

  it('has in its store what its devices moved', async () => {
    for (const { airports, days, draft } of worldsOf('prompt', 3)) {
      const [from, to] = [draft.begin + 10 * DAY, draft.begin + 20 * DAY];
      const awake = (at: number): boolean =>
        days.devices.every(({ silences }) => silences.every((each) => at <= each.from || at >= each.to));
      if (!awake(from) || !awake(to)) continue;
      const labels = { job: 'flowcollect', class: 'proxy' };
      const sums = await createStore(days).between({ metric: TRAFFIC_BYTES, labels }, from, to);
      const used = airports.reduce((sum, each) => sum + each.used.at(to) - each.used.at(from), 0);
      expect(sums.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(used, -3);
    }
  });

  it('reads a counter that only grows between resets where its airport is prompt', async () => {
    for (const { days, draft } of worldsOf('prompt', 3)) {
      const resets = draft.airports[0]?.events.map(({ at }) => at) ?? [];
      let before = { at: 0, used: 0 };
      for (const answer of days.answers) {
        const outcome = await outcomeOf(answer);
        if (!outcome.known) continue;
        const { at, used } = outcome.reading;
        if (!resets.some((each) => each > before.at && each <= at)) expect(used).toBeGreaterThanOrEqual(before.used);
        before = { at, used };
      }
    }
  });
});
