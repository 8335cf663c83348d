import { describe, expect, it } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import {
  createGatewayModel,
  createKernelModel,
  downloaded,
  freshDevice,
  newStateId,
} from '../../test/device-models.ts';
import type { SavedDevice } from '../device/saved-device.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import type { GatewayAddress, PushResult } from './gateway-client.ts';
import type { PushMetric } from './metrics.ts';
import { describePushProblem } from './problem.ts';
import { createPusher, type PusherOptions } from './pusher.ts';

function start(push: (address: GatewayAddress) => Promise<PushResult>, more: Partial<PusherOptions> = {}) {
  const log: string[] = [];
  const results: PushMetric[] = [];
  const kernel = createKernelModel();
  const device = freshDevice('one');
  const written: SavedDevice[] = [];
  device.apply(kernel.frame(), EMPTY_CATALOG);
  const pusher = createPusher({
    gateway: { readBack: async () => ({ kind: 'nothing' }), push, close: async () => {} },
    clock: systemClock,
    logger: createLogger('exporter', 'info', { write: (line: string) => void log.push(line) }),
    describe: (problem) =>
      describePushProblem(problem, { RemoteServer: 'http://gateway.invalid', section: 'client' }).en,
    chance: () => 0.5,
    address: () => ({ origin: 'http://gateway.invalid', token: '' }),
    interval: () => 60_000,
    device: () => device,
    render: () => '',
    async write(saved) {
      // A disk takes its time.
      await new Promise(setImmediate);
      written.push(saved);
    },
    onReplaced: () => {},
    onPush: (result) => void results.push(result),
    newStateId,
    ...more,
  });
  return { kernel, device, written, pusher, log, results };
}

/** A gateway that answers when it is told to. */
function slowGateway() {
  let answer = (_: PushResult): void => {};
  let noteAsked = (): void => {};
  const asked = new Promise<void>((resolve) => {
    noteAsked = resolve;
  });
  const push = (): Promise<PushResult> =>
    new Promise((resolve) => {
      answer = resolve;
      noteAsked();
    });
  return { push, asked, accept: () => answer({ kind: 'accepted' }) };
}

it('saves what only it knows of a kernel that has ended, also while the gateway keeps it waiting', async () => {
  const gateway = slowGateway();
  const { kernel, device, written, pusher } = start(gateway.push);
  const pushing = pusher.pushNow();
  await gateway.asked;
  kernel.move(500);
  device.apply(kernel.frame(), EMPTY_CATALOG);
  kernel.restart();
  device.apply(kernel.frame(), EMPTY_CATALOG);
  await pusher.save();
  expect(written.map(({ ledger }) => ledger.kernel.download)).toEqual([0, 500]);
  gateway.accept();
  expect(await pushing).toBe(true);
});

it('ends with the push that is under way, or in the pause after it', async () => {
  const gateway = slowGateway();
  const { pusher } = start(gateway.push);
  pusher.start();
  await gateway.asked;
  const stopped = pusher.stop();
  gateway.accept();
  await stopped;

  const other = start(async () => ({ kind: 'accepted' })).pusher;
  other.start();
  await expect.poll(() => other.state().kind, { timeout: 5000 }).toBe('accepted');
  await other.stop();
});

it('counts a push that it could not even make as failed, says so once, and goes on', async () => {
  let isBroken = true;
  const { pusher, log, results } = start(async () => ({ kind: 'accepted' }), {
    render() {
      if (isBroken) throw new Error('no such label');
      return '';
    },
  });
  expect([await pusher.pushNow(), await pusher.pushNow()]).toEqual([false, false]);
  expect(pusher.state()).toMatchObject({ kind: 'failing', problem: { kind: 'defect', detail: 'no such label' } });
  expect(results).toEqual(['failed', 'failed']);
  expect(log.filter((line) => line.includes('no such label'))).toHaveLength(1);
  isBroken = false;
  expect(await pusher.pushNow()).toBe(true);
  expect([results.at(-1), pusher.state().kind]).toEqual(['accepted', 'accepted']);
});

