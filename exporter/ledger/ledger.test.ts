import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Catalog, type Connection, type ConnectionDetails, EMPTY_CATALOG, type Frame } from './frame.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type LedgerState, resumeLedgerState } from './state.ts';

const OPTIONS = { localNodes: ['ua3f'], familyCap: 50 };

const details = (changes: Partial<ConnectionDetails> = {}): ConnectionDetails => ({
  start: 0,
  network: 'tcp',
  type: 'Mixed',
  sourceIP: '192.168.1.2',
  sourcePort: '5000',
  host: 'www.example.com',
  destinationPort: '443',
  process: 'curl',
  inboundUser: '',
  chains: ['香港 01', '节点选择'],
  provider: 'airport-a',
  rule: 'Match',
  rulePayload: '',
  ...changes,
});

const connection = (id: string, download: number, changes: Partial<ConnectionDetails> = {}): Connection => ({
  id,
  upload: 0,
  download,
  details: details(changes),
});

const frame = (at: number, download: number, connections: readonly Connection[] = [], upload = 0): Frame => ({
  at,
  download,
  upload,
  memory: 0,
  connections,
});

const feed = (ledger: Ledger, ...frames: readonly Frame[]): void => {
  for (const each of frames) ledger.apply(each, EMPTY_CATALOG);
};

/** Downloads by `class node accounting`. */
function downloads(ledger: Ledger): Record<string, number> {
  return Object.fromEntries(
    ledger
      .counters()
      .traffic.filter(({ direction }) => direction === 'download')
      .map(({ class: trafficClass, node, accounting, bytes }) => [`${trafficClass} ${node} ${accounting}`, bytes]),
  );
}

describe('a silent start', () => {
  it('counts nothing of the first frame, and says how much was skipped', () => {
    const ledger = createLedger(OPTIONS);
    const outcome = ledger.apply(frame(1000, 5000, [connection('a', 3000)], 700), EMPTY_CATALOG);
    expect(outcome).toEqual({ kind: 'baseline', skipped: { upload: 700, download: 5000 } });
    expect(ledger.counters()).toMatchObject({ traffic: [], kernel: { upload: 0, download: 0 } });
  });

  it('counts what connections of the first frame move later', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(1000, 5000, [connection('a', 3000)]), frame(2000, 5400, [connection('a', 3400)]));
    expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 400 });
  });
});

describe('settlement', () => {
  it('gives the last bytes of a closed connection to it', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0), frame(1000, 1000, [connection('a', 1000)]), frame(2000, 1700));
    expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 1000, 'proxy 香港 01 settled': 700 });
  });

  it('gives bytes to a connection that only the log announced', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0));
    ledger.noteBirth({
      at: 500,
      network: 'tcp',
      sourceIP: '192.168.1.2',
      sourcePort: '5001',
      host: 'a.example.com',
      destinationPort: '443',
      process: '',
      rule: 'Match',
      rulePayload: '',
      group: 'G',
      node: 'DIRECT',
    });
    feed(ledger, frame(1000, 900));
    expect(downloads(ledger)).toEqual({ 'direct DIRECT settled': 900 });
  });

  it('calls unattributed what nothing explains, one frame later', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0), frame(1000, 800));
    expect(ledger.counters().carry.download).toBe(800);
    feed(ledger, frame(2000, 800));
    expect(downloads(ledger)).toEqual({ 'unattributed unattributed settled': 800 });
    expect(ledger.counters().carry.download).toBe(0);
  });

  it('carries a negative remainder until the totals catch up', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0, [connection('a', 0)]), frame(1000, 900, [connection('a', 1000)]));
    expect(ledger.counters().carry.download).toBe(-100);
    feed(ledger, frame(2000, 1000, [connection('a', 1000)]));
    expect(ledger.counters().carry.download).toBe(0);
    expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 1000 });
  });
});

describe('classes', () => {
  const catalog: Catalog = {
    typeOf: (node) => ({ 公益: 'Direct', 拦截: 'RejectDrop', 香港: 'Vless', UA3F: 'Socks5' })[node],
    providerOf: () => '',
    nodeOf: (name) => name,
  };
  it.each([
    ['公益', 'direct'],
    ['拦截', 'reject'],
    ['香港', 'proxy'],
    ['UA3F', 'local'],
    ['ua3f', 'local'],
    ['DIRECT', 'direct'],
    ['REJECT-DROP', 'reject'],
    ['PASS-RULE', 'direct'],
    ['unheard of', 'proxy'],
  ])('puts %s into %s', (node, trafficClass) => {
    const ledger = createLedger(OPTIONS);
    ledger.apply(frame(0, 0), catalog);
    ledger.apply(frame(1000, 10, [connection('a', 10, { chains: [node] })]), catalog);
    expect(ledger.counters().traffic[0]?.class).toBe(trafficClass);
  });

  it('names nodes that the catalog does not know, but not built-in ones', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0));
    const seen = [connection('a', 1, { chains: ['new node', 'G'] }), connection('b', 1, { chains: ['DIRECT'] })];
    expect(ledger.apply(frame(1000, 2, seen), EMPTY_CATALOG)).toMatchObject({ unknownNodes: ['new node'] });
  });
});

