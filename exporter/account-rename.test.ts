import { describe, expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshAccount,
  newStateId,
  nowhere,
  openAccount,
  pushedAccount,
  pushOnce,
} from '../test/account-models.ts';
import type { Account } from './account.ts';
import { EMPTY_CATALOG } from './ledger/frame.ts';

describe('an account that is renamed', () => {
  it('counts each byte under one of two names', () => {
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

  it('counts what a kernel moved that ended after the last push, when it is renamed before it asks', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const account = pushedAccount(kernel, gateway);
    kernel.move(200);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    kernel.move(3000);
    account.apply(kernel.frame(), EMPTY_CATALOG);
    const renamed = openAccount(openAccount(account.save()).rename('b', 'two'));
    kernel.move(40);
    renamed.apply(kernel.frame(), EMPTY_CATALOG);
    renamed.settleFormer(gateway.readBack('a'));
    kernel.move(5);
    renamed.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(renamed, gateway, nowhere, kernel.state.at);
    expect(gateway.held('b')?.kernel.download).toBe(3245);
    expect(downloaded(renamed.counters())).toBe(3245);
  });

  it('keeps its own baseline under a name that it had before, also when that push is lost and it is renamed again', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    let account = pushedAccount(kernel, gateway);
    const moveAndLook = (bytes: number): void => {
      kernel.move(bytes);
      account.apply(kernel.frame(), EMPTY_CATALOG);
    };
    account = openAccount(account.rename('b', 'two'));
    moveAndLook(200);
    pushOnce(account, gateway, nowhere, kernel.state.at);
    account = openAccount(account.rename('a', 'three'));
    moveAndLook(30);
    account.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
    // Nobody knows whether it arrives: here it does not.
    account.beginPush();
    account = openAccount(openAccount(account.save()).rename('c', 'four'));
    account.settleFormer(gateway.readBack('a'));
    moveAndLook(4);
    pushOnce(account, gateway, nowhere, kernel.state.at);
    expect(['a', 'b', 'c'].map((name) => gateway.held(name)?.kernel.download)).toEqual([1000, 200, 34]);
  });

  it('counts what was heard of a kernel between the new name and its end', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const account = pushedAccount(kernel, gateway);
    const away = openAccount(account.rename('b', 'two'));
    const back = openAccount(away.rename('a', 'three'));
    kernel.move(70);
    back.noteTotals({ ...kernel.totals(), continues: true });
    kernel.restart();
    back.apply({ ...kernel.frame(), begins: true }, EMPTY_CATALOG);
    pushOnce(back, gateway, nowhere, kernel.state.at);
    expect(gateway.held('a')?.kernel.download).toBe(1070);
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
});
