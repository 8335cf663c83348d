import { expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  freshCounters,
  newStateId,
  nowhere,
  openCounters,
  pushOnce,
} from '../../test/device-models.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';

const HOUR = 3_600_000;

/** An device that has seen a megabyte a second for a while, and whose counters the gateway has. */
function busyAccount() {
  const kernel = createKernelModel();
  const gateway = createGatewayModel();
  const device = freshCounters('one');
  for (let second = 0; second < 600; second += 1) {
    kernel.move(1_000_000);
    device.apply(kernel.frame(), EMPTY_CATALOG);
  }
  pushOnce(device, gateway, nowhere, kernel.state.at);
  return { kernel, gateway, device };
}

it('a restart of the kernel while the exporter was away is told in bytes, and a restart of the exporter is not', () => {
  const { kernel, gateway, device } = busyAccount();
  kernel.state.at += HOUR;
  const second = openCounters(device.save());
  second.apply(kernel.frame(), EMPTY_CATALOG);
  expect(second.counters()).toMatchObject({ restarts: 0, lost: 0 });
  kernel.state.at += HOUR;
  kernel.restart();
  const third = openCounters(second.save());
  kernel.move(5);
  third.apply(kernel.frame(), EMPTY_CATALOG);
  const { lost } = third.counters();
  expect(lost).toBeGreaterThan(100_000_000);
  expect(Number.isSafeInteger(lost)).toBe(true);
  pushOnce(third, gateway, nowhere, kernel.state.at);
  const without = freshCounters('four');
  without.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
  expect(without.counters().lost).toBe(lost);
});

it('what is known of the pace outlives counters that are taken from the gateway', () => {
  const { kernel, gateway, device } = busyAccount();
  device.askAgain(true);
  pushOnce(device, gateway, nowhere, kernel.state.at);
  kernel.move(1_000_000);
  device.apply(kernel.frame(), EMPTY_CATALOG);
  kernel.restart();
  kernel.move(5);
  kernel.state.at += 1000;
  device.apply(kernel.frame(), EMPTY_CATALOG);
  expect(device.counters()).toMatchObject({ restarts: 1, lost: 2_000_000 });
});

it('nobody at a new address does not end the kernel at the old one', () => {
  const { kernel, device } = busyAccount();
  device.moveTo('http://127.0.0.1:1');
  device.noteGone(kernel.state.at);
  expect(device.save().ledger.goneAt).toBeUndefined();
  device.moveTo('http://127.0.0.1:9097');
  device.noteGone(kernel.state.at);
  expect(device.save().ledger.goneAt).toBe(kernel.state.at);
});
