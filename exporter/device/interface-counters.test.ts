import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createInterfaceCounters,
  type InterfaceCounters,
  type InterfaceReading,
  type SavedInterfaces,
} from './interface-counters.ts';

const reading = (upload: number, download: number, changes: Partial<InterfaceReading> = {}): InterfaceReading => ({
  name: 'Meta',
  role: 'tun',
  bytes: { upload, download },
  life: 'boot1 7',
  ...changes,
});

const moved = (counters: InterfaceCounters): number => counters.series().reduce((sum, { bytes }) => sum + bytes, 0);

describe('counters of interfaces', () => {
  it('begin at 0 with the first reading, and count what moves after it', () => {
    const counters = createInterfaceCounters();
    counters.read([reading(500, 900)]);
    expect(counters.series()).toEqual([]);
    counters.read([reading(510, 1900)]);
    expect(counters.series()).toEqual([
      { interface: 'Meta', role: 'tun', direction: 'upload', bytes: 10 },
      { interface: 'Meta', role: 'tun', direction: 'download', bytes: 1000 },
    ]);
  });

  it('go on when the device is created again, whether or not its bytes fell', () => {
    const counters = createInterfaceCounters();
    counters.read([reading(0, 100)]);
    counters.read([reading(0, 40)]);
    counters.read([reading(0, 700, { life: 'boot1 8' })]);
    counters.read([]);
    counters.read([reading(0, 800, { life: 'boot1 8' })]);
    expect(moved(counters)).toBe(840);
    expect(counters.series().every(({ role }) => role === 'tun')).toBe(true);
  });

  it('go on from what was saved: what moved meanwhile is counted', () => {
    const before = createInterfaceCounters();
    before.read([reading(0, 100)]);
    before.read([reading(0, 150)]);
    const after = createInterfaceCounters(JSON.parse(JSON.stringify(before.save())) as SavedInterfaces);
    after.read([reading(0, 180)]);
    expect(moved(after)).toBe(80);
  });

  it('take what the gateway has: added where the state was gone, not doubled where it was not', () => {
    const accepted = [{ interface: 'Meta', role: 'tun', direction: 'download', bytes: 1000 }] as const;
    const fresh = createInterfaceCounters();
    fresh.read([reading(0, 5)]);
    fresh.read([reading(0, 12)]);
    fresh.take(accepted, false);
    expect(moved(fresh)).toBe(1007);
    fresh.take(accepted, true);
    expect(moved(fresh)).toBe(1007);
  });

  it('never fall', () => {
    const step = fc.record({ download: fc.nat(1000), life: fc.constantFrom('a', 'b'), save: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let counters = createInterfaceCounters();
        let before = 0;
        for (const { download, life, save } of steps) {
          counters.read([reading(0, download, { life })]);
          if (save) counters = createInterfaceCounters(JSON.parse(JSON.stringify(counters.save())) as SavedInterfaces);
          const now = moved(counters);
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
      }),
    );
  });
});
