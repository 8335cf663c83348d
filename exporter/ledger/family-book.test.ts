import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIMENSIONS, type Dimension } from '../../core/metric-contract.ts';
import type { Attribution } from './attribution.ts';
import { createFamilyBook, type FamilyBook, type SavedFamilies } from './book.ts';
import { type FamilySeries, OTHER_KEY } from './family.ts';

const attribution = (keys: Partial<Record<Dimension, string>> = {}): Attribution => ({
  class: 'proxy',
  node: '香港',
  provider: '',
  keys: { group: 'g', rule: 'r', process: 'p', source: 's', host: 'h', inbound_user: 'u', ...keys },
});
const move = (book: FamilyBook, keys: Partial<Record<Dimension, string>>, bytes: number, at = 0): void =>
  book.add(book.slots(attribution(keys)), 0, bytes, at);
const sum = (series: readonly FamilySeries[]): number => series.reduce((total, { bytes }) => total + bytes, 0);
const save = (book: FamilyBook): SavedFamilies =>
  JSON.parse(JSON.stringify({ series: book.series(), names: book.names() })) as SavedFamilies;

describe('families', () => {
  it('that are switched off neither grow nor are shown, and go on from what they had', () => {
    const book = createFamilyBook({ familyCap: 50 });
    move(book, {}, 10);
    book.reconfigure({ familyCap: 50, families: ['group', 'rule'] });
    move(book, {}, 5);
    expect(book.shown()).toMatchObject({ group: [{ bytes: 15 }], host: [], source: [], process: [], inbound_user: [] });
    const reopened = createFamilyBook({ familyCap: 50, families: ['group'] }, save(book));
    reopened.reconfigure({ familyCap: 50 });
    move(reopened, {}, 1);
    expect(reopened.shown()).toMatchObject({ group: [{ bytes: 16 }], host: [{ key: 'h', bytes: 11 }] });
  });

  it('take another cap without a name lost: more names at once, fewer as they fall idle', () => {
    const book = createFamilyBook({ familyCap: 0 });
    const keys = (): string[] => book.names().host.map(([name]) => name);
    move(book, { host: 'early' }, 1);
    expect(keys()).toEqual([]);
    book.reconfigure({ familyCap: 4 });
    move(book, { host: 'early' }, 1);
    move(book, { host: 'late' }, 1);
    expect(keys()).toEqual(['early', 'late']);
    book.reconfigure({ familyCap: 1 });
    move(book, { host: 'late' }, 1);
    move(book, { host: 'third' }, 1);
    expect(keys()).toEqual(['early', 'late']);
    expect(sum(book.shown().host)).toBe(5);
  });

  it('of a router with 300 clients and 20,000 hosts a day stay inside the cap, all with the same sum', () => {
    const book = createFamilyBook({ familyCap: 50 });
    let moved = 0;
    let draw = 1;
    const random = (below: number): number => {
      draw = (draw * 48_271) % 2_147_483_647;
      return draw % below;
    };
    for (let day = 0; day < 3; day += 1) {
      for (let flow = 0; flow < 60_000; flow += 1) {
        // Half the traffic goes to few hosts, as everywhere.
        const host = random(2) === 0 ? `busy-${random(10)}` : `host-${day}-${random(20_000)}`;
        const bytes = random(100_000);
        move(book, { host, source: `192.168.1.${random(300)}` }, bytes, day * 86_400_000 + flow * 1440);
        moved += bytes;
      }
    }
    const { host, source, ...others } = book.shown();
    expect(host.length).toBeLessThanOrEqual(51);
    expect(source.length).toBeLessThanOrEqual(51);
    for (const series of [host, source, ...Object.values(others)]) expect(sum(series)).toBe(moved);
    // The hosts that matter have names: `other` is what the thousands moved, about half.
    expect(host.filter(({ key }) => key.startsWith('busy-'))).toHaveLength(10);
    expect((host.find(({ key }) => key === OTHER_KEY)?.bytes ?? 0) / moved).toBeLessThan(0.6);
  });

  it('never fall, and sum to the same total, whatever leaves the cap, comes back, or is saved', () => {
    const step = fc.record({
      host: fc.nat(12),
      bytes: fc.nat(1000),
      pause: fc.constantFrom(0, 1, 86_400_000),
      event: fc.constantFrom('none', 'none', 'none', 'cap', 'save'),
      cap: fc.nat(8),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let cap = 4;
        let book = createFamilyBook({ familyCap: cap });
        let total = 0;
        let at = 0;
        // Days are few enough that no key is idle for forty: names stay, so that no series may go or fall.
        let before = new Map<string, number>();
        for (const { host, bytes, pause, event, cap: nextCap } of steps.slice(0, 39)) {
          at += pause;
          if (event === 'cap') {
            cap = nextCap;
            book.reconfigure({ familyCap: cap });
          }
          if (event === 'save') book = createFamilyBook({ familyCap: cap }, save(book));
          move(book, { host: `h${host}`, source: `s${host % 5}` }, bytes, at);
          total += bytes;
          const shown = book.shown();
          for (const dimension of DIMENSIONS) expect(sum(shown[dimension])).toBe(total);
          const now = new Map(shown.host.map((each) => [each.key, each.bytes]));
          for (const [key, value] of before) expect(now.get(key)).toBeGreaterThanOrEqual(value);
          before = now;
        }
      }),
    );
  });
});
