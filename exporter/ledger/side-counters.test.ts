import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_CHECKED_COUNTERS } from './series-budget.ts';
import {
  type CheckedNode,
  createHealthChecks,
  createInterfaceCounters,
  type HealthChecks,
  type InterfaceCounters,
  type InterfaceReading,
  type SavedInterfaces,
} from './side-counters.ts';

const node = (name: string, ...times: number[]): CheckedNode => ({
  node: name,
  provider: 'airport',
  type: 'Trojan',
  times,
});
const count = (checks: HealthChecks, ...nodes: CheckedNode[]): void => checks.count(nodes, ['UA3F']);
const counted = (checks: HealthChecks): Record<string, number> =>
  Object.fromEntries(checks.series().map((each) => [each.node, each.checks]));
const restarted = (checks: HealthChecks): HealthChecks => createHealthChecks(JSON.parse(JSON.stringify(checks.save())));

describe('health checks', () => {
  it('begin silently, and count what the reading before did not show', () => {
    const checks = createHealthChecks();
    count(checks, node('hk', 100, 200), node('jp', 150));
    expect(checks.series()).toEqual([]);
    count(checks, node('hk', 200, 300, 400), node('jp', 150));
    expect(checks.series()).toEqual([{ node: 'hk', provider: 'airport', checks: 2 }]);
    count(checks, node('hk', 200, 300, 400), node('jp', 150, 500));
    expect(counted(checks)).toEqual({ hk: 2, jp: 1 });
  });

  it('are not counted again after a restart of the exporter', () => {
    const first = createHealthChecks();
    count(first, node('hk', 100));
    count(first, node('hk', 100, 200));
    const second = restarted(first);
    count(second, node('hk', 100, 200));
    count(second, node('hk', 100, 200, 300));
    expect(counted(second)).toEqual({ hk: 2 });
  });

  it('of a kernel that restarted are all new', () => {
    const checks = createHealthChecks();
    count(checks, node('hk', 100, 200));
    count(checks);
    count(checks, node('hk', 300, 400));
    expect(counted(checks)).toEqual({ hk: 2 });
  });

  it('of a node that comes later are those since the reading before', () => {
    const checks = createHealthChecks();
    count(checks, node('hk', 100));
    count(checks, node('hk', 100), node('sg', 90, 200));
    expect(counted(checks)).toEqual({ sg: 1 });
  });

  it('go on where the clock of the kernel was set back', () => {
    const checks = createHealthChecks();
    count(checks, node('hk', 9_000_000));
    count(checks, node('hk', 9_000_000, 100));
    expect(counted(checks)).toEqual({});
    count(checks, node('hk', 100, 200, 300));
    count(checks, node('hk', 200, 300, 400));
    expect(counted(checks)).toEqual({ hk: 4 });
  });

  it('are those of proxies', () => {
    const checks = createHealthChecks();
    count(checks);
    const direct = { ...node('DIRECT', 5), type: 'Direct', provider: '' };
    count(checks, direct, { ...node('ua3f', 5), type: 'Socks5' }, node('hk', 5), {
      ...node('new', 5),
      type: 'Unheard',
    });
    expect(counted(checks)).toEqual({ hk: 1, new: 1 });
  });

  it('have counters of their own for so many nodes, and are other beyond, by provider', () => {
    const checks = createHealthChecks({ series: [], seen: [], newest: 0 });
    count(checks, ...Array.from({ length: MOST_CHECKED_COUNTERS + 50 }, (_, index) => node(`n ${index}`, 7)));
    expect(checks.series().length).toBe(MOST_CHECKED_COUNTERS + 1);
    expect(checks.series().at(-1)).toEqual({ node: 'other', provider: 'airport', checks: 50 });
    // What was pushed before must be there forever.
    expect(restarted(checks).series()).toEqual(checks.series());
  });

  it('never fall, whatever the gateway has', () => {
    const accepted = [{ node: 'hk', provider: 'airport', checks: 5 }];
    const checks = createHealthChecks();
    count(checks);
    count(checks, node('hk', 1, 2));
    const own = restarted(checks);
    own.take(accepted, true);
    expect(counted(own)).toEqual({ hk: 5 });
    checks.take(accepted, false);
    expect(counted(checks)).toEqual({ hk: 7 });
  });

  it('are each counted once, as long as a history holds what came since the reading before', () => {
    const step = fc.record({ checks: fc.nat(10), exporterRestarts: fc.boolean(), kernelRestarts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let checks = createHealthChecks();
        let [clock, ran] = [1000, 0];
        let history: number[] = [];
        count(checks);
        for (const { checks: more, exporterRestarts, kernelRestarts } of steps) {
          if (kernelRestarts) history = [];
          for (let index = 0; index < more; index += 1) history.push(++clock);
          history = history.slice(-10);
          ran += more;
          if (exporterRestarts) checks = restarted(checks);
          count(checks, node('hk', ...history), node('idle', 5));
        }
        // The idle node shows its one check, of before the first reading, from the second reading on.
        expect(counted(checks).hk ?? 0).toBe(ran);
      }),
    );
  });
});

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