it('pushes at once to another address, whatever pauses the failures at the old one have earned, also during a push', async () => {
  let address = 'old';
  const pauses: number[] = [];
  const reached: string[] = [];
  let edit = (): void => {};
  const { pusher } = start(async () => ({ kind: 'accepted' }), {
    address: () => ({ origin: address, token: '' }),
    clock: {
      now: Date.now,
      sleep: async (milliseconds, signal) => {
        if (signal.aborted) return;
        pauses.push(milliseconds);
        // Only the first pauses pass: the next one would be an hour.
        if (pauses.length > 6)
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      },
    },
    gateway: {
      readBack: async () => ({ kind: 'nothing' }),
      async push({ origin }) {
        reached.push(origin);
        if (origin === 'new') return { kind: 'accepted' };
        if (pauses.length === 6) edit();
        return { kind: 'problem', problem: { kind: 'unreachable', code: 'ETIMEDOUT' } };
      },
      close: async () => {},
    },
  });
  edit = () => {
    address = 'new';
    pusher.hurry();
  };
  pusher.start();
  await expect.poll(() => pusher.state().kind, { timeout: 5000 }).toBe('accepted');
  // The pause that the push during the edit earned was not waited out, and what follows is the usual interval.
  expect([reached, pauses.length, pauses.at(-1)]).toEqual([[...Array(6).fill('old'), 'new'], 7, 60_000]);
  await pusher.stop();
});

describe('the last push of a former DeviceID', () => {
  const otherDevice: PushResult = { kind: 'problem', problem: { kind: 'token_of_another_device' } };
  const unavailable: PushResult = { kind: 'problem', problem: { kind: 'unavailable', status: 503, detail: '' } };

  /** A device that was renamed from `a` to `b` after a push, and moved 200 bytes before and 30 after it was. */
  async function renamed(answerTo: (deviceId: string) => PushResult) {
    const pushes: string[] = [];
    let isRenamed = false;
    const started = start(async ({ deviceId }) => {
      pushes.push(deviceId);
      return isRenamed ? answerTo(deviceId) : { kind: 'accepted' };
    });
    const { kernel, device, pusher } = started;
    await pusher.pushNow();
    kernel.move(200);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    device.rename('b', 'two');
    isRenamed = true;
    kernel.move(30);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    return { ...started, pushes, counted: () => downloaded(device.current().counters()) };
  }

  it('leaves before the first one of the new, once', async () => {
    const { pusher, pushes, counted } = await renamed(() => ({ kind: 'accepted' }));
    await pusher.pushNow();
    await pusher.pushNow();
    expect(pushes).toEqual(['a', 'a', 'b', 'b']);
    expect(counted()).toBe(30);
  });

  it('is tried again until the gateway takes it, and does not keep the new one back', async () => {
    let isFull = true;
    const { pusher, pushes, written } = await renamed((id) =>
      id === 'a' && isFull ? unavailable : { kind: 'accepted' },
    );
    expect([await pusher.pushNow(), await pusher.pushNow()]).toEqual([true, true]);
    expect(written.at(-1)?.closed.map(({ deviceId }) => deviceId)).toEqual(['a']);
    isFull = false;
    await pusher.pushNow();
    await pusher.pushNow();
    expect(pushes).toEqual(['a', 'a', 'b', 'a', 'b', 'a', 'b', 'b']);
    expect(written.at(-1)?.closed).toEqual([]);
  });

  it('is given up where the device was renamed while the gateway was asked, which knows nothing of the old one', async () => {
    const pushes: string[] = [];
    let rename = (): void => {};
    const { kernel, device, pusher } = start(async () => ({ kind: 'accepted' }), {
      gateway: {
        async readBack() {
          rename();
          return { kind: 'nothing' };
        },
        async push({ deviceId }) {
          pushes.push(deviceId);
          return { kind: 'accepted' };
        },
        close: async () => {},
      },
    });
    rename = () => {
      if (device.current().deviceId === 'a') device.rename('b', 'two');
    };
    kernel.move(9);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    await pusher.pushNow();
    expect(pushes).toEqual(['b']);
    expect(downloaded(device.current().counters())).toBe(9);
  });

  it('that the gateway refuses permanently is given up, and the new DeviceID counts what the old one could not push', async () => {
    const { pusher, pushes, counted } = await renamed((id) => (id === 'a' ? otherDevice : { kind: 'accepted' }));
    await pusher.pushNow();
    await pusher.pushNow();
    expect(pushes).toEqual(['a', 'a', 'b', 'b']);
    expect(counted()).toBe(230);
  });

  it('that the gateway refuses also once its own counters were taken over is given up, and that is said once', async () => {
    const model = createGatewayModel();
    const pushes: string[] = [];
    let isRenamed = false;
    const { kernel, device, pusher, log } = start(async () => ({ kind: 'accepted' }), {
      gateway: {
        readBack: async ({ deviceId }) => model.readBack(deviceId),
        async push({ deviceId }, { stateId, sequence }) {
          pushes.push(deviceId);
          // A series that this exporter does not know is gone, whatever it pushes.
          if (isRenamed && deviceId === 'a') return { kind: 'problem', problem: { kind: 'fell_behind', detail: 'x' } };
          model.push({ deviceId, stateId, sequence }, device.current().counters(), kernel.state.at);
          return { kind: 'accepted' };
        },
        close: async () => {},
      },
    });
    await pusher.pushNow();
    kernel.move(200);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    device.rename('b', 'two');
    isRenamed = true;
    kernel.move(30);
    device.apply(kernel.frame(), EMPTY_CATALOG);
    for (let time = 0; time < 4; time += 1) await pusher.pushNow();
    expect(pushes).toEqual(['a', 'a', 'b', 'a', 'b', 'b', 'b']);
    expect(log.filter((line) => line.includes('given up'))).toHaveLength(1);
    expect(downloaded(device.current().counters())).toBe(230);
  });
});

