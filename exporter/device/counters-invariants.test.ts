import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshCounters,
  newStateId,
  openCounters,
  pushOnce,
  throughJson,
} from '../../test/device-models.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import type { SavedCounters } from './saved-device.ts';

type Step =
  | { readonly kind: 'move'; readonly bytes: number }
  | { readonly kind: 'frame' | 'totals' | 'kernel restart' | 'push' | 'lost answer' | 'lost push' | 'save' }
  | { readonly kind: 'crash'; readonly state: 'kept' | 'old copy' | 'gone' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('move' as const), bytes: fc.integer({ min: 1, max: 1e9 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constantFrom('frame' as const, 'totals' as const, 'push' as const) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('lost answer' as const, 'lost push' as const, 'kernel restart' as const, 'save' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        state: fc.constantFrom('kept' as const, 'old copy' as const, 'gone' as const),
      }),
    },
  ),
  { maxLength: 60 },
);

it('never lets a pushed counter fall and loses no byte that a frame or totals showed, whatever fails when', () => {
  fc.assert(
    fc.property(steps, (script: readonly Step[]) => {
      const kernel = createKernelModel();
      const gateway = createGatewayModel();
      const disk: SavedCounters[] = [];
      const write = (saved: SavedCounters): void => void disk.push(throughJson(saved));
      let states = 1;
      let unpushedLife = false;
      /** Whether this process has seen the kernel, without which totals may be another one's. */
      let follows = true;
      let device = freshCounters('s1');
      // The device was installed, and its first push accepted, before anything goes wrong.
      device.apply(kernel.frame(), EMPTY_CATALOG);
      pushOnce(device, gateway, write, kernel.state.at);
      const look = (): void => {
        device.apply({ ...kernel.frame(), continues: follows, begins: !follows }, EMPTY_CATALOG);
        follows = true;
      };
      const hear = (): void => device.noteTotals({ ...kernel.totals(), continues: follows });
      for (const step of script) {
        if (step.kind === 'move') kernel.move(step.bytes);
        if (step.kind === 'frame') look();
        if (step.kind === 'totals') hear();
        if (step.kind === 'kernel restart') {
          // What moves after the last message of a kernel is nobody's to know; nor, to the byte, what a kernel moved that
          // was gone and followed by another while nobody looked.
          if (follows) hear();
          else look();
          kernel.restart();
          follows = false;
          look();
          write(device.save());
          unpushedLife = true;
        }
        if (step.kind === 'push' && pushOnce(device, gateway, write, kernel.state.at)) unpushedLife = false;
        if ((step.kind === 'lost push' || step.kind === 'lost answer') && !device.mustAsk()) {
          const saved = device.beginPush();
          write(saved);
          if (step.kind === 'lost answer') gateway.push(saved, device.counters(), kernel.state.at);
          device.askAgain(false);
        }
        if (step.kind === 'save') write(device.save());
        if (step.kind === 'crash') {
          // A life of the kernel that only the newest state knows cannot outlive it.
          const state = unpushedLife ? 'kept' : step.state;
          const saved = state === 'kept' ? disk.at(-1) : state === 'old copy' ? disk[0] : undefined;
          if (state === 'gone') states += 1;
          follows = false;
          device = saved === undefined ? freshCounters(`s${states}`) : openCounters(saved);
          // An old copy does not know that it is one until it asks.
          if (state === 'old copy') device.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
        }
        expect(downloaded(device.counters()) + device.counters().carry.download).toBe(
          device.counters().kernel.download,
        );
      }
      look();
      for (let tries = 0; !pushOnce(device, gateway, write, kernel.state.at); tries += 1) expect(tries).toBeLessThan(3);
      const held = gateway.held('a');
      expect(held?.kernel.download).toBe(kernel.state.everMoved);
      // The connection that moved it all is in every frame, so that nothing waits, and nothing was ascribed twice.
      expect(held?.carry.download).toBe(0);
    }),
    { numRuns: 300 },
  );
});
