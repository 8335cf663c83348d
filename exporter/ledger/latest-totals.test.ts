import { describe, expect, it } from 'vitest';
import { connection, downloads, feed, frame, OPTIONS } from '../../test/example-frames.ts';
import { EMPTY_CATALOG, type Totals } from './frame.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { LedgerState } from './state.ts';

const totals = (at: number, download: number, changes: Partial<Totals> = {}): Totals => ({
  at,
  upload: 0,
  download,
  continues: true,
  ...changes,
});

/** A ledger whose last frame, at ten seconds, showed two connections and totals of 9000. */
function ledgerAt9000(): Ledger {
  const ledger = createLedger(OPTIONS);
  const open = (each: number) => [
    connection('a', 2 * each),
    connection('b', each, { chains: ['日本 01', '节点选择'] }),
  ];
  feed(ledger, frame(0, 0), frame(5000, 3000, open(1000)), frame(10_000, 9000, open(3000)));
  return ledger;
}

const goOn = (ledger: Ledger): Ledger =>
  createLedger(OPTIONS, JSON.parse(JSON.stringify(ledger.state())) as LedgerState);

describe('what a kernel was seen to move after its last frame', () => {
  it('is settled onto the connections of that frame when the next one is another kernel’s', () => {
    const ledger = ledgerAt9000();
    for (const [second, download] of [10_000, 12_000, 15_000].entries()) {
      ledger.noteTotals(totals(11_000 + 1000 * second, download));
    }
    expect(ledger.counters()).toMatchObject({ kernel: { download: 9000 }, raw: { download: 9000 } });
    const outcome = ledger.apply(frame(20_000, 400, [connection('c', 400)]), EMPTY_CATALOG);
    expect(outcome).toEqual({ kind: 'restarted' });
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 15_400 }, carry: { download: 0 } });
    const { 'proxy 香港 01 settled': a = 0, 'proxy 日本 01 settled': b = 0 } = downloads(ledger);
    expect(a + b).toBe(6000);
    expect(a).toBeGreaterThan(b);
    expect(b).toBeGreaterThan(0);
  });

  it('is settled onto those too that its log announced since', () => {
    const ledger = createLedger(OPTIONS);
    feed(ledger, frame(0, 50), frame(1000, 50));
    const { details } = connection('', 0);
    ledger.noteConnectionOpened({ ...details, at: 1500, rule: 'Match', group: '节点选择', node: '香港 01' });
    ledger.noteTotals(totals(2000, 750));
    ledger.noteTotals(totals(3000, 750, { upload: 1 }));
    feed(ledger, frame(5000, 10));
    expect(downloads(ledger)).toEqual({ 'proxy 香港 01 settled': 700 });
    expect(ledger.counters()).toMatchObject({
      carry: { download: 10, upload: 0 },
      kernel: { download: 710, upload: 1 },
    });
  });

  it('is all theirs where the log, which ends with the kernel, was read up to then', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 9_000_000));
    ledger.setLogsAvailable(false);
    feed(ledger, frame(12_000, 0));
    expect(downloads(ledger)['unattributed unattributed settled']).toBeUndefined();
    const other = ledgerAt9000();
    other.setLogsAvailable(false);
    other.noteTotals(totals(11_000, 9_000_000));
    feed(other, frame(12_000, 0));
    expect(downloads(other)['unattributed unattributed settled']).toBeGreaterThan(0);
  });

  it('is in the next frame where the kernel goes on, and counts once', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 15_000));
    feed(ledger, frame(20_000, 20_000, [connection('a', 12_000), connection('b', 8000, { chains: ['日本 01'] })]));
    feed(ledger, frame(21_000, 50));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 20_050 } });
    expect(downloads(ledger)['proxy 香港 01 settled']).toBeUndefined();
  });

  it('is what came last, also where a frame came between that was read before it', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 15_000));
    feed(ledger, frame(11_001, 14_000, [connection('a', 9000)]));
    feed(ledger, frame(12_000, 50));
    expect(ledger.counters().kernel.download).toBe(15_050);
  });

  it('is nothing where its messages were sent before the frame and came after it', () => {
    const ledger = ledgerAt9000();
    for (const late of [totals(10_001, 4000), totals(10_002, 9000), totals(10_003, 9500)]) {
      ledger.noteTotals(late);
    }
    ledger.noteTotals(totals(10_004, 8999));
    feed(ledger, frame(11_000, 0));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 9500 } });
  });

  it('is not known from a stream that was opened after the frame, which may be another kernel’s', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 50_000, { continues: false }));
    feed(ledger, frame(12_000, 60_000, [connection('c', 60_000)]), frame(13_000, 10));
    expect(ledger.counters()).toMatchObject({ restarts: 2, kernel: { download: 69_010 } });
  });

  it('outlives a restart of the exporter', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 15_000));
    const next = goOn(ledger);
    feed(next, { ...frame(20_000, 400, [connection('c', 400)]), begins: true });
    expect(next.counters()).toMatchObject({ restarts: 1, kernel: { download: 15_400 } });
  });

  it('waits in the carry where it is not known who was there', () => {
    const ledger = createLedger(OPTIONS, { ...ledgerAt9000().state(), connections: undefined });
    ledger.noteTotals(totals(11_000, 15_000));
    ledger.end(EMPTY_CATALOG);
    expect(ledger.counters()).toMatchObject({ kernel: { download: 15_000 }, carry: { download: 6000 } });
  });

  it('is moved by the connections that are still there when the totals alone started again', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 15_000));
    const open = (bytes: number) => [connection('a', 6000 + bytes)];
    for (const at of [12_000, 13_000, 14_000, 15_000]) feed(ledger, frame(at, 100, open(6100)));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 15_100 }, carry: { download: 0 } });
  });

  it('is nothing before the baseline', () => {
    const ledger = createLedger(OPTIONS);
    ledger.noteTotals(totals(0, 100));
    feed(ledger, frame(1000, 50), frame(2000, 20));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 20 } });
  });
});