it('asks what has become of a push whose answer was lost before it begins another', async () => {
  const calls: string[] = [];
  let problem: PushResult = { kind: 'accepted' };
  const { pusher } = start(async () => problem, {
    gateway: {
      async readBack() {
        calls.push('ask');
        return { kind: 'nothing' };
      },
      async push() {
        calls.push('push');
        return problem;
      },
      close: async () => {},
    },
  });
  await pusher.pushNow();
  problem = { kind: 'problem', problem: { kind: 'unreachable', code: 'UND_ERR_HEADERS_TIMEOUT' } };
  await pusher.pushNow();
  problem = { kind: 'accepted' };
  await pusher.pushNow();
  await pusher.pushNow();
  expect(calls).toEqual(['ask', 'push', 'push', 'ask', 'push', 'push']);
});

it.each([0, 0.3, 0.5, 0.9, 1])(
  'takes over within two seconds of the minute for which a silent exporter keeps its name, by chance %d',
  async (chance) => {
    // The former exporter pushed once more after this one had read what it knew.
    const held = { until: 63_000, isBehind: true };
    let now = 0;
    let tookOver: number | undefined;
    const push = async (): Promise<PushResult> => {
      const freeIn = held.until - now;
      if (freeIn > 0) return { kind: 'problem', problem: { kind: 'held_by_another_state', freeIn } };
      if (held.isBehind) {
        held.isBehind = false;
        return { kind: 'problem', problem: { kind: 'fell_behind', detail: '' } };
      }
      tookOver ??= now;
      return { kind: 'accepted' };
    };
    const clock = {
      now: () => now,
      async sleep(milliseconds: number) {
        await new Promise(setImmediate);
        now += milliseconds;
      },
    };
    const { pusher } = start(push, { clock, chance: () => chance });
    pusher.start();
    while (tookOver === undefined) await new Promise(setImmediate);
    await pusher.stop();
    expect(tookOver).toBeGreaterThanOrEqual(held.until);
    expect(tookOver).toBeLessThanOrEqual(held.until + 2000);
  },
);
