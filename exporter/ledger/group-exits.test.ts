import { describe, expect, it } from 'vitest';
import { connection, details, downloads, frame, OPTIONS } from '../../test/example-frames.ts';
import { type Catalog, type ConnectionOpened, EMPTY_CATALOG } from './frame.ts';
import { createLedger } from './ledger.ts';
import { createGroupExits } from './opened-connections.ts';

const TEN_MINUTES = 600_000;

/** What the kernel said at 0, ten minutes before. */
const oldCatalog: Catalog = {
  ...EMPTY_CATALOG,
  typeOf: (node) => ({ DIRECT: 'Direct', 香港: 'Vless', GLOBAL: 'Selector' })[node],
  nodeOf: (name) => (name === 'GLOBAL' ? 'DIRECT' : name),
};
const told = (node: string, askedAt: number): Catalog => ({
  ...oldCatalog,
  nodeOf: (name) => (name === 'GLOBAL' ? node : name),
  askedAt: () => askedAt,
});
const opened = (at: number, port: number): ConnectionOpened => ({
  at,
  network: 'tcp',
  sourceIP: '192.168.1.2',
  sourcePort: String(port),
  host: 'example.com',
  destinationPort: '443',
  process: 'curl',
  rule: '',
  rulePayload: '',
  group: 'GLOBAL',
  node: 'GLOBAL',
});
const via = (node: string, port: number) => ({ chains: [node, 'GLOBAL'], sourcePort: String(port), start: 1 });

describe('short connections in global mode', () => {
  it('go under the node that frames show after a switch, whatever the list of before said', () => {
    const ledger = createLedger(OPTIONS);
    ledger.setLogsAvailable(true);
    ledger.apply(frame(TEN_MINUTES, 0), oldCatalog);
    for (let second = 1; second <= 60; second += 1) {
      const at = TEN_MINUTES + second * 1000;
      for (let each = 0; each < 10; each += 1)
        ledger.noteConnectionOpened(opened(at - 900 + each * 50, 100 * second + each));
      const shown = connection(`c${second}`, 1000, via('香港', 100 * second + 5));
      ledger.apply(frame(at, second * 100_000, [shown]), oldCatalog);
    }
    const sums = downloads(ledger);
    expect(Object.keys(sums).filter((key) => key.startsWith('direct'))).toEqual([]);
    expect(Object.values(sums).reduce((a, b) => a + b, 0)).toBe(6_000_000 - ledger.counters().carry.download);
  });

  it('go under the node that the kernel tells when it is asked with the frame, where no frame shows one', () => {
    const ledger = createLedger(OPTIONS);
    ledger.setLogsAvailable(true);
    ledger.apply(frame(0, 0), oldCatalog);
    ledger.noteConnectionOpened(opened(500, 1));
    ledger.apply(frame(1000, 50_000), told('香港', 1001));
    expect(downloads(ledger)).toEqual({ 'proxy 香港 settled': 50_000 });
  });

  it('go before a switch under the old node and after it under the new one, also within a frame', () => {
    const exits = createGroupExits();
    exits.note(details({ chains: ['DIRECT', 'GLOBAL'] }), 100);
    exits.note(details({ chains: ['香港', '自动', 'GLOBAL'], provider: 'a' }), 900);
    const nodeAt = (at: number): string => exits.exitOf('GLOBAL', at, oldCatalog).node;
    expect([50, 200, 450, 600, 950].map(nodeAt)).toEqual(['DIRECT', 'DIRECT', 'DIRECT', '香港', '香港']);
    expect(exits.exitOf('自动', 1000, oldCatalog)).toMatchObject({ node: '香港', provider: 'a' });
    exits.endFrame();
    expect(nodeAt(2000)).toBe('香港');
  });

  it('are unattributed where neither frames nor the kernel tell what a group of several nodes used', () => {
    const ledger = createLedger(OPTIONS);
    ledger.setLogsAvailable(true);
    const spreading: Catalog = { ...EMPTY_CATALOG, typeOf: (node) => (node === 'GLOBAL' ? 'LoadBalance' : undefined) };
    ledger.apply(frame(0, 0), spreading);
    ledger.noteConnectionOpened(opened(500, 1));
    ledger.apply(frame(1000, 50_000), spreading);
    expect(downloads(ledger)).toEqual({ 'unattributed GLOBAL settled': 50_000 });
  });
});
