import { describe, expect, it } from 'vitest';
import { connection, feed, frame, OPTIONS } from '../../test/example-frames.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { LedgerState } from './state.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const RATE = 1000;
const NIGHT = 10 * HOUR;

/** A ledger whose kernel has moved a thousand bytes a second for two hours through one connection. */
function busy(chain = '香港 01'): { ledger: Ledger; at: number } {
  const ledger = createLedger(OPTIONS);
  let at = NIGHT;
  for (; at <= NIGHT + 2 * HOUR; at += SECOND) {
    const moved = ((at - NIGHT) / SECOND) * RATE;
    feed(ledger, frame(at, moved, [connection('a', moved, { start: NIGHT, chains: [chain], provider: '' })]));
  }
  return { ledger, at: at - SECOND };
}
/** The first frame of another life of the kernel. */
const restartedFrame = (at: number) => frame(at, 10, [connection('b', 10, { start: at })]);
const away = ({ ledger }: { ledger: Ledger }): Ledger =>
  createLedger(OPTIONS, JSON.parse(JSON.stringify(ledger.state())) as LedgerState);

describe('bytes that a kernel may have moved unseen', () => {
  it('are what its pace makes of the seconds before a restart, while the exporter runs', () => {
    const { ledger, at } = busy();
    feed(ledger, restartedFrame(at + 3 * SECOND));
    expect(ledger.counters()).toMatchObject({ restarts: 1, lost: 3 * RATE });
    feed(ledger, frame(at + 4 * SECOND, 20, [connection('b', 20, { start: at + 3 * SECOND })]));
    expect(ledger.counters().lost).toBe(3 * RATE);
  });

  it('are only those after the totals that were received between frames', () => {
    const { ledger, at } = busy();
    const total = 2 * 3600 * RATE + 1.5 * RATE;
    ledger.noteTotals({ at: at + 1500, upload: 0, download: total, continues: true });
    feed(ledger, restartedFrame(at + 3 * SECOND));
    expect(ledger.counters().lost).toBe(1.5 * RATE);
  });

  it('are an hour of use where the kernel restarted while the exporter was away for an hour', () => {
    const { ledger, at } = busy();
    const after = away({ ledger });
    feed(after, restartedFrame(at + HOUR));
    const { lost } = after.counters();
    // The mean of the last hours has not quite come to the pace of two hours.
    expect(lost).toBeGreaterThan(0.85 * 3600 * RATE);
    expect(lost).toBeLessThanOrEqual(3600 * RATE);
    expect(away({ ledger: after }).counters().lost).toBe(lost);
  });

  it('are told by the busiest hour also where the last minutes were idle', () => {
    const { ledger, at } = busy();
    const total = 2 * 3600 * RATE;
    for (let later = at; later <= at + 20 * MINUTE; later += SECOND) feed(ledger, frame(later, total));
    const idle = createLedger(OPTIONS, ledger.state());
    feed(ledger, restartedFrame(at + 20 * MINUTE + 3 * SECOND));
    expect(ledger.counters().lost).toBe(1);
    feed(idle, restartedFrame(at + 80 * MINUTE));
    expect(idle.counters().lost).toBeGreaterThan(0.8 * 3600 * RATE);
  });

  it('are none where the exporter alone restarted', () => {
    const { ledger, at } = busy();
    const after = away({ ledger });
    const total = 3 * 3600 * RATE;
    feed(after, frame(at + HOUR, total, [connection('a', total, { start: NIGHT })]));
    expect(after.counters()).toMatchObject({ restarts: 0, lost: 0, kernel: { download: total } });
  });

  it('are those until the kernel was seen not to run', () => {
    const { ledger, at } = busy();
    ledger.noteGone(at + 2 * SECOND);
    ledger.noteGone(at + 5 * HOUR);
    const after = away({ ledger });
    feed(after, restartedFrame(at + 9 * HOUR));
    expect(after.counters()).toMatchObject({ restarts: 1, lost: 2 * RATE });
    const next = at + 9 * HOUR;
    feed(after, frame(next + SECOND, 5, [connection('c', 5, { start: next + 500 })]));
    expect(after.counters().lost).toBeGreaterThan(2 * RATE);
  });

  it('are no more than a minute of use where the machine has started since', () => {
    const { ledger, at } = busy();
    const after = away({ ledger });
    after.noteMachineStart(at + 8 * HOUR);
    feed(after, restartedFrame(at + 8 * HOUR + MINUTE));
    expect(after.counters().lost).toBe(60 * RATE);
    const same = away({ ledger });
    same.noteMachineStart(NIGHT - HOUR);
    feed(same, restartedFrame(at + HOUR));
    expect(same.counters().lost).toBeGreaterThan(0.85 * 3600 * RATE);
  });

  it('are no more than a day of use, and none where a clock was set back', () => {
    const { ledger, at } = busy();
    const month = away({ ledger });
    feed(month, restartedFrame(at + 720 * HOUR));
    expect(month.counters().lost).toBeLessThanOrEqual(24 * 3600 * RATE);
    const early = away({ ledger });
    feed(early, restartedFrame(at - HOUR));
    expect(early.counters()).toMatchObject({ restarts: 1, lost: 0 });
  });

  it('are those of proxies', () => {
    const { ledger, at } = busy('DIRECT');
    feed(ledger, restartedFrame(at + 3 * SECOND));
    expect(ledger.counters()).toMatchObject({ restarts: 1, lost: 0 });
  });
});
