import { describe, expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshAccount,
  LEDGER,
  newStateId,
  openAccount,
  pushOnce,
  throughJson,
} from '../test/account-models.ts';
import type { Account } from './account.ts';
import { EMPTY_CATALOG } from './ledger/frame.ts';
import { createLedger } from './ledger/ledger.ts';
import type { SavedAccount } from './saved-account.ts';

const nowhere = (): void => {};

/** An account that the gateway accepted a thousand bytes from. */
function pushedAccount(
  kernel: ReturnType<typeof createKernelModel>,
  gateway: ReturnType<typeof createGatewayModel>,
): Account {
  const account = freshAccount('one');
  account.apply(kernel.frame(), EMPTY_CATALOG);
  kernel.move(1000);
  account.apply(kernel.frame(), EMPTY_CATALOG);
  pushOnce(account, gateway, nowhere, kernel.state.at);
  return account;
}

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

  it('counts each byte under one of two names when it is renamed', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const account = pushedAccount(kernel, gateway);
    kernel.move(200);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    kernel.move(30);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const renamed = openAccount(account.rename('b', 'two'));
    kernel.move(4);
    renamed.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(renamed, gateway, nowhere, kernel.state.at);
    expect(downloaded(renamed.counters())).toBe(234);
    const back = openAccount(renamed.rename('a', 'three'));
    kernel.move(5);
    back.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(back, gateway, nowhere, kernel.state.at);
    expect(downloaded(back.counters())).toBe(1005);
  });

  it.each([
    ['arrived', true],
    ['did not arrive', false],
  ])('asks what was accepted under the first name when the last push may have been lost: it %s', (_, arrived) => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const account = pushedAccount(kernel, gateway);
    kernel.move(200);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const lost = account.beginPush();
    if (arrived) gateway.push(lost, account.counters());
    // One more that certainly went nowhere.
    account.beginPush();
    kernel.move(30);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const renamed = openAccount(account.rename('b', 'two'));
    expect(renamed.former()).toBe('a');
    renamed.settleFormer(gateway.readBack('a'));
    expect(renamed.former()).toBeUndefined();
    kernel.move(4);
    renamed.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(renamed, gateway, nowhere, kernel.state.at);
    const held = ['a', 'b'].map((name) => gateway.held(name)?.kernel.download ?? 0);
    expect(held).toEqual(arrived ? [1200, 34] : [1000, 234]);
    expect(downloaded(renamed.counters())).toBe(held[1]);
  });

  it('does not take a new kernel for the one that was accepted last because both stood at 0', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const account = freshAccount('one');
    const look = (each: Account): void => void each.apply(kernel.frame(), EMPTY_CATALOG);
    look(account);
    pushOnce(account, gateway, nowhere, kernel.state.at);
    kernel.move(7);
    look(account);
    kernel.restart();
    look(account);
    gateway.push(account.beginPush(), account.counters());
    const renamed = openAccount(account.rename('b', 'two'));
    renamed.settleFormer(gateway.readBack('a'));
    look(renamed);
    expect([gateway.held('a')?.kernel.download, downloaded(renamed.counters())]).toEqual([7, 0]);
  });

  it('counts what a state saved after its last push holds, when it is renamed before it asks', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const account = pushedAccount(kernel, gateway);
    kernel.move(200);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const renamed = openAccount(openAccount(account.save()).rename('b', 'two'));
    renamed.settleFormer(gateway.readBack('a'));
    kernel.move(4);
    renamed.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(renamed, gateway, nowhere, kernel.state.at);
    expect(gateway.held('b')?.kernel.download).toBe(204);
  });

  describe.each([
    ['while it runs', (account: Account) => account],
    ['while it is stopped', (account: Account) => openAccount(account.save())],
  ])('begun with the settings of another device, and renamed %s', (_, stop) => {
    it('begins silently and takes nothing of the other along', () => {
      const gateway = createGatewayModel();
      const first = createKernelModel();
      const account = pushedAccount(first, gateway);
      const kernel = createKernelModel();
      kernel.restart();
      kernel.move(700_000);
      const copied = freshAccount('two');
      copied.apply(kernel.frame(), EMPTY_CATALOG);
      expect(copied.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('resumed');
      // Refused: the first device goes on pushing under the name.
      copied.beginPush();
      first.move(10);
      account.apply(first.frame(), EMPTY_CATALOG);
      pushOnce(account, gateway, nowhere, first.state.at);
      const renamed = openAccount(stop(copied).rename('b', 'three'));
      expect(renamed.former()).toBe('a');
      renamed.settleFormer(gateway.readBack('a'));
      kernel.move(30);
      renamed.apply(kernel.frame(), EMPTY_CATALOG);
      pushOnce(renamed, gateway, nowhere, kernel.state.at);
      expect([gateway.held('a'), gateway.held('b')]).toMatchObject([
        { kernel: { download: 1010 } },
        { kernel: { download: 30 } },
      ]);
      expect(downloaded(renamed.counters())).toBe(30);
    });

    it('goes on from what was accepted under the old name where nobody else pushes', () => {
      const gateway = createGatewayModel();
      const kernel = createKernelModel();
      pushedAccount(kernel, gateway);
      kernel.move(200);
      const after = freshAccount('two');
      after.apply(kernel.frame(), EMPTY_CATALOG);
      after.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
      kernel.restart();
      kernel.move(30);
      after.apply(kernel.frame(), EMPTY_CATALOG);
      const renamed = openAccount(stop(after).rename('b', 'three'));
      renamed.settleFormer(gateway.readBack('a'));
      kernel.move(4);
      renamed.apply(kernel.frame(), EMPTY_CATALOG);
      pushOnce(renamed, gateway, nowhere, kernel.state.at);
      expect(gateway.held('b')?.kernel.download).toBe(234);
    });
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

  it('takes all it counted along when nothing was pushed under the first name', () => {
    const kernel = createKernelModel();
    const account = freshAccount('one');
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(9);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const renamed = openAccount(account.rename('b', 'two'));
    expect(renamed.reconcile({ kind: 'nothing' }, kernel.state.at, newStateId)).toBe('began');
    expect(downloaded(renamed.counters())).toBe(9);
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
