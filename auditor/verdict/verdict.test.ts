import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/readings.ts';
import { UNCALIBRATED } from './calibration.ts';
import type { DeviceUse } from './expected.ts';
import { calibrated, expectedBill } from './expected.ts';
import { type ReadingOutcome, readingOutcome } from './reading.ts';
import { reason } from './reason.ts';
import { judge, type Usage } from './verdict.ts';
import { gravest } from './verdict-kind.ts';

const MB = 2 ** 20;
const GB = 2 ** 30;
const thresholds = { bytes: 100 * MB, ratio: 0.2 };

const start = readingAt(1000, 5 * GB);
const billed = (bytes: number): ReadingOutcome => ({ known: true, reading: readingAt(2000, 5 * GB + bytes) });

const use = (gigabytes: number, over: Partial<DeviceUse> = {}): DeviceUse => ({
  nodes: [
    {
      node: '香港 01',
      provider: '',
      bytes: gigabytes * GB,
      uncounted: 0,
      multiplier: { low: 1, high: 1 },
      claim: 'sure',
    },
  ],
  unattributed: 0,
  nearEdges: 0,
  ...over,
});
const used = (gigabytes: number, over: Partial<Extract<Usage, { known: true }>> = {}): Usage => ({
  known: true,
  use: use(gigabytes),
  devices: 1,
  absences: [],
  newcomers: [],
  ...over,
});
const silent = { device: '手机', since: 1500, plausible: 3 * GB };

describe('judging one window', () => {
  it('is content when the bill fits', () => {
    expect(judge(start, billed(10 * GB), used(10), thresholds)).toMatchObject({
      kind: 'ok',
      difference: 0,
      closes: true,
    });
  });

  it('is content with a small excess', () => {
    expect(judge(start, billed(10 * GB + 90 * MB), used(10), thresholds).kind).toBe('ok');
    expect(judge(start, billed(11 * GB), used(10), thresholds).kind).toBe('ok');
  });

  it('sees a leak above 100 MB and 20 %', () => {
    expect(judge(start, billed(13 * GB), used(10), thresholds)).toMatchObject({
      kind: 'leak',
      difference: 3 * GB,
      closes: true,
    });
    expect(judge(start, billed(101 * MB), used(0), thresholds).kind).toBe('leak');
  });

  it('sees a bill that lacks what the devices used', () => {
    expect(judge(start, billed(5 * GB), used(10), thresholds).kind).toBe('underbilled');
  });

  it('keeps the window open when a silent device can explain the excess', () => {
    const verdict = judge(start, billed(12.5 * GB), used(10, { absences: [silent] }), thresholds);
    expect(verdict).toMatchObject({
      kind: 'incomplete',
      closes: false,
      reasons: [{ code: 'device_silent', detail: '手机' }],
    });
  });

  it('sees a leak that no silent device can explain', () => {
    expect(judge(start, billed(15 * GB), used(10, { absences: [silent] }), thresholds).kind).toBe('leak');
  });

  it('is content with a fitting bill, whoever is silent', () => {
    expect(judge(start, billed(10 * GB), used(10, { absences: [silent] }), thresholds).kind).toBe('ok');
  });

  it('does not accuse over what a new device used before it was seen', () => {
    const verdict = judge(start, billed(30 * GB), used(10, { newcomers: ['平板'] }), thresholds);
    expect(verdict).toMatchObject({
      kind: 'incomplete',
      closes: true,
      reasons: [{ code: 'device_new', detail: '平板' }],
    });
  });

  it('takes a drop in use for a new cycle, of which only the new part is billed for sure', () => {
    const after: ReadingOutcome = { known: true, reading: readingAt(2000, GB) };
    expect(judge(start, after, used(10), thresholds)).toMatchObject({
      kind: 'ok',
      bill: { low: GB, high: null, newCycle: true },
      reasons: [{ code: 'cycle_began' }],
    });
    expect(judge(start, { known: true, reading: readingAt(2000, 4 * GB) }, used(1), thresholds).kind).toBe('leak');
  });
});

