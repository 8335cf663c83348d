import { expect, it } from 'vitest';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createKernelModel, freshAccount, newStateId } from '../../test/account-models.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import type { SavedAccount } from '../saved-account.ts';
import type { PushResult } from './gateway-client.ts';
import { createPusher } from './pusher.ts';

function start(push: () => Promise<PushResult>) {
  const kernel = createKernelModel();
  const account = freshAccount('one');
  const written: SavedAccount[] = [];
  account.apply(kernel.frame(), EMPTY_CATALOG);
  const pusher = createPusher({
    gateway: { readBack: async () => ({ kind: 'nothing' }), push, close: async () => {} },
    clock: systemClock,
    logger: createLogger('exporter', 'silent'),
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
    onPush: () => {},
    newStateId,
  });
  return { kernel, account, written, pusher };
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
