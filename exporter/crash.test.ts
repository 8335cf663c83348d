import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../runtime/async.ts';
import { createLogger } from '../runtime/logger.ts';
import { type CrashingFiles, type CrashKind, type CrashPoint, createCrashingFiles } from '../test/crashing-files.ts';
import { createGatewayModel, createKernelModel, freshDevice, openDevice } from '../test/device-models.ts';
import { createStateStore } from './device/state-store.ts';
import { createNodeFiles, nodeFiles } from './host/node-system.ts';
import { EMPTY_CATALOG } from './ledger/frame.ts';
import type { GatewayClient } from './push/gateway-client.ts';
import { createPusher } from './push/pusher.ts';

const SCRIPT = ['push', 'restart', 'push', 'look', 'push', 'restart', 'look', 'push'] as const;

/**
 * One device through a script of frames, kernel restarts and pushes, started again after a crash; resolves with the
 * number of file operations it took when there was none.
 */
async function live(files: CrashingFiles, folder: string): Promise<number> {
  const kernel = createKernelModel();
  const gateway = createGatewayModel();
  const logger = createLogger('exporter', 'silent');
  let pushed = 0;
  let refused = 0;

  async function boot(operations: CrashingFiles | undefined) {
    const store = createStateStore({
      folder: () => folder,
      copyFolder: () => undefined,
      owner: 'settings',
      clock: systemClock,
      logger,
      files: operations === undefined ? nodeFiles : createNodeFiles(operations),
    });
    const saved = await store.read('a');
    const device = saved === undefined ? freshDevice('one') : openDevice(saved);
    const client: GatewayClient = {
      readBack: async (address) => gateway.readBack(address.deviceId),
      async push(_, { stateId, sequence }) {
        const accepted = gateway.push(
          { deviceId: 'a', stateId, sequence },
          device.current().counters(),
          kernel.state.at,
        );
        if (!accepted) refused += 1;
        const held = gateway.held('a')?.kernel.download ?? 0;
        expect(held).toBeGreaterThanOrEqual(pushed);
        pushed = held;
        return accepted ? { kind: 'accepted' } : { kind: 'problem', problem: { kind: 'fell_behind', detail: '' } };
      },
      close: async () => {},
    };
    const pusher = createPusher({
      gateway: client,
      clock: systemClock,
      logger,
      chance: () => 0,
      describe: ({ kind }) => kind,
      address: () => ({ origin: 'http://gateway.invalid', token: '' }),
      interval: () => 1000,
      device: () => device,
      render: () => '',
      write: (state) => store.write(state),
      onReplaced: () => {},
      onPush: () => {},
      newStateId: () => 'two',
    });
    const look = (): void => void device.apply(kernel.frame(), EMPTY_CATALOG);
    look();
    return { pusher, look, hear: () => device.noteTotals({ ...kernel.totals(), continues: true }) };
  }

  let device = await boot(files);
  let crashed = false;
  /** Does a thing; should it crash, starts again and does it again. */
  async function surely(task: () => Promise<unknown>): Promise<void> {
    if (crashed) return void (await task());
    crashed = (await Promise.race([task(), files.crashed])) === 'crashed';
    if (!crashed) return;
    device = await boot(undefined);
    await task();
  }

  await surely(() => device.pusher.pushNow());
  for (const [index, step] of SCRIPT.entries()) {
    kernel.move(1000 + index);
    device.look();
    if (step === 'push') await surely(() => device.pusher.pushNow());
    if (step !== 'restart') continue;
    // No frame shows it: the state must remember what was received.
    kernel.move(100_000 + index);
    device.hear();
    await surely(() => device.pusher.save());
    kernel.restart();
    kernel.move(10_000 + index);
    device.look();
    await surely(() => device.pusher.save());
  }
  device.look();
  await surely(() => device.pusher.pushNow());
  expect(gateway.held('a')?.kernel.download).toBe(kernel.state.everMoved);
  expect(refused).toBe(0);
  return files.count;
}

async function liveWithCrash(at: number, point: CrashPoint, kind: CrashKind): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-crash-'));
  try {
    return await live(createCrashingFiles(at, point, kind), join(folder, 'state'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe.each(['kill', 'power cut'] as const)('a %s', (kind) => {
  it.each(['before', 'half way', 'after'] as const)(
    '%s any file operation loses and doubles nothing',
    async (point) => {
      const operations = await liveWithCrash(Number.POSITIVE_INFINITY, point, kind);
      expect(operations).toBeGreaterThan(50);
      for (let at = 0; at < operations; at += 1) await liveWithCrash(at, point, kind);
    },
  );
});
