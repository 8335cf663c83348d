import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshAccount,
  newStateId,
  openAccount,
  pushOnce,
  throughJson,
} from '../test/account-models.ts';
import { EMPTY_CATALOG } from './ledger/frame.ts';
import type { SavedAccount } from './saved-account.ts';

const NAMES = ['a', 'b', 'c'] as const;

type Step =
  | { readonly kind: 'move'; readonly bytes: number }
  | { readonly kind: 'frame' | 'totals' | 'push' | 'lost answer' | 'lost push' }
  | { readonly kind: 'kernel restart' | 'crash' | 'lost state' }
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
    { weight: 3, arbitrary: kinds('lost answer', 'lost push', 'kernel restart', 'crash', 'lost state') },
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
  { maxLength: 40 },
);

it('counts each byte under one name, whatever the device is renamed to, and when', () => {
  fc.assert(
    fc.property(steps, (script: readonly Step[]) => {
      const kernel = createKernelModel();
      const gateway = createGatewayModel();
      let disk: SavedAccount | undefined;
      let gatewayUp = true;
      // A life of the kernel that only the newest state tells of does not outlive a crash and a new name together.
      let unpushedLife = false;
      /** Whether this process has seen the kernel, without which totals may be another one's. */
      let follows = true;
      let account = freshAccount(newStateId());
      const write = (saved: SavedAccount): void => {
        disk = throughJson(saved);
      };
      const reopen = (): void => {
        if (disk !== undefined) account = openAccount(disk);
        follows = false;
      };
      const look = (): void => {
        account.apply({ ...kernel.frame(), continues: follows, begins: !follows }, EMPTY_CATALOG);
        follows = true;
      };
      const hear = (): void => account.noteTotals({ ...kernel.totals(), continues: follows });
      function push(): boolean {
        if (!gatewayUp) {
          write(account.mustAsk() ? account.save() : account.beginPush());
          return false;
        }
        const former = account.former();
        if (former !== undefined) account.settleFormer(gateway.readBack(former));
        return pushOnce(account, gateway, write, kernel.state.at);
      }
      function rename(to: string, stopped: boolean): void {
        if (stopped) reopen();
        if (to === account.deviceId) return;
        account = openAccount(account.rename(to, newStateId()));
        write(account.save());
      }
      look();
      push();
      for (const step of script) {
        if (step.kind === 'move') kernel.move(step.bytes);
        if (step.kind === 'frame') look();
        if (step.kind === 'totals') hear();
        if (step.kind === 'push' && push()) unpushedLife = false;
        if (step.kind === 'lost push' && !account.mustAsk()) write(account.beginPush());
        if (step.kind === 'lost answer' && !account.mustAsk() && gatewayUp) {
          const saved = account.beginPush();
          write(saved);
          gateway.push(saved, account.counters());
        }
        if (step.kind === 'kernel restart') {
          // To the byte it is known what a kernel moved whose last message tells it.
          if (follows) hear();
          else look();
          kernel.restart();
          follows = false;
          look();
          write(account.save());
          unpushedLife = true;
        }
        if (step.kind === 'crash') reopen();
        if (step.kind === 'lost state' && !unpushedLife && account.deviceId === 'a') {
          account = freshAccount(newStateId());
          follows = false;
          account.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
          write(account.save());
        }
        if (step.kind === 'gateway') gatewayUp = step.up;
        if (step.kind === 'rename') rename(step.to, step.stopped);
        const counters = account.counters();
        expect(downloaded(counters) + counters.carry.download).toBe(counters.kernel.download);
      }
      gatewayUp = true;
      look();
      for (let tries = 0; !push(); tries += 1) expect(tries).toBeLessThan(3);
      const all = NAMES.reduce((sum, name) => sum + (gateway.held(name)?.kernel.download ?? 0), 0);
      expect(all).toBe(kernel.state.everMoved);
    }),
    { numRuns: 300 },
  );
});
