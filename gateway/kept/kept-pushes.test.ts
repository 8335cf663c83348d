import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type KeptPushes, openKeptPushes } from './kept-pushes.ts';
import { openAppendOnlyLog } from './open-log.ts';

const logger = createLogger('test', 'silent');
const device = { user: 'default', deviceId: '客厅/"' };
const series = `${KERNEL_BYTES}{direction="upload"}`;
const textOf = (value: number) => Buffer.from(`# TYPE ${KERNEL_BYTES} counter\n${series} ${value}\n`);
const pushOf = (sequence: number) => ({
  ...device,
  stateId: 's',
  sequence,
  at: 1000,
  ledger: { series: [series], values: [sequence] },
});

let folder: string;
let opened: KeptPushes[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-kept-'));
  opened = [];
});
afterEach(async () => {
  for (const kept of opened) await kept.close();
});
const open = async (): Promise<KeptPushes> => {
  const kept = await openKeptPushes(folder, logger, () => {});
  opened.push(kept);
  return kept;
};

describe('kept pushes', () => {
  it('hold what was accepted, across a restart', async () => {
    const kept = await open();
    await kept.prepare(pushOf(1), textOf(1));
    kept.confirm(device);
    await kept.close();
    const again = await open();
    expect(again.held(device)).toEqual(pushOf(1));
    expect(await again.text(device)).toEqual(textOf(1));
    expect(again.isPrepared(device)).toBe(false);
    expect(again.devices().length).toBe(1);
  });

  it('are kept as they were packed, and read back as they were pushed', async () => {
    const kept = await open();
    await kept.prepare(pushOf(1), textOf(1), gzipSync(textOf(1)));
    kept.confirm(device);
    await kept.close();
    const again = await open();
    expect(again.held(device)).toEqual(pushOf(1));
    expect(await again.text(device)).toEqual(textOf(1));
    await again.rebase(device);
    expect([again.held(device)?.rebased, await again.text(device)]).toEqual([true, textOf(1)]);
    await again.close();
  });

  it('go back to the accepted push when the next one certainly did not arrive', async () => {
    const kept = await open();
    await kept.prepare(pushOf(1), textOf(1));
    kept.confirm(device);
    await kept.prepare(pushOf(2), textOf(2));
    kept.withdraw(device);
    expect(kept.held(device)?.sequence).toBe(1);
    expect(await kept.text(device)).toEqual(textOf(1));
  });

  it('forget a first push that did not arrive', async () => {
    const kept = await open();
    await kept.prepare(pushOf(1), textOf(1));
    kept.withdraw(device);
    expect([kept.held(device), kept.devices().length]).toEqual([undefined, 0]);
    await kept.close();
    expect((await open()).devices().length).toBe(0);
  });

  it('hold a prepared push that may have arrived, also after a crash', async () => {
    const kept = await open();
    await kept.prepare(pushOf(1), textOf(1));
    kept.confirm(device);
    await kept.prepare(pushOf(2), textOf(2));
    const again = await open();
    expect([again.held(device)?.sequence, again.isPrepared(device)]).toEqual([2, true]);
    expect(await again.text(device)).toEqual(textOf(2));
  });

  it('do not go behind a push that may have arrived when a later one did not', async () => {
    const kept = await open();
    await kept.prepare(pushOf(1), textOf(1));
    await kept.prepare(pushOf(2), textOf(2));
    kept.withdraw(device);
    expect(kept.held(device)?.sequence).toBe(2);
  });

  it('are forgotten permanently', async () => {
    const kept = await open();
    await kept.prepare(pushOf(1), textOf(1));
    kept.confirm(device);
    kept.forget(device);
    await kept.close();
    expect((await open()).devices().length).toBe(0);
  });

  it('set aside what cannot be read, and go on without it', async () => {
    const name = `${'0a'.repeat(16)}.prom`;
    const log = await openAppendOnlyLog(folder, logger, () => {});
    await log.put(name, Buffer.from('garbage'));
    await log.close();
    for (const time of ['first', 'second']) {
      const kept = await open();
      expect([time, kept.devices().length]).toEqual([time, 0]);
      await kept.close();
    }
    expect(await readFile(join(folder, `${name}.unreadable`), 'utf8')).toBe('garbage');
  });
});