describe('what cannot be judged', () => {
  it('is unknown without a header, and the window stays open', () => {
    const after = readingOutcome({ ...readingAt(2000, 0), used: null, reasons: [reason('header_missing')] });
    expect(judge(start, after, used(10), thresholds)).toEqual({
      kind: 'unknown',
      reasons: [{ code: 'header_missing' }],
      difference: null,
      absences: [],
      closes: false,
    });
  });

  it('is unknown without Prometheus, and the window stays open', () => {
    const usage: Usage = { known: false, reasons: [reason('prometheus_unreachable', '127.0.0.1:9090')] };
    expect(judge(start, billed(10 * GB), usage, thresholds)).toMatchObject({ kind: 'unknown', closes: false });
  });

  it('is unknown when the clock was set back, and begins anew', () => {
    const after: ReadingOutcome = { known: true, reading: readingAt(500, 6 * GB) };
    expect(judge(start, after, used(1), thresholds)).toMatchObject({
      kind: 'unknown',
      reasons: [{ code: 'clock_set_back' }],
      closes: true,
    });
  });

  it('is unknown at the first reading, which begins the first window', () => {
    expect(judge(undefined, billed(10 * GB), used(10), thresholds)).toMatchObject({
      kind: 'unknown',
      reasons: [{ code: 'first_reading' }],
      closes: true,
    });
  });

  it('is unknown while no device has ever reported', () => {
    expect(judge(start, billed(10 * GB), used(0, { devices: 0 }), thresholds)).toMatchObject({
      kind: 'unknown',
      reasons: [{ code: 'no_devices' }],
    });
  });
});

describe('what should have been billed', () => {
  it('multiplies, adds uncounted hops, and widens by what is unsure', () => {
    const node = { provider: '', bytes: 100, uncounted: 0, claim: 'sure' as const };
    expect(
      expectedBill({
        nodes: [
          { ...node, node: 'a', multiplier: { low: 2, high: 2 } },
          { ...node, node: 'b', uncounted: 10, multiplier: { low: 1, high: 3 } },
          { ...node, node: 'c', multiplier: { low: 1, high: 1 }, claim: 'possible' },
        ],
        unattributed: 5,
        nearEdges: 7,
      }),
    ).toEqual({ low: 200 + 110 - 7, high: 200 + 330 + 100 + 15 + 7, likely: 200 + 220, used: 210 });
  });

  it('is not raised at its highest by a ratio that only tells which of unsure multipliers hold', () => {
    const expected = { low: 1000, likely: 1500, high: 2000, used: 1000 };
    const learned = { ...UNCALIBRATED, ratio: 1.3, days: 20 };
    expect(calibrated(expected, learned, 1, 0)).toMatchObject({ low: 1000, likely: 1950, high: 2100 });
    expect(calibrated(expected, { ...learned, ratio: 1.02 }, 1, 100).high).toBe(2142);
  });

  it('is an interval that holds its likely value when nothing is near the edges', () => {
    const figure = fc.integer({ min: 0, max: 2 ** 40 });
    const multiplier = fc.tuple(
      fc.double({ min: 0, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 10, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(figure, figure, multiplier)), figure, (nodes, unattributed) => {
        const expected = expectedBill({
          nodes: nodes.map(([bytes, uncounted, [a, b]]) => ({
            node: 'n',
            provider: '',
            bytes,
            uncounted,
            multiplier: { low: Math.min(a, b), high: Math.max(a, b) },
            claim: 'sure',
          })),
          unattributed,
          nearEdges: 0,
        });
        expect(expected.low).toBeLessThanOrEqual(expected.likely + 1);
        expect(expected.high).toBeGreaterThanOrEqual(expected.likely - 1);
      }),
    );
  });

  it('never turns a bill inside the interval into an accusation', () => {
    const figure = fc.integer({ min: 0, max: 2 ** 45 });
    fc.assert(
      fc.property(figure, figure, figure, (bytes, unattributed, nearEdges) => {
        const devices = use(bytes / GB, { unattributed, nearEdges });
        const { low, high } = expectedBill(devices);
        for (const bill of [low, high]) {
          expect(judge(start, billed(bill), used(0, { use: devices }), thresholds).kind).toBe('ok');
        }
      }),
    );
  });
});

it('begins a report with what needs attention most', () => {
  expect(gravest(['ok', 'unknown', 'leak'])).toBe('leak');
  expect(gravest(['ok', 'ok'])).toBe('ok');
  expect(gravest([])).toBe('unknown');
});
