import type { Memory } from './knowledge.ts';
import { LONGEST_LAG, type Look, madeUpIn } from './lateness.ts';
import type { UsableReading } from './reading.ts';
import { recordOf, type Verdict } from './verdict.ts';

const LOOKS_KEPT = 200;
const WINDOWS_KEPT = 400;

/** Remembers one look at the open window. */
export function afterLook(memory: Memory, anchor: UsableReading, reading: UsableReading, verdict: Verdict): Memory {
  const { at, used, precision } = reading;
  const { bill, raw, expected, kind } = verdict;
  const base = memory.looks.findLast((look) => look.at === anchor.at)?.above ?? { likely: 0, high: 0, low: 0 };
  const whole = verdict.absences.length === 0 && kind !== 'incomplete' && kind !== 'unknown';
  const over = (figure: number | undefined): number => (bill === undefined ? 0 : bill.low - (figure ?? bill.low));
  const above = {
    likely: base.likely + over(expected?.likely),
    high: base.high + over(raw?.high),
    low: base.low + over(raw?.low),
  };
  const look: Look = { at, used, precision, above, whole, leak: kind === 'leak' && whole };
  // What lies in the future was read before the clock was set back.
  const kept = memory.looks.filter((each) => each.at < at && each.at >= anchor.at - LONGEST_LAG);
  return { looks: [...kept, look].slice(-LOOKS_KEPT), windows: memory.windows };
}

/** Remembers a window that is closed; one that was never judged leaves no record. */
export function afterClose({ looks, windows }: Memory, verdict: Verdict): Memory {
  const record = recordOf(verdict);
  if (record === undefined) return { looks, windows };
  const madeUp = madeUpIn(looks.filter(({ at }) => at >= record.from));
  return { looks, windows: [...windows, { ...record, madeUp }].slice(-WINDOWS_KEPT) };
}