it('counts dialer-proxy hops and the kernel’s own DNS beside the sum, the kernel’s own downloads within it', () => {
  const ledger = createLedger(OPTIONS);
  const hop = connection('hop', 500, { type: 'Inner', process: '', chains: ['中转'] });
  const own = connection('own', 300, { type: 'Inner', process: 'mihomo', chains: ['DIRECT'] });
  feed(ledger, frame(0, 0), frame(1000, 1300, [connection('a', 1000), hop, own]), frame(2000, 1300));
  expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 1000, 'direct DIRECT measured': 300 });
  expect(ledger.counters().uncounted).toEqual([
    { node: '中转', provider: 'airport-a', direction: 'download', bytes: 500 },
  ]);
});

describe('a kernel restart', () => {
  it('is noticed when a total falls, and what the new kernel moved is counted from 0', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0), frame(1000, 9000, [connection('a', 9000)]));
    const outcome = ledger.apply(frame(2000, 400, [connection('b', 400)]), EMPTY_CATALOG);
    expect(outcome).toMatchObject({ kind: 'restarted', grew: { download: 400 } });
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 9400 } });
  });

  it('is noticed by its connections when the totals have grown past the old ones meanwhile', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0), frame(1000, 9000, [connection('a', 9000)]));
    feed(ledger, frame(3_600_000, 12_000, [connection('b', 11_000)]));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 21_000 } });
  });

  it('is noticed although ids repeat', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0), frame(1000, 9000, [connection('a', 9000, { start: 500 })]));
    feed(ledger, frame(2000, 400, [connection('a', 400, { start: 1800 })]));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 9400 } });
  });

  it('is not mistaken for all connections having been closed', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0), frame(1000, 9000, [connection('a', 9000)]), frame(2000, 9900, [connection('b', 700)]));
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 9900 } });
  });

  it('is not mistaken for a frame that came late', () => {
    const ledger = createLedger(OPTIONS);
    const open = (bytes: number) => [connection('a', bytes, { start: 500 })];
    feed(ledger, frame(0, 0), frame(1000, 1000, open(1000)), frame(2000, 2000, open(2000)));
    expect(ledger.apply(frame(2010, 1500, open(1500)), EMPTY_CATALOG)).toEqual({ kind: 'stale' });
    feed(ledger, frame(3000, 3000, open(3000)));
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 3000 } });
  });
});

it('takes a clock that jumps, either way, for a longer or shorter frame', () => {
  const ledger = createLedger(OPTIONS);
  feed(ledger, frame(1e12, 0), frame(1e12 - 3_600_000, 100, [connection('a', 100)]), frame(2e12, 300, []));
  expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 100, 'proxy 香港 01 settled': 200 });
});

