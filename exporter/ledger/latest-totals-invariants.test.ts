import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKernelModel, throughJson } from '../../test/device-models.ts';
import { OPTIONS } from '../../test/example-frames.ts';
import { EMPTY_CATALOG } from './frame.ts';
import { createLedger } from './ledger.ts';

/**
 * A kernel, the two streams that are followed of it, and the exporter's process. `tell` sends totals, which wait to be
 * received; `reopen` breaks the stream of totals alone.
 */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('move' as const), bytes: fc.integer({ min: 1, max: 1e9 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constantFrom('frame' as const, 'tell' as const, 'receive' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('reopen' as const, 'restart' as const, 'save' as const, 'crash' as const),
    }),
  },
);

it('is counted once, whatever breaks and whatever comes late, and never as another kernel’s', () => {
  let heardMore = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const kernel = createKernelModel();
      let ledger = createLedger(OPTIONS);
      let frames: { readonly life: number } | undefined;
      let stream = { life: 0, trusted: false, waiting: [] as number[] };
      /** What the newest totals of the last frame's life came to. */
      let reached = { life: 0, total: 0 };
      let booked = 0;

      const look = (): void => {
        const before = ledger.counters();
        const begins = frames?.life !== kernel.state.life;
        if (begins) stream = { life: kernel.state.life, trusted: false, waiting: [] };
        frames = { life: kernel.state.life };
        const frame = { ...kernel.frame(), continues: !begins, begins };
        ledger.apply(frame, EMPTY_CATALOG);
        stream.trusted = true;
        const after = ledger.counters();
        const raw = before.raw?.download ?? frame.download;
        const isNewLife = after.restarts > before.restarts;
        expect(after.kernel.download - before.kernel.download).toBe(
          isNewLife ? reached.total - raw + frame.download : frame.download - raw,
        );
        if (isNewLife && reached.total > raw) heardMore += 1;
        reached = { life: kernel.state.life, total: frame.download };
      };
      look();
      let saved = throughJson(ledger.state());
      for (const { kind, ...rest } of steps) {
        if (kind === 'move' && 'bytes' in rest) kernel.move(rest.bytes);
        if (kind === 'frame') look();
        if (kind === 'tell' && stream.life === kernel.state.life) stream.waiting.push(kernel.state.total);
        if (kind === 'receive') {
          for (const download of stream.waiting.splice(0)) {
            ledger.noteTotals({ at: kernel.state.at, upload: 0, download, continues: stream.trusted });
            if (stream.trusted && stream.life === reached.life) reached.total = Math.max(reached.total, download);
          }
        }
        if (kind === 'reopen') stream = { life: kernel.state.life, trusted: false, waiting: [] };
        if (kind === 'restart') kernel.restart();
        if (kind === 'save') saved = throughJson(ledger.state());
        if (kind === 'crash') {
          ledger = createLedger(OPTIONS, saved);
          frames = undefined;
          stream = { life: -1, trusted: false, waiting: [] };
          const { raw, latest } = ledger.state();
          reached = { life: -1, total: (latest ?? raw)?.download ?? 0 };
          booked = 0;
        }
        const { kernel: counted, carry, traffic } = ledger.counters();
        expect(traffic.reduce((sum, { bytes }) => sum + bytes, 0) + carry.download).toBe(counted.download);
        expect(counted.download).toBeLessThanOrEqual(kernel.state.everMoved);
        expect(counted.download).toBeGreaterThanOrEqual(booked);
        booked = counted.download;
      }
    }),
    { numRuns: 500 },
  );
  expect(heardMore).toBeGreaterThan(20);
});
