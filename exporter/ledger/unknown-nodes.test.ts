import fc from 'fast-check';
import { expect, it } from 'vitest';
import { connection, downloads, frame, OPTIONS } from '../../test/example-frames.ts';
import { type Catalog, EMPTY_CATALOG } from './frame.ts';
import { createLedger } from './ledger.ts';

const knows = (types: Readonly<Record<string, string>>, provider = ''): Catalog => ({
  ...EMPTY_CATALOG,
  typeOf: (node) => types[node],
  providerOf: (node) => (node in types ? provider : ''),
  isUnknown: (node) => !(node in types),
});
const nothing = knows({});
const all = knows({ 家: 'Direct', 香港: 'Vless' }, 'airport-a');

it('books what a connection moves through an unknown node as unattributed until it is known, and then under its class', () => {
  const ledger = createLedger(OPTIONS);
  ledger.apply(frame(0, 0), nothing);
  const shown = (bytes: number) => [connection('a', bytes, { chains: ['家'], provider: undefined })];
  ledger.apply(frame(1000, 100, shown(100)), nothing);
  ledger.apply(frame(2000, 300, shown(300)), nothing);
  expect(downloads(ledger)).toEqual({ 'unattributed 家 measured': 300 });
  const again = createLedger(OPTIONS, JSON.parse(JSON.stringify(ledger.state())));
  again.apply(frame(3000, 1000, shown(1000)), all);
  expect(downloads(again)).toEqual({ 'unattributed 家 measured': 300, 'direct 家 measured': 700 });
});

it('names the provider of a connection from when it is known', () => {
  const ledger = createLedger(OPTIONS);
  const shown = (bytes: number) => [connection('a', bytes, { chains: ['香港'], provider: undefined })];
  ledger.apply(frame(0, 0), nothing);
  ledger.apply(frame(1000, 100, shown(100)), knows({ 香港: 'Vless' }));
  ledger.apply(frame(2000, 300, shown(300)), all);
  const providers = ledger.counters().traffic.map(({ provider, bytes }) => [provider, bytes]);
  expect(providers).toEqual([
    ['', 100],
    ['airport-a', 200],
  ]);
});

it('takes nodes that are built in or local for what they are, listed or not', () => {
  const ledger = createLedger(OPTIONS);
  ledger.apply(frame(0, 0), nothing);
  const shown = [connection('a', 1, { chains: ['DIRECT'] }), connection('b', 2, { chains: ['ua3f'] })];
  ledger.apply(frame(1000, 3, shown), nothing);
  expect(downloads(ledger)).toEqual({ 'direct DIRECT measured': 1, 'local ua3f measured': 2 });
});

it('counts a connection that names no node as unattributed next to the others', () => {
  const ledger = createLedger(OPTIONS);
  ledger.apply(frame(0, 0), all);
  ledger.apply(frame(1000, 3, [connection('a', 1, { chains: [] }), connection('b', 2, { chains: ['香港'] })]), all);
  expect(downloads(ledger)).toEqual({ 'unattributed unattributed measured': 1, 'proxy 香港 measured': 2 });
});

it('keeps all bytes, once each, however nodes become known and unknown', () => {
  const step = fc.record({
    catalog: fc.constantFrom(nothing, all, EMPTY_CATALOG),
    bytes: fc.nat({ max: 1e6 }),
    closes: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const ledger = createLedger(OPTIONS);
      ledger.apply(frame(0, 0), nothing);
      let total = 0;
      let own = 0;
      let id = 0;
      steps.forEach(({ catalog, bytes, closes }, index) => {
        total += bytes;
        own += bytes;
        if (closes) {
          id += 1;
          own = 0;
        }
        const shown = connection(String(id), own, { chains: [['家', '香港'][index % 2] ?? ''], provider: undefined });
        ledger.apply(frame((index + 1) * 1000, total, [shown]), catalog);
        const booked = ledger.counters().traffic.reduce((sum, series) => sum + series.bytes, 0);
        expect(booked + ledger.counters().carry.download).toBe(total);
      });
    }),
  );
});