describe('saved state', () => {
  it('goes on where it was: what moved meanwhile is counted', () => {
    const first = createLedger(OPTIONS);
    feed(first, frame(0, 0), frame(1000, 1000, [connection('a', 1000)]));
    const second = createLedger(OPTIONS, JSON.parse(JSON.stringify(first.state())) as LedgerState);
    feed(second, frame(60_000, 5000, [connection('a', 4600), connection('b', 400)]));
    expect(downloads(second)).toEqual({ 'proxy 香港 01 measured': 5000 });
  });

  it('that was saved before any frame takes the first one for its baseline', () => {
    const ledger = createLedger(OPTIONS, JSON.parse(JSON.stringify(createLedger(OPTIONS).state())) as LedgerState);
    expect(ledger.apply(frame(0, 5000), EMPTY_CATALOG).kind).toBe('baseline');
    expect(downloads(ledger)).toEqual({});
  });

  it('can be resumed from counters alone: totals are the baseline, nothing is counted twice', () => {
    const first = createLedger(OPTIONS);
    feed(first, frame(0, 0), frame(1000, 1000, [connection('a', 1000)]));
    const state = resumeLedgerState(first.counters(), 1000);
    const second = createLedger(OPTIONS, JSON.parse(JSON.stringify(state)) as LedgerState);
    const later = { start: 50_000 };
    feed(second, frame(60_000, 5000, [connection('a', 4600), connection('b', 400, later)]));
    feed(second, frame(61_000, 5500, [connection('a', 5100), connection('b', 400, later)]));
    expect(second.counters()).toMatchObject({ restarts: 0, kernel: { download: 5500 }, carry: { download: 0 } });
    expect(downloads(second)).toEqual({ 'proxy 香港 01 measured': 1900, 'proxy 香港 01 settled': 3600 });
  });

  it('resumed from counters alone takes no connection for new where a kernel’s clock is ahead of ours', () => {
    const first = createLedger(OPTIONS);
    feed(first, frame(0, 0), frame(1000, 1000, [connection('a', 1000)]));
    const second = createLedger(OPTIONS, resumeLedgerState(first.counters(), 1000));
    feed(second, frame(2000, 1500, [connection('a', 1500, { start: 90_000 })]));
    expect(second.counters()).toMatchObject({ kernel: { download: 1500 }, carry: { download: 0 } });
    expect(downloads(second)).toEqual({ 'proxy 香港 01 measured': 1000, 'proxy 香港 01 settled': 500 });
  });
});

/** A kernel's life as random steps, with the totals it really reached. */
const step = fc.record({
  elapsed: fc.integer({ min: 1, max: 20_000 }),
  moves: fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: 12 }),
      upload: fc.nat(1_000_000),
      download: fc.nat(100_000_000),
      counted: fc.boolean(),
      shown: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  event: fc.constantFrom('none', 'none', 'none', 'none', 'restart', 'save', 'close all'),
});

it('adds up to the kernel’s totals, to the byte, through restarts, closes and saves, and never falls', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let ledger = createLedger(OPTIONS);
      let open = new Map<number, { upload: number; download: number; counted: boolean; life: number }>();
      let totals = { upload: 0, download: 0 };
      const truth = { upload: 0, download: 0 };
      let at = 0;
      let life = 0;
      feed(ledger, frame(0, 0));
      let before = new Map<string, number>();
      for (const { elapsed, moves, event } of steps) {
        at += elapsed;
        if (event === 'restart') {
          open = new Map();
          totals = { upload: 0, download: 0 };
          life += 1;
        }
        if (event === 'close all') open = new Map();
        for (const { id, upload, download, counted, shown } of moves) {
          const mover = open.get(id) ?? { upload: 0, download: 0, counted, life };
          mover.upload += upload;
          mover.download += download;
          if (shown) open.set(id, mover);
          else open.delete(id);
          if (mover.counted) {
            totals.upload += upload;
            totals.download += download;
          }
        }
        const shown = [...open].map(([id, { upload, download, counted, life: born }]) => ({
          id: `${born}-${id}`,
          upload,
          download,
          details: details({ start: born + 1, ...(counted ? {} : { type: 'Inner', process: '' }) }),
        }));
        const previous = ledger.counters().raw ?? { upload: 0, download: 0 };
        const { restarts } = ledger.counters();
        ledger.apply({ ...totals, at, memory: 0, connections: shown }, EMPTY_CATALOG);
        // A restart whose totals have already passed the old ones shows only in its connections, if any are left.
        const restarted = ledger.counters().restarts > restarts;
        for (const direction of ['upload', 'download'] as const) {
          truth[direction] += restarted ? totals[direction] : totals[direction] - previous[direction];
        }
        if (event === 'save') ledger = createLedger(OPTIONS, JSON.parse(JSON.stringify(ledger.state())) as LedgerState);

        const { traffic, kernel, carry, families } = ledger.counters();
        expect(kernel).toEqual(truth);
        for (const direction of ['upload', 'download'] as const) {
          const inDirection = (series: readonly { direction: string; bytes: number }[]): number =>
            series.filter((each) => each.direction === direction).reduce((sum, each) => sum + each.bytes, 0);
          expect(inDirection(traffic) + carry[direction]).toBe(kernel[direction]);
          for (const series of Object.values(families)) expect(inDirection(series)).toBe(inDirection(traffic));
        }
        const now = new Map(traffic.map(({ bytes, ...labels }) => [Object.values(labels).join('\0'), bytes] as const));
        for (const [series, bytes] of before) expect(now.get(series)).toBeGreaterThanOrEqual(bytes);
        before = now;
      }
    }),
    { numRuns: 200 },
  );
});
