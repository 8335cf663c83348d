import { expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  freshAccount,
  newStateId,
  nowhere,
  openAccount,
  pushOnce,
} from '../test/account-models.ts';
import { EMPTY_CATALOG } from './ledger/frame.ts';

const HOUR = 3_600_000;

/** An account that has seen a megabyte a second for a while, and whose counters the gateway has. */
function busyAccount() {
  const kernel = createKernelModel();
  const gateway = createGatewayModel();
  const account = freshAccount('one');
  for (let second = 0; second < 600; second += 1) {
    kernel.move(1_000_000);
    account.apply(kernel.frame(), EMPTY_CATALOG);
  }
  pushOnce(account, gateway, nowhere, kernel.state.at);
  return { kernel, gateway, account };
}

it('a restart of the kernel while the exporter was away is told in bytes, and a restart of the exporter is not', () => {
  const { kernel, gateway, account } = busyAccount();
  kernel.state.at += HOUR;
  const second = openAccount(account.save());
  second.apply(kernel.frame(), EMPTY_CATALOG);
  expect(second.counters()).toMatchObject({ restarts: 0, lost: 0 });
  kernel.state.at += HOUR;
  kernel.restart();
  const third = openAccount(second.save());
  kernel.move(5);
  third.apply(kernel.frame(), EMPTY_CATALOG);
  const { lost } = third.counters();
  expect(lost).toBeGreaterThan(100_000_000);
  expect(Number.isSafeInteger(lost)).toBe(true);
  pushOnce(third, gateway, nowhere, kernel.state.at);
  const without = freshAccount('four');
  without.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
  expect(without.counters().lost).toBe(lost);
});

it('what is known of the pace outlives counters that are taken from the gateway', () => {
  const { kernel, gateway, account } = busyAccount();
  account.fellBehind();
  pushOnce(account, gateway, nowhere, kernel.state.at);
  kernel.move(1_000_000);
  account.apply(kernel.frame(), EMPTY_CATALOG);
  kernel.restart();
  kernel.move(5);
  kernel.state.at += 1000;
  account.apply(kernel.frame(), EMPTY_CATALOG);
  expect(account.counters()).toMatchObject({ restarts: 1, lost: 2_000_000 });
});

it('nobody at a new address does not end the kernel at the old one', () => {
  const { kernel, account } = busyAccount();
  account.moveTo('http://127.0.0.1:1');
  account.noteGone(kernel.state.at);
  expect(account.save().ledger.goneAt).toBeUndefined();
  account.moveTo('http://127.0.0.1:9097');
  account.noteGone(kernel.state.at);
  expect(account.save().ledger.goneAt).toBe(kernel.state.at);
});
