import { counted } from '../world/billing.ts';
import { DAY, GB } from '../world/time.ts';
import { BEFORE } from '../world/use.ts';
import type { AirportTruth, World } from '../world/world.ts';
import type { AuditResult } from './audit-results.ts';
import type { Tally } from './statistics.ts';

export const NO_LEAKS = {
  leaks: 0,
  /** Of which rounding and lag show too little within three days to tell it from them. */
  hidden: 0,
  /** Seen as a leak or a drift within so many days of the first byte. */
  within1: 0,
  within3: 0,
  within14: 0,
  within30: 0,
  /** Seen so, or reported as a steady surplus, within a week. */
  told7: 0,
  /** Days until it was seen, of those that were. */
  delays: 0,
  seen: 0,
  /** Alarms before its first byte. */
  before: 0,
};

type Leaks = Tally<keyof typeof NO_LEAKS>;

/** Whether, and how soon, what somebody else uses of the first airport was seen. */
export function leakSeen(world: World, results: readonly AuditResult[]): Leaks {
  const [truth] = world.airports;
  if (truth === undefined) return NO_LEAKS;
  const start = truth.leak.begin;
  const first = results.find((each) => each.at > start && isAlarm(each))?.at ?? Number.POSITIVE_INFINITY;
  const note = results.find(({ at, note }) => at > start && note?.reported === true)?.at ?? Number.POSITIVE_INFINITY;
  const within = (at: number, days: number): number => (at <= start + days * DAY ? 1 : 0);
  const seen = Number.isFinite(first);
  return {
    leaks: 1,
    hidden: isHidden(truth, start) ? 1 : 0,
    within1: within(first, 1),
    within3: within(first, 3),
    within14: within(first, 14),
    within30: within(first, 30),
    told7: within(Math.min(first, note), 7),
    delays: seen ? (first - start) / DAY : 0,
    seen: seen ? 1 : 0,
    before: results.some((each) => each.at <= start && isAlarm(each)) ? 1 : 0,
  };
}

/** Both directions are rounded, at either end of a window. */
function isHidden({ airport, leak }: AirportTruth, start: number): boolean {
  const unit = airport.form === 'status' ? 0.01 * GB : airport.rounding;
  return counted(leak, airport.lag).at(start + 3 * DAY) <= 2 * unit;
}

const isAlarm = ({ kind }: AuditResult): boolean => kind === 'leak' || kind === 'drift';

/** What the first airport bills a day on average, up to an instant, what somebody else uses apart. */
export function dailyBill({ airports, draft: { begin } }: World, until: number): number {
  const first = airports[0];
  if (first === undefined) return 0;
  const from = begin - BEFORE / 2;
  const over = (total: { at(at: number): number }): number => total.at(until) - total.at(from);
  return ((over(first.upload) + over(first.download) - over(first.leak)) * DAY) / (until - from);
}
