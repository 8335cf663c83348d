import { expect, it } from 'vitest';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createKernelModel, freshAccount, newStateId } from '../../test/account-models.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import type { PushMetric } from '../metrics.ts';
import type { SavedAccount } from '../saved-account.ts';
import type { PushResult } from './gateway-client.ts';
import { createPusher, type PusherOptions } from './pusher.ts';

function start(push: () => Promise<PushResult>, more: Partial<PusherOptions> = {}) {
  const log: string[] = [];
  const results: PushMetric[] = [];
  const kernel = createKernelModel();
  const account = freshAccount('one');
  const written: SavedAccount[] = [];
  account.apply(kernel.frame(), EMPTY_CATALOG);
  const pusher = createPusher({
    gateway: { readBack: async () => ({ kind: 'nothing' }), push, close: async () => {} },
    clock: systemClock,
    logger: createLogger('exporter', 'info', { write: (line: string) => void log.push(line) }),
    language: () => 'en',
    chance: () => 0.5,
    address: () => ({ origin: 'http://gateway.invalid', token: '' }),
    interval: () => 60_000,
    account: () => account,
    render: async () => '',
    async write(saved) {
      // A disk takes its time.
      await new Promise(setImmediate);
      written.push(saved);
    },
    onPush: (result) => void results.push(result),
    newStateId,
    ...more,
  });
  return { kernel, account, written, pusher, log, results };
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
  const { kernel, account, written, pusher } = start(gateway.push);
  const pushing = pusher.pushNow();
  await gateway.asked;
  kernel.move(500);
  account.apply(kernel.frame(), EMPTY_CATALOG);
  kernel.restart();
  account.apply(kernel.frame(), EMPTY_CATALOG);
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
    render: () => (isBroken ? Promise.reject(new Error('no such label')) : Promise.resolve('')),
  });
  expect([await pusher.pushNow(), await pusher.pushNow()]).toEqual([false, false]);
  expect(pusher.state()).toMatchObject({ kind: 'failing', problem: { kind: 'defect', detail: 'no such label' } });
  expect(results).toEqual(['failed', 'failed']);
  expect(log.filter((line) => line.includes('no such label'))).toHaveLength(1);
  isBroken = false;
  expect(await pusher.pushNow()).toBe(true);
  expect([results.at(-1), pusher.state().kind]).toEqual(['accepted', 'accepted']);
});

it('pushes at once to another address, whatever pauses the failures at the old one have earned, also amid a push', async () => {
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
  // The pause that the push amid the edit earned was not waited out, and what follows is the usual interval.
  expect([reached, pauses.length, pauses.at(-1)]).toEqual([[...Array(6).fill('old'), 'new'], 7, 60_000]);
  await pusher.stop();
});
