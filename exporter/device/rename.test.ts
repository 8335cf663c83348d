import { beforeEach, describe, expect, it } from 'vitest';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshDevice,
  newStateId,
  nowhere,
  openDevice,
  pushDevice,
} from '../../test/device-models.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import type { Device } from './device.ts';

let kernel: ReturnType<typeof createKernelModel>;
let gateway: ReturnType<typeof createGatewayModel>;
/** Under the DeviceID `a`, of which the gateway has accepted a thousand bytes. */
let device: Device;

const look = (each = device, at = kernel): void => void each.apply(at.frame(), EMPTY_CATALOG);
const push = (each = device): boolean => pushDevice(each, gateway, nowhere, kernel.state.at);
const moveAndLook = (bytes: number): void => {
  kernel.move(bytes);
  look();
};
const held = (...names: string[]): number[] => names.map((name) => gateway.held(name)?.kernel.download ?? 0);
const loseAnswer = (arrives: boolean): void => {
  const lost = device.current().beginPush();
  if (arrives) gateway.push(lost, device.current().counters(), kernel.state.at);
};
const restartExporter = (): void => {
  device = openDevice(device.save());
};

beforeEach(() => {
  kernel = createKernelModel();
  gateway = createGatewayModel();
  device = freshDevice('one');
  look();
  moveAndLook(1000);
  push();
});

describe('a device that is renamed', () => {
  it('counts each byte under one of two names, also when it gets the first one back', () => {
    moveAndLook(200);
    kernel.restart();
    moveAndLook(30);
    device.rename('b', 'two');
    moveAndLook(4);
    push();
    expect(held('a', 'b')).toEqual([1230, 4]);
    expect(device.save().closed).toEqual([]);
    device.rename('a', 'three');
    moveAndLook(5);
    push();
    expect(held('a', 'b')).toEqual([1235, 4]);
  });

  it.each([
    ['arrived', true],
    ['did not arrive', false],
  ])('ends the first name right where its last push may have been lost: it %s', (_, arrived) => {
    moveAndLook(200);
    loseAnswer(arrived);
    // One more that certainly went nowhere.
    loseAnswer(false);
    moveAndLook(30);
    device.rename('b', 'two');
    restartExporter();
    moveAndLook(4);
    push();
    expect(held('a', 'b')).toEqual([1230, 4]);
  });

  it.each([
    ['a crash', () => restartExporter()],
    ['nothing', () => {}],
  ])('keeps the last push of each name until the gateway can be reached, through %s', (_, happens) => {
    moveAndLook(1);
    device.rename('b', 'two');
    moveAndLook(20);
    device.rename('c', 'three');
    happens();
    kernel.restart();
    moveAndLook(300);
    device.rename('b', 'four');
    moveAndLook(4000);
    happens();
    expect(device.save().closed.map(({ deviceId }) => deviceId)).toEqual(['a', 'c']);
    moveAndLook(50_000);
    push();
    // The gateway does not know c: what it counted is taken over, and no such device appears.
    expect(held('a', 'b', 'c')).toEqual([1001, 54_320, 0]);
    expect(device.save().closed).toEqual([]);
  });

  it('counts nothing again of a last push whose answer was lost, where others have pushed more under the first name', () => {
    moveAndLook(200);
    device.rename('b', 'two');
    for (const closed of device.closed()) gateway.push(closed.beginPush(), closed.counters(), kernel.state.at);
    const [others, other] = [createKernelModel(), freshDevice('three')];
    look(other, others);
    others.move(5000);
    look(other, others);
    push(other);
    const [before] = held('a');
    for (let time = 0; time < 3; time += 1) push();
    expect(device.save().closed).toEqual([]);
    expect(held('a', 'b')).toEqual([before, 0]);
  });

  it('while the exporter was stopped, ends the first name at the next frame', () => {
    moveAndLook(200);
    restartExporter();
    device.rename('b', 'two');
    kernel.move(30);
    expect(device.closed()).toEqual([]);
    push();
    look();
    moveAndLook(4);
    push();
    expect(held('a', 'b')).toEqual([1230, 4]);
  });

  it('while the exporter was stopped and the kernel restarted, loses nothing of either kernel', () => {
    moveAndLook(200);
    kernel.restart();
    moveAndLook(3000);
    restartExporter();
    device.rename('b', 'two');
    restartExporter();
    kernel.restart();
    moveAndLook(40);
    moveAndLook(5);
    push();
    expect(held('a', 'b')).toEqual([4240, 5]);
  });

  it('and back before a frame came is as it was', () => {
    restartExporter();
    device.rename('b', 'two');
    device.rename('a', 'three');
    moveAndLook(7);
    push();
    expect(held('a', 'b')).toEqual([1007, 0]);
    expect(device.current().save().stateId).toBe('one');
  });

  it('and back while its last push was under way is not given up by the answer', () => {
    moveAndLook(200);
    device.rename('b', 'two');
    const closed = device.closed();
    device.rename('a', 'three');
    for (const each of closed) device.giveUp(each);
    push();
    expect(held('a')).toEqual([1200]);
  });

  it('begins silently under the new name where the first one was moved on by a copy of its state', () => {
    const copy = openDevice(device.save());
    moveAndLook(200);
    push();
    device.rename('b', 'two');
    moveAndLook(30);
    push();
    copy.rename('b', 'three');
    look(copy);
    kernel.move(4);
    look(copy);
    push(copy);
    expect(held('a', 'b')).toEqual([1200, 34]);
    expect(copy.save().closed).toEqual([]);
  });

  it('counts what a kernel reported between the new name and its end', () => {
    device.rename('b', 'two');
    device.rename('a', 'three');
    kernel.move(70);
    device.noteTotals({ ...kernel.totals(), continues: true });
    kernel.restart();
    device.apply({ ...kernel.frame(), begins: true }, EMPTY_CATALOG);
    push();
    expect(held('a')).toEqual([1070]);
  });

  it('follows the kernel to the address that is set, whichever name it has', () => {
    device.moveTo('http://192.168.1.1:9090');
    device.rename('b', 'two');
    const other = createKernelModel();
    other.restart();
    other.move(1_000_000);
    look(device, other);
    other.move(7);
    look(device, other);
    push();
    expect(held('a', 'b')).toEqual([1000, 7]);
  });

  it('takes all it counted along when nothing was pushed under the first name', () => {
    device = freshDevice('one');
    gateway = createGatewayModel();
    look();
    moveAndLook(9);
    device.rename('b', 'two');
    push();
    expect(held('a', 'b')).toEqual([0, 9]);
    expect(downloaded(device.current().counters())).toBe(9);
  });

  it('takes along what the gateway has not, where it refuses the first name permanently', () => {
    moveAndLook(200);
    device.rename('b', 'two');
    moveAndLook(30);
    for (const closed of device.closed()) device.giveUp(closed);
    push();
    expect(held('a', 'b')).toEqual([1000, 230]);
  });
});

