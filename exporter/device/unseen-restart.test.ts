import { describe, expect, it } from 'vitest';
import { downloaded, freshDevice, openDevice } from '../../test/device-models.ts';
import { connection, frame } from '../../test/example-frames.ts';
import { EMPTY_CATALOG, type Frame } from '../ledger/frame.ts';
import type { Device } from './device.ts';
import type { KernelRun } from './saved-device.ts';

const YEAR = 365 * 86_400_000;
const NOW = 10 * YEAR;

const first = (at: number, download: number, id: string, start = 1): Frame => ({
  ...frame(at, download, [connection(id, 1000, { start })]),
  begins: true,
});

/** A device that saw 30 MB of a kernel; the exporter then ended. */
function watched(run: KernelRun): Device {
  const device = freshDevice('one');
  device.noteRun(run);
  device.apply({ ...frame(NOW, 0), begins: true }, EMPTY_CATALOG);
  device.apply({ ...frame(NOW + 1000, 30_000_000, [connection('old', 30_000_000)]), continues: true }, EMPTY_CATALOG);
  return openDevice(device.save());
}

const before: KernelRun = { version: 'v1.19.2', boot: 'first', uptime: 5000 };

describe('a kernel that restarted while the exporter was away and outgrew its old totals', () => {
  it.each([
    ['its version has changed', { ...before, version: 'v1.19.29' }],
    ['its machine has booted', { ...before, boot: 'second', uptime: 9000 }],
    ['its machine is up for less long, where boots have no names', { version: 'v1.19.2', uptime: 60 }],
  ])('is known where %s, with clocks a year off', (_, after) => {
    for (const clock of [-YEAR, 0, YEAR]) {
      const device = watched(before);
      device.noteRun(after);
      const outcome = device.apply(first(NOW + 3_600_000 + clock, 70_000_000, 'new', NOW - clock), EMPTY_CATALOG);
      expect(outcome.kind).toBe('restarted');
      expect(device.current().counters()).toMatchObject({ kernel: { download: 100_000_000 }, restarts: 1 });
    }
  });

  it.each([
    ['the machine is the same', before, before],
    ['the machine cannot be asked, as of a kernel elsewhere', { version: 'v1.19.2' }, { version: 'v1.19.2' }],
    [
      'that kernel elsewhere has restarted or only taken other settings',
      { version: 'v1.19.2', life: 'one' },
      { version: 'v1.19.2', life: 'two' },
    ],
  ])(
    'is told as how much may be missing where nothing proves it, and widens what the audit expects, with clocks a year off: %s',
    (_, run, after) => {
      for (const clock of [-YEAR, 0, YEAR]) {
        const device = watched(run);
        device.noteRun(after);
        const outcome = device.apply(first(NOW + 3_600_000 + clock, 70_000_000, 'new'), EMPTY_CATALOG);
        expect(outcome).toMatchObject({ kind: 'counted', mayLack: 30_000_000 });
        const { kernel, lost } = device.current().counters();
        expect(kernel.download).toBe(70_000_000);
        expect(lost).toBe(30_000_000);
      }
    },
  );
});

describe('a kernel that ran on while the exporter was away', () => {
  it.each([
    ['one of its connections did', before],
    ['one of its connections did, whatever else has changed', { version: 'v2', boot: 'second', uptime: 1 }],
  ])('counts nothing twice where %s, with clocks a year off', (_, after) => {
    for (const clock of [-YEAR, 0, YEAR]) {
      const device = watched(before);
      device.noteRun(after);
      const shown = frame(NOW + 3_600_000 + clock, 70_000_000, [connection('old', 70_000_000)]);
      expect(device.apply({ ...shown, begins: true }, EMPTY_CATALOG)).not.toHaveProperty('mayLack');
      const counters = device.current().counters();
      expect(counters).toMatchObject({ kernel: { download: 70_000_000 }, restarts: 0, lost: 0 });
      expect(downloaded(counters) + counters.carry.download).toBe(70_000_000);
    }
  });

  it('is not doubted where it has the same id, which two processes never have, with clocks a year off', () => {
    for (const clock of [-YEAR, 0, YEAR]) {
      const device = watched({ version: 'v1.19.2', life: 'one' });
      device.noteRun({ version: 'v1.19.2', life: 'one' });
      const outcome = device.apply(first(NOW + 3_600_000 + clock, 70_000_000, 'new', NOW - clock), EMPTY_CATALOG);
      expect(outcome).not.toHaveProperty('mayLack');
      expect(device.current().counters()).toMatchObject({ kernel: { download: 70_000_000 }, restarts: 0, lost: 0 });
    }
  });

  it('has the id of the kernel that brought the last frame, also where a crash comes before another one’s first', () => {
    const device = watched({ version: 'v1.19.2', life: 'one' });
    device.noteRun({ version: 'v1.19.2', life: 'two' });
    const again = openDevice(device.save());
    again.noteRun({ version: 'v1.19.2', life: 'two' });
    expect(again.apply(first(NOW + 3_600_000, 70_000_000, 'new'), EMPTY_CATALOG)).toHaveProperty('mayLack', 30_000_000);
  });

  it('is not doubted where its totals are more than any network moves in that time', () => {
    const device = watched(before);
    const outcome = device.apply(first(NOW + 2000, 5_000_000_000_000, 'new'), EMPTY_CATALOG);
    expect(outcome).not.toHaveProperty('mayLack');
  });
});
