import { describe, expect, it } from 'vitest';
import type { Clock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createGatewayModel, createKernelModel, downloaded, freshDevice } from '../../test/device-models.ts';
import type { SavedDevice } from '../device/saved-device.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import type { GatewayClient } from './gateway-client.ts';
import { describePushProblem } from './problem.ts';
import { createPusher } from './pusher.ts';

const DAY = 86_400_000;

/** An exporter whose time flies: each pause of the pusher lets the kernel go on for as long. */
function createFastDevice() {
  const kernel = createKernelModel();
  const gateway = createGatewayModel();
  const device = freshDevice('one');
  const pauses: number[] = [];
  const stateSizes: number[] = [];
  let log = '';
  let calls = 0;
  let gatewayUp = true;
  let diskFull = false;
  let started = false;
  let until = 0;
  let arrived = (): void => {};
  let goOn = (): void => {};
  const clock: Clock = {
    now: () => kernel.state.at,
    async sleep(milliseconds, signal) {
      pauses.push(milliseconds);
      if (kernel.state.at >= until) {
        arrived();
        await new Promise<void>((resolve) => {
          goOn = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      if (signal.aborted) return;
      // Frames are a second apart; the model's own clock advances with each.
      for (let passed = 0; passed < milliseconds; passed += 1000) {
        kernel.move(1000);
        device.apply(kernel.frame(), EMPTY_CATALOG);
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const unreachable = { kind: 'problem', problem: { kind: 'unreachable', code: 'ECONNREFUSED' } } as const;
  const client: GatewayClient = {
    readBack: async ({ deviceId }) => (gatewayUp ? gateway.readBack(deviceId) : unreachable),
    async push(_, { stateId, sequence }) {
      calls += 1;
      if (!gatewayUp) return unreachable;
      expect(gateway.push({ deviceId: 'a', stateId, sequence }, device.current().counters(), kernel.state.at)).toBe(
        true,
      );
      return { kind: 'accepted' };
    },
    close: async () => {},
  };
  const pusher = createPusher({
    gateway: client,
    clock,
    logger: createLogger('exporter', 'info', { write: (line: string) => (log += line) }),
    describe: (problem) =>
      describePushProblem(problem, { RemoteServer: 'http://gateway.invalid', section: 'client' }).en,
    chance: () => 0.5,
    address: () => ({ origin: 'http://gateway.invalid', token: '' }),
    interval: () => 10_000,
    device: () => device,
    render: () => '',
    async write(saved: SavedDevice) {
      stateSizes.push(JSON.stringify(saved).length);
      if (diskFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    },
    onReplaced: () => {},
    onPush: () => {},
    newStateId: () => 'another',
  });
  return {
    kernel,
    gateway,
    device,
    pusher,
    pauses,
    stateSizes,
    log: () => log,
    calls: () => calls,
    setGateway: (up: boolean) => {
      gatewayUp = up;
    },
    setDiskFull: (isFull: boolean) => {
      diskFull = isFull;
    },
    /** Runs the pusher until that much time has gone by. */
    async run(milliseconds: number): Promise<void> {
      until = kernel.state.at + milliseconds;
      const there = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      if (started) goOn();
      else pusher.start();
      started = true;
      await there;
    },
  };
}

describe('a day without the gateway', () => {
  it('loses no byte, lets neither the state nor what is kept in memory grow, and asks ever more seldom', async () => {
    const device = createFastDevice();
    device.device.apply(device.kernel.frame(), EMPTY_CATALOG);
    device.kernel.state.everMoved = 0;
    await device.run(60_000);
    expect(device.device.save().sync.kind).toBe('known');
    device.setGateway(false);
    const callsBefore = device.calls();
    const sizesBefore = device.stateSizes.length;
    await device.run(DAY);
    // Once a minute at the most, with the pauses doubling until then.
    expect(device.calls() - callsBefore).toBeLessThan(DAY / 30_000);
    expect(Math.max(...device.pauses)).toBeLessThanOrEqual(60_000);
    const sizes = device.stateSizes.slice(sizesBefore);
    // Numbers grow by digits, nothing else does.
    expect(Math.max(...sizes)).toBeLessThan((sizes[0] ?? 0) + 200);
    expect(device.log().match(/cannot be reached/g)).toHaveLength(1);
    device.setGateway(true);
    await device.run(120_000);
    await device.pusher.stop();
    await device.pusher.pushNow();
    const held = device.gateway.held('a');
    expect(held === undefined ? 0 : downloaded(held)).toBe(device.kernel.state.everMoved);
  });
});

it('a full disk is said once, and pushing goes on', async () => {
  const device = createFastDevice();
  device.device.apply(device.kernel.frame(), EMPTY_CATALOG);
  await device.run(30_000);
  device.setDiskFull(true);
  const before = device.calls();
  await device.run(120_000);
  expect(device.calls() - before).toBeGreaterThan(8);
  expect(device.pusher.state().kind).toBe('accepted');
  expect(device.log().match(/ENOSPC.*the state cannot be written; free the disk/g)).toHaveLength(1);
  device.setDiskFull(false);
  await device.run(20_000);
  expect(device.log()).toContain('the state is written again');
  await device.pusher.stop();
});
