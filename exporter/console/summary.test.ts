import { beforeEach, describe, expect, it } from 'vitest';
import { domainOf } from '../host/node-domains.ts';
import { createLedger } from '../ledger/ledger.ts';
import { createRateMeter, type RateMeter } from './summary.ts';

const none = createLedger({ localNodes: [], domainOf, familyCap: 0 }).counters();
const today = { since: 0, whole: true, cells: [] };

describe('rates', () => {
  let meter: RateMeter;
  beforeEach(() => {
    meter = createRateMeter();
  });

  /** @param before what was counted of other kernels, or before the baseline */
  function rate(now: number, lastFrameAt: number | undefined, bytes: number, before = 0): number {
    const kernel = { upload: 0, download: bytes };
    const raw = { upload: 0, download: bytes - before };
    const series = { class: 'proxy', node: 'n', provider: '', direction: 'download', accounting: 'measured' } as const;
    const counters = { ...none, kernel, raw, traffic: [{ ...series, bytes }] };
    return meter(now, { counters, today, lastFrameAt }).all.rate.download;
  }

  it('begin at 0 and look back five seconds', () => {
    expect(rate(0, 0, 5000)).toBe(0);
    expect(rate(1000, 1000, 6000)).toBe(1000);
    expect(rate(1500, 1000, 6000)).toBe(1000);
    expect([2, 3, 4, 5, 6, 7].map((second) => rate(second * 1000, second * 1000, 6000 + second)).at(-1)).toBeCloseTo(1);
  });

  it('are those of long frames where the kernel is read seldom', () => {
    rate(0, 0, 0);
    expect(rate(60_000, 60_000, 120_000)).toBe(2000);
    expect(rate(119_000, 60_000, 120_000)).toBe(2000);
  });

  it('are 0 once no frames come', () => {
    rate(0, 0, 0);
    expect(rate(1000, 1000, 1000)).toBe(1000);
    expect(rate(8000, 1000, 1000)).toBe(0);
  });

  it('begin with the first frame, which brings what moved while nobody looked', () => {
    expect(rate(0, undefined, 1000)).toBe(0);
    expect(rate(1000, 1000, 9_000_000)).toBe(0);
    expect(rate(2000, 2000, 9_000_500)).toBe(500);
  });

  it('spread what a frame brings after a night over the night', () => {
    rate(0, 0, 0);
    expect(rate(9 * 3_600_000, 9 * 3_600_000, 32_400_000)).toBe(1000);
  });

  it('start again where the counters are taken from the gateway, or another kernel is counted', () => {
    rate(0, 0, 1000);
    expect(rate(1000, 1000, 70_000_000, 69_000_000)).toBe(0);
    expect(rate(2000, 2000, 70_000_300, 69_000_000)).toBe(300);
    expect(rate(3000, 3000, 10)).toBe(0);
    expect(rate(4000, 4000, 30)).toBe(20);
  });

  it('start again where the clock is set back', () => {
    rate(9000, 9000, 1000);
    expect(rate(500, 500, 2000)).toBe(0);
    expect(rate(1500, 1500, 2700)).toBe(700);
  });
});