describe.each([
  ['while it runs', (copied: Device) => copied],
  ['while it is stopped', (copied: Device) => openDevice(copied.save())],
])('a device that was begun with the settings of another, and is renamed %s', (_, stop) => {
  it('begins silently and takes nothing of the other along', () => {
    const own = createKernelModel();
    own.restart();
    own.move(700_000);
    const copied = freshDevice('two');
    look(copied, own);
    const { reconcile, current } = copied;
    expect(reconcile(current(), gateway.readBack('a'), own.state.at, newStateId)).toBe('resumed');
    // Refused: the first device goes on pushing under the name.
    current().beginPush();
    current().askAgain(false);
    moveAndLook(10);
    push();
    const renamed = stop(copied);
    renamed.rename('b', 'three');
    own.move(30);
    look(renamed, own);
    push(renamed);
    expect(held('a', 'b')).toEqual([1010, 30]);
  });

  it('ends the old name where nobody else pushes', () => {
    kernel.move(200);
    const after = freshDevice('two');
    look(after);
    after.reconcile(after.current(), gateway.readBack('a'), kernel.state.at, newStateId);
    kernel.restart();
    kernel.move(30);
    look(after);
    const renamed = stop(after);
    renamed.rename('b', 'three');
    kernel.move(4);
    look(renamed);
    push(renamed);
    const [a = 0, b = 0] = held('a', 'b');
    expect(a).toBeGreaterThanOrEqual(1230);
    expect(a + b).toBe(1234);
  });
});
