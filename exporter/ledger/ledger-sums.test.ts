import fc from 'fast-check';
import { expect, it } from 'vitest';
import { details, feed, frame, OPTIONS } from '../../test/example-frames.ts';
import { EMPTY_CATALOG } from './frame.ts';
import { createLedger } from './ledger.ts';
import type { LedgerState } from './state.ts';

/** A kernel's life as random steps, with the totals it really reached. */
const step = fc.record({
  elapsed: fc.integer({ min: 1, max: 20_000 }),
  moves: fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: 12 }),
      upload: fc.nat(1_000_000),
      download: fc.nat(100_000_000),
      counted: fc.boolean(),
      shown: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  event: fc.constantFrom('none', 'none', 'none', 'none', 'restart', 'save', 'close all'),
});

it('adds up to the kernel’s totals, to the byte, through restarts, closes and saves, and never falls', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let ledger = createLedger(OPTIONS);
      let open = new Map<number, { upload: number; download: number; counted: boolean; life: number }>();
      let totals = { upload: 0, download: 0 };
      const truth = { upload: 0, download: 0 };
      let at = 0;
      let life = 0;
      feed(ledger, frame(0, 0));
      let before = new Map<string, number>();
      for (const { elapsed, moves, event } of steps) {
        at += elapsed;
        if (event === 'restart') {
          open = new Map();
          totals = { upload: 0, download: 0 };
          life += 1;
        }
        if (event === 'close all') open = new Map();
        for (const { id, upload, download, counted, shown } of moves) {
          const mover = open.get(id) ?? { upload: 0, download: 0, counted, life };
          mover.upload += upload;
          mover.download += download;
          if (shown) open.set(id, mover);
          else open.delete(id);
          if (mover.counted) {
            totals.upload += upload;
            totals.download += download;
          }
        }
        const shown = [...open].map(([id, { upload, download, counted, life: born }]) => ({
          id: `${born}-${id}`,
          upload,
          download,
          details: details({ start: born + 1, ...(counted ? {} : { type: 'Inner', process: '' }) }),
        }));
        const previous = ledger.counters().raw ?? { upload: 0, download: 0 };
        const { restarts } = ledger.counters();
        ledger.apply({ ...totals, at, memory: 0, connections: shown }, EMPTY_CATALOG);
        // A restart whose totals have already passed the old ones shows only in its connections, if any are left.
        const restarted = ledger.counters().restarts > restarts;
        for (const direction of ['upload', 'download'] as const) {
          truth[direction] += restarted ? totals[direction] : totals[direction] - previous[direction];
        }
        if (event === 'save') ledger = createLedger(OPTIONS, JSON.parse(JSON.stringify(ledger.state())) as LedgerState);

        const { traffic, kernel, carry, families } = ledger.counters();
        expect(kernel).toEqual(truth);
        for (const direction of ['upload', 'download'] as const) {
          const inDirection = (series: readonly { direction: string; bytes: number }[]): number =>
            series.filter((each) => each.direction === direction).reduce((sum, each) => sum + each.bytes, 0);
          expect(inDirection(traffic) + carry[direction]).toBe(kernel[direction]);
          for (const series of Object.values(families)) expect(inDirection(series)).toBe(inDirection(traffic));
        }
        const now = new Map(traffic.map(({ bytes, ...labels }) => [Object.values(labels).join('\0'), bytes] as const));
        for (const [series, bytes] of before) expect(now.get(series)).toBeGreaterThanOrEqual(bytes);
        before = now;
      }
    }),
    { numRuns: 200 },
  );
});
