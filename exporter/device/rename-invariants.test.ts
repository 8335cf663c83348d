import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshDevice,
  newStateId,
  openDevice,
  pushDevice,
  throughJson,
} from '../../test/device-models.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import type { SavedDevice } from './saved-device.ts';

const NAMES = ['a', 'b', 'c'] as const;

type Step =
  | { readonly kind: 'move'; readonly bytes: number }
  | { readonly kind: 'frame' | 'totals' | 'push' | 'lost answer' | 'lost push' | 'refused push' | 'save' }
  | { readonly kind: 'kernel restart' | 'crash' | 'lost state' }
  | { readonly kind: 'old copy'; readonly which: number }
  | { readonly kind: 'gateway'; readonly up: boolean }
  | { readonly kind: 'rename'; readonly to: (typeof NAMES)[number]; readonly stopped: boolean };

const kinds = <const T extends string>(...names: T[]) => fc.record({ kind: fc.constantFrom(...names) });
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('move' as const), bytes: fc.integer({ min: 1, max: 1e6 }) }),
    },
    { weight: 6, arbitrary: kinds('frame', 'totals', 'push') },
    {
      weight: 4,
      arbitrary: kinds('lost answer', 'lost push', 'refused push', 'kernel restart', 'crash', 'lost state', 'save'),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('old copy' as const),
        which: fc.double({ min: 0, max: 0.99, noNaN: true }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('gateway' as const), up: fc.boolean() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('rename' as const),
        to: fc.constantFrom(...NAMES),
        stopped: fc.boolean(),
      }),
    },
  ),
  { maxLength: 60 },
);

it('counts each byte under one name and lets no counter fall, whatever the device is renamed to, loses or gets back', () => {
  fc.assert(
    fc.property(steps, (script: readonly Step[]) => {
      const kernel = createKernelModel();
      const gateway = createGatewayModel();
      const disk: SavedDevice[] = [];
      let gatewayUp = true;
      /**
       * Only the newest state knows of a kernel that ended, and of another name, since the gateway accepted a push: what
       * such a state knows does not outlive it.
       */
      let onlyHere = true;
      /** Whether this process has seen the kernel, without which totals may be another one's. */
      let follows = true;
      let device = freshDevice(newStateId());
      const write = (saved: SavedDevice): void => void disk.push(throughJson(saved));
      const open = (saved: SavedDevice | undefined): void => {
        if (saved !== undefined) device = openDevice(saved);
        follows = false;
      };
      const look = (): void => {
        device.apply({ ...kernel.frame(), continues: follows, begins: !follows }, EMPTY_CATALOG);
        follows = true;
      };
      const hear = (): void => device.noteTotals({ ...kernel.totals(), continues: follows });
      const ask = (): void =>
        void device.reconcile(
          device.current(),
          gateway.readBack(device.current().deviceId),
          kernel.state.at,
          newStateId,
        );
      function push(): boolean {
        if (!gatewayUp) {
          write(device.save());
          return false;
        }
        const isAccepted = pushDevice(device, gateway, write, kernel.state.at);
        if (isAccepted && device.save().closed.length === 0) onlyHere = false;
        return isAccepted;
      }
      function rename(to: string, stopped: boolean): void {
        if (stopped) open(disk.at(-1));
        if (to === device.current().deviceId) return;
        device.rename(to, newStateId());
        write(device.save());
        onlyHere = true;
      }
      /** Begins a push of which no answer comes. */
      function pushInVain(arrives: boolean): void {
        const current = device.current();
        if (current.mustAsk()) return;
        const begun = current.beginPush();
        write(device.save());
        if (arrives) gateway.push(begun, current.counters(), kernel.state.at);
        current.askAgain(false);
      }
      look();
      push();
      for (const step of script) {
        const heldBefore = NAMES.map((name) => gateway.held(name));
        if (step.kind === 'move') kernel.move(step.bytes);
        if (step.kind === 'frame') look();
        if (step.kind === 'totals') hear();
        if (step.kind === 'push') push();
        if (step.kind === 'save') write(device.save());
        if (step.kind === 'lost push') pushInVain(false);
        if (step.kind === 'lost answer') pushInVain(gatewayUp);
        if (step.kind === 'refused push' && gatewayUp && !device.current().mustAsk()) {
          pushInVain(false);
          device.current().askAgain(true);
        }
        if (step.kind === 'kernel restart') {
          // To the byte it is known what a kernel moved whose last message tells it.
          if (follows) hear();
          else look();
          kernel.restart();
          follows = false;
          look();
          write(device.save());
          onlyHere = true;
        }
        if (step.kind === 'crash') open(disk.at(-1));
        if (step.kind === 'lost state' && !onlyHere) {
          open({ ...freshDevice(newStateId()).save(), deviceId: device.current().deviceId });
          ask();
          write(device.save());
        }
        if (step.kind === 'old copy' && !onlyHere) {
          const to = device.current().deviceId;
          const before = device.save();
          open(disk[Math.floor(step.which * disk.length)]);
          if (device.current().deviceId !== to) device.rename(to, newStateId());
          // It does not know that it is an old copy until it asks.
          if (gatewayUp) ask();
          else device = openDevice(before);
          write(device.save());
        }
        if (step.kind === 'gateway') gatewayUp = step.up;
        if (step.kind === 'rename') rename(step.to, step.stopped);
        const counters = device.current().counters();
        expect(downloaded(counters) + counters.carry.download).toBe(counters.kernel.download);
        for (const family of Object.values(counters.families)) {
          expect(family.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(downloaded(counters));
        }
        for (const [index, name] of NAMES.entries()) {
          expect(gateway.held(name)?.kernel.download ?? 0).toBeGreaterThanOrEqual(
            heldBefore[index]?.kernel.download ?? 0,
          );
        }
      }
      gatewayUp = true;
      look();
      for (let tries = 0; !push() || device.save().closed.length > 0; tries += 1) expect(tries).toBeLessThan(3);
      const all = NAMES.reduce((sum, name) => sum + (gateway.held(name)?.kernel.download ?? 0), 0);
      expect(all).toBe(kernel.state.everMoved);
    }),
    { numRuns: 500 },
  );
});
