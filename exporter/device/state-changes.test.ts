import fc from 'fast-check';
import { expect, it } from 'vitest';
import { freshDevice, throughJson } from '../../test/device-models.ts';
import { connection, frame } from '../../test/example-frames.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import type { SavedDevice } from './saved-device.ts';
import { changesBetween, deviceOf, rowsOf, withChanges } from './state-changes.ts';

const step = fc.record({
  kind: fc.constantFrom('frame' as const, 'rename' as const, 'push' as const, 'totals' as const),
  moved: fc.array(fc.nat({ max: 1e6 }), { minLength: 4, maxLength: 4 }),
  open: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
});

/** Lists without their order, which says nothing. */
const comparable = (device: SavedDevice): unknown => {
  const { models: _, ...ledger } = device.ledger;
  return JSON.parse(JSON.stringify({ ...device, ledger }), (_key, value) =>
    Array.isArray(value) ? value.map((each) => JSON.stringify(each)).sort() : value,
  );
};

it('changes that are appended one after the other make the state that was never written', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const device = freshDevice('one');
      const first = device.save();
      let rows = rowsOf(throughJson(first));
      let before = rowsOf(first);
      let at = 1000;
      let total = 0;
      const sums = [0, 0, 0, 0];
      steps.forEach(({ kind, moved, open }, index) => {
        at += 1000;
        moved.forEach((bytes, id) => {
          sums[id] = (sums[id] ?? 0) + bytes;
          total += bytes;
        });
        if (kind === 'rename') device.rename(`name ${index}`, `state ${index}`);
        if (kind === 'push') device.current().beginPush();
        if (kind === 'totals') device.noteTotals({ at, upload: 0, download: total, continues: true });
        if (kind === 'frame') {
          const shown = sums.flatMap((sum, id) =>
            open[id] ? [connection(`c${id}`, sum, { chains: [`node ${id}`], host: `h${id}.example` })] : [],
          );
          device.apply(frame(at, total, shown), EMPTY_CATALOG);
        }
        const now = device.save();
        const after = rowsOf(now);
        rows = withChanges(rows, throughJson(changesBetween(before, after)));
        before = after;
        expect(comparable(deviceOf(rows, now.ledger.models))).toEqual(comparable(throughJson(now)));
      });
    }),
  );
});
