import { describe, expect, it } from 'vitest';
import { MAX_LABEL_LENGTH } from '../../core/metric-contract.ts';
import { connection, downloads, feed, frame, OPTIONS } from '../../test/example-frames.ts';
import { OBJECT_NAMES } from '../../test/object-names.ts';
import { type Catalog, type ConnectionOpened, EMPTY_CATALOG } from './frame.ts';
import { createLedger } from './ledger.ts';
import { namesOf } from './state.ts';

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

it.each(OBJECT_NAMES)('counts what moves under names such as %s, also after a restart', (name) => {
  const called = { chains: [name, name], host: name, process: name, inboundUser: name, rule: name, sourceIP: name };
  const first = createLedger(OPTIONS);
  feed(first, frame(0, 0), frame(1000, 400, [connection('a', 400, called)]));
  const ledger = createLedger(OPTIONS, JSON.parse(JSON.stringify(first.state())));
  feed(ledger, frame(2000, 1000, [connection('a', 1000, called)]));
  expect(downloads(ledger)).toEqual({ [`proxy ${name} measured`]: 1000 });
  for (const series of Object.values(ledger.counters().families)) {
    expect(series).toEqual([expect.objectContaining({ class: 'proxy', direction: 'download', bytes: 1000 })]);
  }
  expect(ledger.counters().families.group[0]?.key).toBe(name);
});

describe('settlement', () => {
  it('gives the last bytes of a closed connection to it', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0), frame(1000, 1000, [connection('a', 1000)]), frame(2000, 1700));
    expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 1000, 'proxy 香港 01 settled': 700 });
  });

  const opening: ConnectionOpened = {
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
  };

  it('gives bytes to a connection that only the log announced', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0));
    ledger.noteConnectionOpened(opening);
    feed(ledger, frame(1000, 900));
    expect(downloads(ledger)).toEqual({ 'direct DIRECT settled': 900 });
  });

  it.each([
    ['nothing to a rejected TCP connection, of which the kernel takes nothing', 'tcp', { 'direct DIRECT': 600 }],
    [
      'no download to a rejected UDP flow, whose packets are taken',
      'udp',
      { 'direct DIRECT': 300, 'reject REJECT': 300 },
    ],
  ])('gives %s', (_, network, uploads) => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0));
    ledger.noteConnectionOpened(opening);
    ledger.noteConnectionOpened({ ...opening, network, sourcePort: '5002', node: 'REJECT' });
    feed(ledger, frame(1000, 900, [], 600));
    expect(downloads(ledger)).toEqual({ 'direct DIRECT settled': 900 });
    const sent = ledger.counters().traffic.filter(({ direction }) => direction === 'upload');
    expect(Object.fromEntries(sent.map((each) => [`${each.class} ${each.node}`, each.bytes]))).toEqual(uploads);
  });

  it('gives nothing to a rejected TCP connection that a frame showed', () => {
    const ledger = createLedger(OPTIONS);
    const rejected = connection('a', 0, { chains: ['REJECT'] });
    feed(ledger, frame(0, 0), frame(1000, 0, [rejected, connection('b', 0)]), frame(2000, 0, [], 500));
    expect(ledger.counters().traffic).toEqual([
      expect.objectContaining({ class: 'proxy', direction: 'upload', bytes: 500 }),
    ]);
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
    ...EMPTY_CATALOG,
    typeOf: (node) => ({ 公益: 'Direct', 拦截: 'RejectDrop', 香港: 'Vless', UA3F: 'Socks5' })[node],
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
});

it('cuts names that are too long for a label', () => {
  const ledger = createLedger(OPTIONS);
  const long = `${'长'.repeat(1022)}🇭🇰`;
  const odd = connection('a', 10, { chains: [long, long], rule: 'OR', rulePayload: long, process: long, host: long });
  feed(ledger, frame(0, 0), frame(1000, 10, [odd]));
  const { traffic, families } = ledger.counters();
  const labels = [
    ...traffic.map(({ node }) => node),
    ...Object.values(families).flatMap((all) => all.map(({ key }) => key)),
  ];
  expect(Math.max(...labels.map((text) => text.length))).toBe(MAX_LABEL_LENGTH);
  expect(labels.filter((text) => /\p{Cs}/u.test(text))).toEqual([]);
  expect(labels[0]).toBe(`${'长'.repeat(1022)}…`);
});

it('counts dialer-proxy hops and the kernel’s own DNS outside the sum, the kernel’s own downloads within it', () => {
  const ledger = createLedger(OPTIONS);
  const hop = connection('hop', 500, { type: 'Inner', process: '', chains: ['中转'] });
  const own = connection('own', 300, { type: 'Inner', process: 'mihomo', chains: ['DIRECT'] });
  feed(ledger, frame(0, 0), frame(1000, 1300, [connection('a', 1000), hop, own]), frame(2000, 1300));
  expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 1000, 'direct DIRECT measured': 300 });
  expect(ledger.counters().uncounted).toEqual([
    { node: '中转', provider: 'airport-a', direction: 'download', bytes: 500 },
  ]);
});

it('takes a clock that jumps, either way, for a longer or shorter frame', () => {
  const ledger = createLedger(OPTIONS);
  feed(ledger, frame(1e12, 0), frame(1e12 - 3_600_000, 100, [connection('a', 100)]), frame(2e12, 300, []));
  expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 100, 'proxy 香港 01 settled': 200 });
});

it('takes no name of a dimension back for a clock that leaps 40 days ahead', () => {
  const ledger = createLedger({ ...OPTIONS, familyCap: 1 });
  const named = (): string[] => namesOf(ledger.state()).host.map(([name]) => name);
  const other = (download: number) => connection('b', download, { host: 'other.test' });
  feed(ledger, frame(0, 0), frame(1000, 5, [connection('a', 5)]));
  expect(named()).toEqual(['example.com']);
  for (let turn = 1; turn < 20; turn += 1) feed(ledger, frame(41 * 86_400_000 + turn * 1000, 5 + turn, [other(turn)]));
  expect(named()).toEqual(['example.com']);
});
