import { describe, expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshCounters,
  LEDGER,
  newStateId,
  nowhere,
  openCounters,
  pushedCounters,
  pushOnce,
  throughJson,
} from '../../test/device-models.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import { createLedger } from '../ledger/ledger.ts';
import type { DeviceCounters } from './device-counters.ts';
import type { SavedCounters } from './saved-device.ts';

describe('an device', () => {
  it('begins silently where neither it nor the gateway knows anything', () => {
    const kernel = createKernelModel();
    const device = freshCounters('one');
    kernel.move(5000);
    expect(device.apply(kernel.frame(), EMPTY_CATALOG)).toMatchObject({
      kind: 'baseline',
      skipped: { download: 5000 },
    });
    expect(device.reconcile({ kind: 'nothing' }, kernel.state.at, newStateId)).toBe('began');
    kernel.move(70);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    expect(downloaded(device.counters())).toBe(70);
  });

  it('takes all series and their baseline from the gateway when its state is gone, and counts the gap', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedCounters(kernel, gateway);
    kernel.move(300);
    const after = freshCounters('two');
    after.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(40);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    expect(after.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('resumed');
    expect(downloaded(after.counters())).toBe(1340);
    expect(after.save()).toMatchObject({ stateId: 'two', sequence: 0 });
  });

  it('counts the gap also where the gateway does not say when it accepted what it holds', () => {
    const [kernel, gateway] = [createKernelModel(), createGatewayModel()];
    pushedCounters(kernel, gateway);
    kernel.move(300);
    const after = freshCounters('two');
    after.apply(kernel.frame(), EMPTY_CATALOG);
    const readBack = gateway.readBack('a');
    if (readBack.kind !== 'found') throw new Error('the gateway has accepted a push');
    const { acceptedAt: _, ...undated } = readBack;
    after.reconcile(undated, kernel.state.at, newStateId);
    expect(downloaded(after.counters())).toBe(1300);
  });

  it('adds what interfaces moved without a state to what the gateway holds, and nothing that it holds already', () => {
    const [kernel, gateway] = [createKernelModel(), createGatewayModel()];
    const device = pushedCounters(kernel, gateway);
    const after = freshCounters('two');
    after.apply(kernel.frame(), EMPTY_CATALOG);
    const uplink = { interface: 'eth0', role: 'uplink', direction: 'download' } as const;
    const readBack = { ...gateway.readBack('a'), interfaces: [{ ...uplink, bytes: 30 }] };
    for (const each of [device, after]) {
      for (const bytes of [100, 130]) {
        each.readInterfaces([{ name: 'eth0', role: 'uplink', bytes: { upload: 0, download: bytes }, life: '1' }]);
      }
      each.askAgain(false);
      each.reconcile(readBack, kernel.state.at, newStateId);
    }
    expect([device, after].map((each) => each.interfaces())).toEqual([
      [{ ...uplink, bytes: 30 }],
      [{ ...uplink, bytes: 60 }],
    ]);
  });

  it('keeps all since its first frame, of an earlier process too, where others push before it ever did', () => {
    const [kernel, otherKernel, gateway] = [createKernelModel(), createKernelModel(), createGatewayModel()];
    const first = freshCounters('one');
    first.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(100);
    first.apply(kernel.frame(), EMPTY_CATALOG);
    const device = openCounters(first.save());
    kernel.move(20);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    expect(device.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('began');
    const others = pushedCounters(otherKernel, gateway);
    expect(others.counters().kernel.download).toBe(1000);
    while (!pushOnce(device, gateway, nowhere, kernel.state.at));
    expect(gateway.held('a')?.kernel.download).toBe(1120);
  });

  it('measures connections that began since the gateway accepted what it goes on from', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedCounters(kernel, gateway);
    const acceptedAt = kernel.state.at + 10;
    const after = freshCounters('two');
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
    pushedCounters(kernel, gateway);
    const after = freshCounters('two');
    expect(after.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('resumed');
    kernel.move(300);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    expect(after.counters()).toMatchObject({ kernel: { download: 1300 }, carry: { download: 0 } });
    expect(downloaded(after.counters())).toBe(1300);
  });

  it('is an old copy where another state has pushed since, even with counters that are no lower', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const old = openCounters(pushedCounters(kernel, gateway).save());
    const other = freshCounters('two');
    kernel.move(500);
    other.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    other.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(other, gateway, nowhere, kernel.state.at);
    kernel.move(600);
    expect(old.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('old_copy');
    // What it counts until its own push is accepted outlives a restart of it.
    old.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    kernel.move(80);
    old.apply(kernel.frame(), EMPTY_CATALOG);
    const again = openCounters(old.save());
    expect(again.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('went_on');
    expect(downloaded(again.counters())).toBe(2180);
  });

  it('loses nothing to a kernel that restarted while the gateway could not be asked', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedCounters(kernel, gateway);
    const after = freshCounters('two');
    kernel.move(500);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.restart();
    kernel.move(70);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    after.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
    expect(downloaded(after.counters())).toBe(1570);
  });

  it('counts again too what a kernel was seen to move before it ended, and what the present one was', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedCounters(kernel, gateway);
    const after = freshCounters('two');
    const hear = (device: DeviceCounters): void => device.noteTotals({ ...kernel.totals(), continues: true });
    const restart = (device: DeviceCounters): void => {
      kernel.restart();
      device.apply({ ...kernel.frame(), begins: true }, EMPTY_CATALOG);
    };
    kernel.move(500);
    after.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(30);
    hear(after);
    restart(after);
    kernel.move(7);
    hear(after);
    // It starts again before it could ask, and again after it has.
    const again = openCounters(after.save());
    restart(again);
    again.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
    expect(downloaded(again.counters())).toBe(1537);
    kernel.move(2000);
    again.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(3);
    hear(again);
    const last = openCounters(again.save());
    restart(last);
    expect(last.counters()).toMatchObject({ restarts: 3, kernel: { download: 3540 } });
  });

  it('takes the gateway’s counters when its state is an old copy', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    let copy: SavedCounters | undefined;
    const device = freshCounters('one');
    device.apply(kernel.frame(), EMPTY_CATALOG);
    const keepCopy = (saved: SavedCounters): void => {
      copy = throughJson(saved);
    };
    pushOnce(device, gateway, keepCopy, kernel.state.at);
    kernel.move(1000);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(device, gateway, nowhere, kernel.state.at);
    const restored = openCounters(copy ?? device.save());
    kernel.move(1);
    restored.apply(kernel.frame(), EMPTY_CATALOG);
    expect(restored.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('old_copy');
    expect(downloaded(restored.counters())).toBe(1001);
    // Under another state id: it may be a copy on another device, which must not pass for this one.
    expect(restored.beginPush()).toMatchObject({ sequence: 1, stateId: expect.stringMatching(/^new/) });
  });

  it('goes on by itself when its state is the newest', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    const device = freshCounters('one');
    pushOnce(device, gateway, nowhere, kernel.state.at);
    expect(openCounters(device.beginPush()).reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe(
      'went_on',
    );
  });

  it.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [2, 2],
  ])(
    'counts no byte twice that a push holds whose answer was lost, with %i restarts of the kernel before and %i after it',
    (before, after) => {
      for (const others of ['none', 'same kernel', 'another kernel'] as const) {
        const kernel = createKernelModel();
        const gateway = createGatewayModel();
        const device = pushedCounters(kernel, gateway);
        const twin = openCounters(device.save());
        const twinKernel = others === 'another kernel' ? createKernelModel() : kernel;
        if (others === 'another kernel') {
          twinKernel.restart();
          twinKernel.move(77_000);
          twin.moveTo('http://192.168.1.1:9090');
        }
        twin.apply(twinKernel.frame(), EMPTY_CATALOG);
        const look = (bytes: number): void => {
          kernel.move(bytes);
          const frame = kernel.frame();
          for (const each of others === 'same kernel' ? [device, twin] : [device]) each.apply(frame, EMPTY_CATALOG);
        };
        const restart = (times: number): void => {
          for (let time = 0; time < times; time += 1) {
            kernel.restart();
            look(50);
          }
        };
        look(200);
        restart(before);
        gateway.push(device.beginPush(), device.counters(), kernel.state.at);
        let expected = 1200 + 50 * before;
        if (others !== 'none') {
          pushOnce(twin, gateway, nowhere, kernel.state.at);
          look(30);
          twinKernel.move(others === 'another kernel' ? 9 : 0);
          if (others === 'another kernel') twin.apply(twinKernel.frame(), EMPTY_CATALOG);
          while (!pushOnce(twin, gateway, nowhere, kernel.state.at));
          expected = others === 'same kernel' ? expected + 30 : (gateway.held('a')?.kernel.download ?? 0) + 30;
        }
        restart(after);
        look(5);
        device.askAgain(false);
        while (!pushOnce(device, gateway, nowhere, kernel.state.at));
        expect([others, gateway.held('a')?.kernel.download]).toEqual([others, expected + 50 * after + 5]);
      }
    },
  );

  it('keeps what a copy of its state pushed of another kernel, under its id, while its own push was lost', () => {
    const [kernel, otherKernel, gateway] = [createKernelModel(), createKernelModel(), createGatewayModel()];
    const device = pushedCounters(kernel, gateway);
    const copy = openCounters(device.save());
    otherKernel.restart();
    copy.moveTo('http://192.168.1.1:9090');
    copy.apply(otherKernel.frame(), EMPTY_CATALOG);
    otherKernel.move(9);
    copy.apply(otherKernel.frame(), EMPTY_CATALOG);
    kernel.move(200);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    device.beginPush();
    expect(pushOnce(copy, gateway, nowhere, kernel.state.at)).toBe(true);
    kernel.move(30);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    device.askAgain(false);
    expect(pushOnce(device, gateway, nowhere, kernel.state.at)).toBe(true);
    expect(gateway.held('a')?.kernel.download).toBe(1000 + 9 + 230);
  });

  it('keeps what a push held that was refused since another kernel had pushed more under its name', () => {
    const [kernel, otherKernel, gateway] = [createKernelModel(), createKernelModel(), createGatewayModel()];
    const device = pushedCounters(kernel, gateway);
    const other = freshCounters('two');
    for (const bytes of [0, 50_000]) {
      otherKernel.move(bytes);
      other.apply(otherKernel.frame(), EMPTY_CATALOG);
    }
    pushOnce(other, gateway, nowhere, kernel.state.at);
    const held = gateway.held('a')?.kernel.download ?? 0;
    kernel.move(200);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    expect(pushOnce(device, gateway, nowhere, kernel.state.at)).toBe(false);
    expect(pushOnce(device, gateway, nowhere, kernel.state.at)).toBe(true);
    expect(gateway.held('a')?.kernel.download).toBe(held + 200);
  });

  it('keeps the gap that it has counted where its first push after is refused', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    pushedCounters(kernel, gateway);
    kernel.move(600);
    const after = freshCounters('two');
    after.apply(kernel.frame(), EMPTY_CATALOG);
    after.reconcile(gateway.readBack('a'), kernel.state.at, newStateId);
    after.beginPush();
    after.askAgain(true);
    pushOnce(after, gateway, nowhere, kernel.state.at);
    expect(gateway.held('a')?.kernel.download).toBe(1600);
  });

  it('counts no byte twice where two exporters that began with one state push by turns, and tells them apart', () => {
    const gateway = createGatewayModel();
    const saved = freshCounters('one').save();
    const devices = [50_000, 900_000].map((movedBefore) => {
      const kernel = createKernelModel();
      kernel.move(movedBefore);
      const device = openCounters(saved);
      device.apply(kernel.frame(), EMPTY_CATALOG);
      device.reconcile({ kind: 'nothing' }, kernel.state.at, newStateId);
      return { kernel, device };
    });
    for (let turn = 1; turn <= 10; turn += 1) {
      for (const { kernel, device } of devices) {
        kernel.move(100);
        device.apply(kernel.frame(), EMPTY_CATALOG);
        while (!pushOnce(device, gateway, nowhere, kernel.state.at));
        expect(gateway.held('a')?.kernel.download).toBeLessThanOrEqual(200 * turn);
      }
    }
    const [first, second] = devices.map(({ device }) => device.save().stateId);
    expect(first).not.toBe(second);
  });

  it('counts nothing again where its state is a copy from before its first push was accepted', () => {
    const kernel = createKernelModel();
    const gateway = createGatewayModel();
    let copy: SavedCounters | undefined;
    const device = freshCounters('one');
    device.apply(kernel.frame(), EMPTY_CATALOG);
    const keepFirst = (saved: SavedCounters): void => {
      copy ??= throughJson(saved);
    };
    pushOnce(device, gateway, keepFirst, kernel.state.at);
    kernel.move(1000);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    pushOnce(device, gateway, nowhere, kernel.state.at);
    for (let time = 0; time < 2; time += 1) {
      const restored = openCounters(copy ?? device.save());
      kernel.move(1);
      restored.apply(kernel.frame(), EMPTY_CATALOG);
      pushOnce(restored, gateway, nowhere, kernel.state.at);
    }
    expect(gateway.held('a')?.kernel.download).toBe(1002);
  });

  it('takes a kernel at another address for the same only if a connection survives', () => {
    const kernel = createKernelModel();
    const device = freshCounters('one');
    device.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(10);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    device.moveTo('http://localhost:9097');
    kernel.move(5);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    expect(downloaded(device.counters())).toBe(15);

    device.moveTo('http://192.168.1.1:9090');
    const other = createKernelModel();
    other.restart();
    other.move(1_000_000);
    const reopened = openCounters(device.save());
    reopened.moveTo('http://192.168.1.1:9090');
    expect(reopened.apply(other.frame(), EMPTY_CATALOG).kind).toBe('baseline');
    other.move(7);
    reopened.apply(other.frame(), EMPTY_CATALOG);
    expect(downloaded(reopened.counters())).toBe(22);
    expect(reopened.save().kernelAddress).toBe('http://192.168.1.1:9090');
  });

  it('settles what the kernel before was seen to move when another one is watched', () => {
    const kernel = createKernelModel();
    const device = freshCounters('one');
    device.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(10);
    device.noteTotals({ ...kernel.totals(), continues: true });
    device.moveTo('http://192.168.1.1:9090');
    const other = createKernelModel();
    other.restart();
    // Whose totals are not taken for those of the kernel before.
    other.move(1000);
    device.noteTotals({ ...other.totals(), continues: false });
    expect(device.apply(other.frame(), EMPTY_CATALOG).kind).toBe('baseline');
    other.move(7);
    device.apply(other.frame(), EMPTY_CATALOG);
    expect(downloaded(device.counters())).toBe(17);
  });

  it('pushed before any frame is nothing to resume from', () => {
    const gateway = createGatewayModel();
    const kernel = createKernelModel();
    pushOnce(freshCounters('one'), gateway, nowhere, kernel.state.at);
    kernel.move(100);
    const device = freshCounters('two');
    device.apply(kernel.frame(), EMPTY_CATALOG);
    kernel.move(20);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    expect(device.reconcile(gateway.readBack('a'), kernel.state.at, newStateId)).toBe('began');
    expect(downloaded(device.counters())).toBe(20);
  });
});

it('has a state that is plain JSON', () => {
  const device = freshCounters('one');
  device.apply(createKernelModel().frame(), EMPTY_CATALOG);
  const saved = device.save();
  expect(createLedger(LEDGER, throughJson(saved).ledger).counters()).toEqual(device.counters());
});
