import { describe, expect, it } from 'vitest';
import { connection, downloads, feed, frame, OPTIONS } from '../../test/example-frames.ts';
import { EMPTY_CATALOG } from './frame.ts';
import { createLedger } from './ledger.ts';
import { type LedgerState, resumeLedgerState } from './state.ts';

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
