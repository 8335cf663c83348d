import { describe, expect, it } from 'vitest';
import { domainOf } from '../host/node-domains.ts';
import { createLedger } from '../ledger/ledger.ts';
import type { LedgerCounters } from '../ledger/state.ts';
import { createToday } from './today.ts';

const RULE = { zone: 'Asia/Shanghai', dayEnds: '23:55' };
/** A moment in Shanghai. */
const at = (day: number, time: string): number => Date.parse(`2026-11-${day}T${time}:00+08:00`);

const counters = (hongKong: number, direct = 0): LedgerCounters => ({
  ...createLedger({ localNodes: [], domainOf, familyCap: 0 }).counters(),
  traffic: [
    { class: 'proxy', node: '香港', provider: '', direction: 'download', accounting: 'measured', bytes: hongKong - 1 },
    { class: 'proxy', node: '香港', provider: 'b', direction: 'download', accounting: 'settled', bytes: 1 },
    { class: 'direct', node: 'DIRECT', provider: '', direction: 'upload', accounting: 'measured', bytes: direct },
  ],
});
const start = (saved?: Parameters<typeof createToday>[1], rule = () => RULE) => createToday('a', saved, rule);
const downloaded = (today: ReturnType<typeof start>, now: LedgerCounters) =>
  today.view(now, 0).cells.map(({ node, upload, download }) => [node, upload, download]);

describe('today', () => {
  it('begins at DayEnds in the zone of the settings, with the last frame before it', () => {
    const today = start();
    expect(
      today.roll(
        at(22, '23:00'),
        () => counters(100),
        () => at(22, '22:59'),
      ),
    ).toBe(true);
    expect(
      today.roll(
        at(22, '23:54'),
        () => counters(500),
        () => at(22, '23:53'),
      ),
    ).toBe(false);
    expect(downloaded(today, counters(700))).toEqual([
      ['香港', 0, 600],
      ['DIRECT', 0, 0],
    ]);
    expect(
      today.roll(
        at(22, '23:55'),
        () => counters(700, 9),
        () => at(22, '23:54'),
      ),
    ).toBe(true);
    expect(today.view(counters(1000, 9), 0)).toMatchObject({ since: at(22, '23:54'), whole: true });
    expect(downloaded(today, counters(1000, 10))).toEqual([
      ['香港', 0, 300],
      ['DIRECT', 1, 0],
    ]);
  });

  it('is empty after a day has ended while no frame comes', () => {
    const today = start();
    today.roll(
      at(22, '23:00'),
      () => counters(100),
      () => undefined,
    );
    expect(today.view(counters(500), at(22, '23:54')).cells).toHaveLength(2);
    expect(today.view(counters(500), at(22, '23:55'))).toMatchObject({ whole: true, cells: [] });
  });

  it('starts again when the clock was set back out of the day', () => {
    const today = start();
    for (const [day, bytes] of [
      [28, 100],
      [23, 300],
    ] as const) {
      expect(
        today.roll(
          at(day, '08:00'),
          () => counters(bytes),
          () => at(28, '08:00'),
        ),
      ).toBe(true);
    }
    expect(today.view(counters(350), at(23, '08:01'))).toMatchObject({
      since: at(23, '08:00'),
      whole: false,
      cells: [{ node: '香港', download: 50 }, { node: 'DIRECT' }],
    });
    // A clock that was a second fast when the day began does not end it.
    const next = start();
    expect(
      [at(23, '23:55'), at(23, '23:55') - 1000].map((now) =>
        next.roll(
          now,
          () => counters(1),
          () => undefined,
        ),
      ),
    ).toEqual([true, false]);
  });

  it('survives a restart', () => {
    const before = start();
    before.roll(
      at(23, '08:00'),
      () => counters(100),
      () => undefined,
    );
    const after = start(before.save());
    expect(
      after.roll(
        at(23, '20:00'),
        () => counters(400),
        () => at(23, '09:00'),
      ),
    ).toBe(false);
    expect(downloaded(after, counters(450))[0]).toEqual(['香港', 0, 350]);
    expect(after.view(counters(450), 0)).toMatchObject({ since: at(23, '08:00'), whole: false });
  });

  it('tells since when it counts where nobody looked as the day began', () => {
    const before = start();
    before.roll(
      at(22, '08:00'),
      () => counters(100),
      () => undefined,
    );
    const after = start(before.save());
    after.roll(
      at(23, '09:00'),
      () => counters(400),
      () => at(22, '21:00'),
    );
    expect(after.view(counters(500), 0)).toMatchObject({ since: at(22, '21:00'), whole: false });
    expect(downloaded(after, counters(500))[0]).toEqual(['香港', 0, 100]);
  });

  it('stays what it was when the counters are taken from the gateway', () => {
    const today = start();
    today.roll(
      at(23, '08:00'),
      () => counters(10),
      () => undefined,
    );
    today.replace(counters(60), counters(9060));
    expect(downloaded(today, counters(9060))[0]).toEqual(['香港', 0, 50]);
    expect(downloaded(today, counters(9070))[0]).toEqual(['香港', 0, 60]);
  });

  it('is never negative while a state that is older than it catches up', () => {
    const today = start();
    today.roll(
      at(23, '08:00'),
      () => counters(100),
      () => undefined,
    );
    expect(downloaded(today, counters(40))[0]).toEqual(['香港', 0, 0]);
  });

  it('does not take over from another device', () => {
    const other = createToday('b', undefined, () => RULE);
    other.roll(
      at(23, '08:00'),
      () => counters(100),
      () => undefined,
    );
    expect(start(other.save()).save()).toBeUndefined();
  });

  it('follows an edit of DayEnds, saying since when it counts', () => {
    let rule = RULE;
    const today = start(undefined, () => rule);
    today.roll(
      at(23, '00:10'),
      () => counters(100),
      () => at(22, '23:55'),
    );
    expect(today.view(counters(100), 0).whole).toBe(true);
    rule = { ...RULE, dayEnds: '06:00' };
    expect(
      today.roll(
        at(23, '05:00'),
        () => counters(200),
        () => undefined,
      ),
    ).toBe(true);
    expect(today.view(counters(300), 0).whole).toBe(false);
    today.roll(
      at(23, '06:00'),
      () => counters(300),
      () => at(23, '06:00'),
    );
    expect(downloaded(today, counters(301))[0]).toEqual(['香港', 0, 1]);
  });
});
