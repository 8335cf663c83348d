import { describe, expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshCounters,
  newStateId,
  nowhere,
  openCounters,
  pushedCounters,
  pushOnce,
  throughJson,
} from '../../test/device-models.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';

describe('an device whose kernel ended before a push was accepted', () => {
  it('counts a kernel that ended once, also where an old copy of a state shows it that another has pushed since', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedCounters(kernel, gateway);
    const second = freshCounters('two');
    second.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
    kernel.move(5);
    second.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    second.apply(kernel.frame(), EMPTY_CATALOG);
    const copy = throughJson(second.save());
    pushOnce(second, gateway, nowhere, kernel.state.at);
    const third = freshCounters('three');
    kernel.move(70);
    third.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(third, gateway, nowhere, kernel.state.at);
    const old = openCounters(copy);
    pushOnce(old, gateway, nowhere, kernel.state.at);
    kernel.move(600);
    old.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(old, gateway, nowhere, kernel.state.at);
    expect(gateway.held('a')?.kernel.download).toBe(1675);
  });

  it('counts what another kernel moved since it was first seen, when it takes its counters from the gateway', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedCounters(kernel, gateway);
    const after = freshCounters('two');
    kernel.move(300);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    const other = createKernelModel();
    other.restart();
    other.move(1_000_000);
    after.moveTo('http://192.168.1.1:9090');
    after.apply(other.frame(), EMPTY_CATALOG);
    other.move(40);
    after.apply(other.frame(), EMPTY_CATALOG);
    const reopened = openCounters(after.save());
    reopened.moveTo('http://192.168.1.1:9090');
    reopened.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
    other.move(5);
    reopened.apply(other.frame(), EMPTY_CATALOG);
    expect(reopened.counters()).toMatchObject({ kernel: { download: 1345 }, carry: { download: 0 } });
  });

  it('counts what it saved of a kernel that restarts before it shows itself again', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedCounters(kernel, gateway);
    const after = freshCounters('two');
    kernel.move(300);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    const reopened = openCounters(after.save());
    pushOnce(reopened, gateway, nowhere, kernel.state.at);
    const again = openCounters(reopened.save());
    kernel.restart();
    kernel.move(2);
    again.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(again, gateway, nowhere, kernel.state.at);
    expect(gateway.held('a')?.kernel.download).toBe(1302);
  });

  it('counts a kernel once that has ended since its state, an old copy, was saved before the first push', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const device = freshCounters('one');
    device.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(5000);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    const copy = device.save();
    pushOnce(device, gateway, nowhere, kernel.state.at);
    kernel.restart();
    kernel.move(70);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(device, gateway, nowhere, kernel.state.at);
    const restored = openCounters(copy);
    kernel.move(1);
    restored.apply(kernel.frame(), EMPTY_CATALOG);
    expect(restored.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('old_copy');
    expect(downloaded(restored.counters())).toBe(5071);
  });

  it('counts it once where an old copy shows it from before the first push was accepted, and is restored twice', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const device = freshCounters('one');
    device.apply(kernel.frame(), EMPTY_CATALOG);
    device.reconcile({ kind: 'nothing' }, kernel.state.at, newStateId);
    kernel.move(1);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    device.apply(kernel.frame(), EMPTY_CATALOG);
    const copy = throughJson(device.save());
    pushOnce(device, gateway, nowhere, kernel.state.at);
    for (let time = 0; time < 2; time += 1) pushOnce(openCounters(copy), gateway, nowhere, kernel.state.at);
    expect(gateway.held('a')?.kernel.download).toBe(1);
  });
});
