import { describe, expect, it } from 'vitest';
import { connection, downloads, feed, frame, OPTIONS } from '../../test/example-frames.ts';
import { EMPTY_CATALOG } from './frame.ts';
import { createLedger } from './ledger.ts';

describe('a kernel restart', () => {
  it('is noticed when a total falls, and what the new kernel moved is counted from 0', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 0), frame(1000, 9000, [connection('a', 9000)]));
    const outcome = ledger.apply(frame(2000, 400, [connection('b', 400)]), EMPTY_CATALOG);
    expect(outcome).toEqual({ kind: 'restarted' });
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

  it('is not mistaken for hops of a dialer-proxy, which the totals leave out', () => {
    const ledger = createLedger(OPTIONS);
    const hop = (id: string, bytes: number) => connection(id, bytes, { type: 'Inner', process: '', start: 10_100 });
    feed(ledger, frame(10_000, 50_000, [connection('a', 500), hop('hop of a', 500)]));
    feed(ledger, frame(11_000, 60_000, [connection('b', 9000, { start: 10_100 }), hop('hop of b', 9000)]));
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 10_000 } });
  });

  it('is not mistaken for bytes that came after the kernel had read its totals, where the link held', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(10_000, 50_000, [connection('a', 500)]));
    feed(ledger, { ...frame(11_000, 51_000, [connection('b', 33_000, { start: 10_100 })]), continues: true });
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 1000 }, carry: { download: -32_000 } });
  });

  it('is not mistaken for them either where more would have moved in the time than any network carries', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(10_000, 50e9, [connection('a', 500)]));
    feed(ledger, frame(11_000, 50e9 + 1000, [connection('b', 33_000, { start: 10_100 })]));
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 1000 } });
  });

  it('that began the totals again but kept its connections does not count these again', () => {
    const ledger = createLedger(OPTIONS);
    const open = (bytes: number) => [connection('a', bytes, { start: 500 })];
    feed(ledger, frame(0, 0), frame(1000, 9000, open(9000)));
    for (const at of [2000, 3000, 4000, 5000]) feed(ledger, frame(at, at / 10, open(9000 + at / 10)));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 9500 }, carry: { download: 0 } });
    expect(downloads(ledger)).toEqual({ 'proxy 香港 01 measured': 9500 });
  });
});
