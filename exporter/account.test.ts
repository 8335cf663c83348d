import { describe, expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshAccount,
  LEDGER,
  newStateId,
  nowhere,
  openAccount,
  pushedAccount,
  pushOnce,
  throughJson,
} from '../test/account-models.ts';
import type { Account } from './account.ts';
import { EMPTY_CATALOG } from './ledger/frame.ts';
import { createLedger } from './ledger/ledger.ts';
import type { SavedAccount } from './saved-account.ts';

describe('an account', () => {
  it('begins silently where neither it nor the gateway knows anything', () => {
    const kernel = createKernelModel();
    const account = freshAccount('one');
    kernel.move(5000);
    expect(account.apply(kernel.frame(), EMPTY_CATALOG)).toMatchObject({
      kind: 'baseline',
      skipped: { download: 5000 },
    });
    expect(account.reconcile({ kind: 'nothing' }, kernel.state.at, newStateId)).toBe('began');
    kernel.move(70);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    expect(downloaded(account.counters())).toBe(70);
  });

  it('takes all series and their baseline from the gateway when its state is gone, and counts the gap', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedAccount(kernel, gateway);
    kernel.move(300);
    const after = freshAccount('two');
    after.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(40);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    expect(after.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('resumed');
    expect(downloaded(after.counters())).toBe(1340);
    expect(after.save()).toMatchObject({ stateId: 'two', sequence: 0 });
  });

  it('measures connections that began since the gateway accepted what it goes on from', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedAccount(kernel, gateway);
    const acceptedAt = kernel.state.at + 10;
    const after = freshAccount('two');
    kernel.move(300);
    const frame = kernel.frame();
    const [old] = frame.connections;
    if (old === undefined) throw new Error('the model shows one connection');
    const born = { ...old, id: 'new', download: 50, details: { ...old.details, start: acceptedAt + 100 } };
    after.apply({ ...frame, download: frame.download + 50, connections: [old, born] }, EMPTY_CATALOG);
    const readBack = gateway.readBack('a');
    if (readBack.kind !== 'found') throw new Error('the gateway has accepted a push');
    after.reconcile({ ...readBack, acceptedAt }, kernel.state.at, newStateId);
    const counters = after.counters();
    expect(downloaded(counters)).toBe(1350);
    const measured = counters.traffic.filter(({ accounting }) => accounting === 'measured');
    expect(measured.map(({ bytes }) => bytes)).toEqual([1050]);
  });

  it('takes no connection for a new one where the gateway answers before the kernel does', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedAccount(kernel, gateway);
    const after = freshAccount('two');
    expect(after.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('resumed');
    kernel.move(300);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    expect(after.counters()).toMatchObject({ kernel: { download: 1300 }, carry: { download: 0 } });
    expect(downloaded(after.counters())).toBe(1300);
  });

  it('is an old copy where another state has pushed since, even with counters that are no lower', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const old = openAccount(pushedAccount(kernel, gateway).save());
    const other = freshAccount('two');
    kernel.move(500);
    other.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    other.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(other, gateway, nowhere, kernel.state.at);
    kernel.move(600);
    expect(old.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('resumed');
    // What it counts until its own push is accepted outlives a restart of it.
    old.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    kernel.move(80);
    old.apply(kernel.frame(), EMPTY_CATALOG);
    const again = openAccount(old.save());
    expect(again.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('went_on');
    expect(downloaded(again.counters())).toBe(2180);
  });

  it('loses nothing to a kernel that restarted while the gateway could not be asked', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedAccount(kernel, gateway);
    const after = freshAccount('two');
    kernel.move(500);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    kernel.move(70);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    after.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
    expect(downloaded(after.counters())).toBe(1570);
  });

  it('counts again too what a kernel was heard to have moved before it ended, and what the present one was', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedAccount(kernel, gateway);
    const after = freshAccount('two');
    const hear = (account: Account): void => account.noteTotals({ ...kernel.totals(), continues: true });
    const restart = (account: Account): void => {
      kernel.restart();
      account.apply({ ...kernel.frame(), begins: true }, EMPTY_CATALOG);
    };
    kernel.move(500);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(30);
    hear(after);
    restart(after);
    kernel.move(7);
    hear(after);
    // It starts anew before it could ask, and again after it has.
    const again = openAccount(after.save());
    restart(again);
    again.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
    expect(downloaded(again.counters())).toBe(1537);
    kernel.move(2000);
    again.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(3);
    hear(again);
    const last = openAccount(again.save());
    restart(last);
    expect(last.counters()).toMatchObject({ restarts: 3, kernel: { download: 3540 } });
  });

  it('takes the gateway’s counters when its state is an old copy', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    let copy: SavedAccount | undefined;
    const account = freshAccount('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const keepCopy = (saved: SavedAccount): void => {
      copy = throughJson(saved);
    };
    pushOnce(account, gateway, keepCopy, kernel.state.at);
    kernel.move(1000);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(account, gateway, nowhere, kernel.state.at);
    const restored = openAccount(copy ?? account.save());
    kernel.move(1);
    restored.apply(kernel.frame(), EMPTY_CATALOG);
    expect(restored.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('resumed');
    expect(downloaded(restored.counters())).toBe(1001);
    // Under another state id: it may be a copy on another device, which must not pass for this one.
    expect(restored.beginPush()).toMatchObject({ sequence: 1, stateId: expect.stringMatching(/^new/) });
  });

  it('goes on by itself when its state is the newest', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const account = freshAccount('one');
    pushOnce(account, gateway, nowhere, kernel.state.at);
    expect(openAccount(account.beginPush()).reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe(
      'went_on',
    );
  });

  it('counts no byte twice where two exporters that began with one state push by turns, and tells them apart', () => {
    const gateway = createGatewayModel();
    const saved = freshAccount('one').save();
    const devices = [50_000, 900_000].map((movedBefore) => {
      const kernel = createKernelModel();
      kernel.move(movedBefore);
      const account = openAccount(saved);
      account.apply(kernel.frame(), EMPTY_CATALOG);
      account.reconcile({ kind: 'nothing' }, kernel.state.at, newStateId);
      return { kernel, account };
    });
    for (let turn = 1; turn <= 10; turn += 1) {
      for (const { kernel, account } of devices) {
        kernel.move(100);
        account.apply(kernel.frame(), EMPTY_CATALOG);
        while (!pushOnce(account, gateway, nowhere, kernel.state.at));
        expect(gateway.held('a')?.kernel.download).toBeLessThanOrEqual(200 * turn);
      }
    }
    const [first, second] = devices.map(({ account }) => account.save().stateId);
    expect(first).not.toBe(second);
  });

  it('counts nothing again where its state is a copy from before its first push was accepted', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    let copy: SavedAccount | undefined;
    const account = freshAccount('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const keepFirst = (saved: SavedAccount): void => {
      copy ??= throughJson(saved);
    };
    pushOnce(account, gateway, keepFirst, kernel.state.at);
    kernel.move(1000);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(account, gateway, nowhere, kernel.state.at);
    for (let time = 0; time < 2; time += 1) {
      const restored = openAccount(copy ?? account.save());
      kernel.move(1);
      restored.apply(kernel.frame(), EMPTY_CATALOG);
      pushOnce(restored, gateway, nowhere, kernel.state.at);
    }
    expect(gateway.held('a')?.kernel.download).toBe(1002);
  });

  it('takes a kernel at another address for the same only if a connection survives', () => {
    const kernel = createKernelModel();
    const account = freshAccount('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(10);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    account.moveTo('http://localhost:9097');
    kernel.move(5);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    expect(downloaded(account.counters())).toBe(15);

    account.moveTo('http://192.168.1.1:9090');
    const other = createKernelModel();
    other.restart();
    other.move(1_000_000);
    const reopened = openAccount(account.save());
    reopened.moveTo('http://192.168.1.1:9090');
    expect(reopened.apply(other.frame(), EMPTY_CATALOG).kind).toBe('baseline');
    other.move(7);
    reopened.apply(other.frame(), EMPTY_CATALOG);
    expect(downloaded(reopened.counters())).toBe(22);
    expect(reopened.save().kernelAddress).toBe('http://192.168.1.1:9090');
  });

  it('settles what the kernel before was heard to have moved when another one is watched', () => {
    const kernel = createKernelModel();
    const account = freshAccount('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(10);
    account.noteTotals({ ...kernel.totals(), continues: true });
    account.moveTo('http://192.168.1.1:9090');
    const other = createKernelModel();
    other.restart();
    // Whose totals are not taken for those of the kernel before.
    other.move(1000);
    account.noteTotals({ ...other.totals(), continues: false });
    expect(account.apply(other.frame(), EMPTY_CATALOG).kind).toBe('baseline');
    other.move(7);
    account.apply(other.frame(), EMPTY_CATALOG);
    expect(downloaded(account.counters())).toBe(17);
  });

  it('pushed before any frame is nothing to resume from', () => {
    const gateway = createGatewayModel();
    const kernel = createKernelModel();
    pushOnce(freshAccount('one'), gateway, nowhere, kernel.state.at);
    kernel.move(100);
    const account = freshAccount('two');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(20);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    expect(account.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('began');
    expect(downloaded(account.counters())).toBe(20);
  });
});

it('has a state that is plain JSON', () => {
  const account = freshAccount('one');
  account.apply(createKernelModel().frame(), EMPTY_CATALOG);
  const saved = account.save();
  expect(createLedger(LEDGER, throughJson(saved).ledger).counters()).toEqual(account.counters());
});
