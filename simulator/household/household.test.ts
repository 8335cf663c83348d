import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionMessage } from '../kernel/connection-message.ts';
import { createHousehold, type Household } from './household.ts';
import { TRUTH_DIMENSIONS } from './truth.ts';
import { WORKLOAD_SHAPES } from './workload.ts';

const START = Date.UTC(2026, 10, 24);
const shape = fc.constantFrom(...WORKLOAD_SHAPES);
const seed = fc.string({ maxLength: 4 });
const steps = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 25 });

const counted = (household: Household) =>
  household
    .truth()
    .nodes.filter((each) => each.counted)
    .reduce((sum, each) => ({ upload: sum.upload + each.upload, download: sum.download + each.download }), {
      upload: 0,
      download: 0,
    });
const messageOf = (household: Household) => connectionMessage(household.totals(), household.connections(), 0);

describe('a household', () => {
  it('counts in the totals what its counted connections moved, to the byte, at every instant', () => {
    fc.assert(
      fc.property(seed, shape, steps, (aSeed, aShape, waits) => {
        const household = createHousehold({ seed: aSeed, shape: aShape, startedAt: START });
        let now = START;
        for (const wait of waits) {
          now += wait;
          household.advance(now);
          expect(household.totals()).toEqual(counted(household));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stays true when connections are closed and the kernel restarts', () => {
    const act = fc.constantFrom('close one', 'close all', 'restart', 'look');
    fc.assert(
      fc.property(
        seed,
        shape,
        fc.array(fc.tuple(fc.integer({ min: 1, max: 2000 }), act), { maxLength: 20 }),
        (s, k, acts) => {
          const household = createHousehold({ seed: s, shape: k, startedAt: START });
          let now = START;
          const before = { upload: 0, download: 0 };
          for (const [wait, action] of acts) {
            now += wait;
            household.advance(now);
            const first = household.connections()[0];
            if (action === 'close one' && first !== undefined) household.close(first.connection.id);
            if (action === 'close all') household.close();
            if (action === 'restart') {
              household.die();
              before.upload += household.totals().upload;
              before.download += household.totals().download;
              now += 1500;
              expect(household.advance(now)).toEqual([]);
              household.revive();
              expect(household.totals()).toEqual({ upload: 0, download: 0 });
            }
          }
          const { upload, download } = household.totals();
          expect(counted(household)).toEqual({ upload: before.upload + upload, download: before.download + download });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is the same however often it is looked at', () => {
    fc.assert(
      fc.property(seed, shape, steps, (aSeed, aShape, waits) => {
        const options = { seed: aSeed, shape: aShape, startedAt: START };
        const [stepped, leapt] = [createHousehold(options), createHousehold(options)];
        const end = START + waits.reduce((sum, wait) => sum + wait, 0);
        let now = START;
        const lines = waits.flatMap((wait) => {
          now += wait;
          return stepped.advance(now);
        });
        expect(leapt.advance(end)).toEqual(lines);
        expect(messageOf(leapt)).toBe(messageOf(stepped));
        expect(leapt.truth()).toEqual(stepped.truth());
      }),
      { numRuns: 60 },
    );
  });

  it('shows bytes of a connection that only rise, and no id twice', () => {
    const household = createHousehold({ seed: 'rise', shape: 'household', startedAt: START });
    const seen = new Map<string, number>();
    const gone = new Set<string>();
    for (let now = START; now < START + 60_000; now += 100) {
      household.advance(now);
      const open = household.connections();
      const ids = new Set(open.map(({ connection }) => connection.id));
      for (const id of seen.keys()) if (!ids.has(id)) gone.add(id);
      for (const { connection, download } of open) {
        expect(download).toBeGreaterThanOrEqual(seen.get(connection.id) ?? 0);
        expect(gone.has(connection.id)).toBe(false);
        seen.set(connection.id, download);
      }
    }
  });

  it('cuts the same bytes in every dimension', () => {
    const household = createHousehold({ seed: 'cut', shape: 'household', startedAt: START });
    household.advance(START + 30_000);
    const { by } = household.truth();
    for (const dimension of TRUTH_DIMENSIONS) {
      const sum = Object.values(by[dimension]).reduce((total, each) => total + each.download, 0);
      expect(sum, dimension).toBe(household.totals().download);
    }
    expect(Object.keys(by.class).sort()).toEqual(['direct', 'local', 'proxy', 'reject']);
    expect(Object.keys(by.source).length).toBeGreaterThan(4);
    expect(Object.keys(by.inboundUser).sort()).toEqual(['', 'alice', 'bob']);
  });

  it('lists hops and questions of its own that the totals leave out', () => {
    const household = createHousehold({ seed: 'hop', shape: 'household', startedAt: START });
    household.advance(START + 60_000);
    const nodes = household.truth().nodes;
    const carried = nodes.find((each) => each.node === '日本 01' && !each.counted);
    const landed = nodes.find((each) => each.node === '新加坡 02 [1.5x]' && each.counted);
    expect(landed?.connections).toBeGreaterThan(0);
    expect(carried?.connections).toBe(landed?.connections);
    expect(carried?.download).toBeGreaterThan(landed?.download ?? Infinity);
  });
});