describe('totals show a restart', () => {
  /** A frame of a kernel that has moved more than the last frame of the one before, on connections that do not show it. */
  const grown = (at: number, changes = {}) => ({ ...frame(at, 12_000, [connection('c', 2000)]), ...changes });

  it('where the first frame of a new link is below what was received', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 15_000));
    feed(ledger, grown(20_000, { begins: true }));
    expect(ledger.counters()).toMatchObject({ restarts: 1, kernel: { download: 27_000 } });
  });

  it('not where a frame may have been asked for before they were received', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 15_000));
    feed(ledger, grown(11_001));
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 12_000 } });
  });

  it('where they have fallen since, on a stream that was opened later', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(11_000, 11_000));
    ledger.noteTotals(totals(15_000, 10_999, { continues: false }));
    ledger.noteTotals(totals(16_000, 11_999, { continues: false }));
    const next = goOn(ledger);
    feed(next, grown(20_000));
    expect(next.counters()).toMatchObject({ restarts: 1, kernel: { download: 23_000 } });
  });

  it('not where they are below the frame and were never seen to agree with it', () => {
    const ledger = ledgerAt9000();
    ledger.noteTotals(totals(15_000, 100, { continues: false }));
    feed(ledger, grown(20_000));
    expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 12_000 } });
  });

  it('not where a connection survives, or the link to the frames held', () => {
    for (const change of [{ connections: [connection('a', 7000)] }, { continues: true }]) {
      const ledger = ledgerAt9000();
      ledger.noteTotals(totals(11_000, 11_000));
      ledger.noteTotals(totals(15_000, 10, { continues: false }));
      feed(ledger, grown(20_000, change));
      expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 12_000 } });
      // And it is over with it.
      feed(ledger, { ...frame(21_000, 12_500, [connection('d', 100)]), begins: true });
      expect(ledger.counters()).toMatchObject({ restarts: 0, kernel: { download: 12_500 } });
    }
  });
});
