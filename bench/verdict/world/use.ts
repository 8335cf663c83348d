import type { Random } from '../../../simulator/random.ts';
import { chance, eventsBetween, normal } from './chance.ts';
import type { AirportDraft, DeviceDraft, Draft } from './draft.ts';
import { DAY, HOUR, hourOf, MB, MINUTE, midnightOf, weekdayOf } from './time.ts';

/** One connection, or many alike: what a device moved over one node. */
export interface Session {
  readonly from: number;
  readonly to: number;
  readonly device: DeviceDraft;
  readonly airport: AirportDraft;
  /** Index of the node. */
  readonly node: number;
  readonly upload: number;
  readonly download: number;
}

/** Use begins so long before the first audit, so that what is late then has a past. */
export const BEFORE = 2 * DAY;

/** Every session of a household, by device, from before the first audit to the end. */
export function sessionsOf(draft: Draft): Session[] {
  const daily = dailyBytes(draft);
  return draft.devices.flatMap((device) => {
    const random = draft.random(`use of ${device.name}`);
    const favourites = draft.airports.map((airport) => favouriteOver(random, draft, airport.nodes.length));
    const sessions: Session[] = [];
    const add = (at: number, length: number, bytes: number, up: number, faithful: number): void => {
      const airport = pickAirport(random, draft.airports);
      const chosen = draft.airports[airport];
      if (chosen === undefined || at >= draft.end || at < device.used.from || at >= device.used.to) return;
      const usual = favourites[airport]?.(at) ?? 0;
      const node = chance(random, faithful) ? usual : random.whole(0, chosen.nodes.length - 1);
      const upload = Math.round(bytes * up);
      const to = Math.min(at + length, draft.end);
      sessions.push({ from: at, to, device, airport: chosen, node, upload, download: Math.round(bytes) - upload });
    };
    for (const [day, bytes] of daily.entries()) {
      const midnight = midnightOf(draft.begin - BEFORE) + day * DAY;
      const own = bytes * device.share * Math.exp(0.3 * normal(random));
      const shares = Array.from({ length: random.whole(3, 12) }, () => random.exponential(1) ** 1.5);
      const all = shares.reduce((sum, each) => sum + each, 0);
      for (const share of shares) {
        const long = chance(random, 0.05) ? random.next() * draft.habit.longest : 0;
        const length = Math.max(2 * MINUTE, random.exponential(40 * MINUTE), long);
        const up = chance(random, 0.05) ? random.between(0.5, 0.95) : random.between(0.01, 0.15);
        add(midnight + startOf(random), length, (own * share) / all, up, 0.75);
      }
      // What never ends: notifications, updates.
      for (let hour = 0; hour < 24; hour += 8)
        add(midnight + hour * HOUR, 8 * HOUR, random.exponential(2 * MB), 0.3, 1);
    }
    return sessions;
  });
}

/** Bytes of each day: heavy tails, weekends, a level that drifts, times away from home. */
function dailyBytes({ habit, begin, end, random: stream }: Draft): number[] {
  const random = stream('days');
  const start = midnightOf(begin - BEFORE);
  const days = Math.ceil((end - start) / DAY);
  const away = eventsBetween(random, 0, days, 90 / Math.max(0.01, habit.unsteady)).map((from) => ({
    from,
    to: from + random.between(2, 10),
  }));
  const factor = chance(random, 0.5) ? random.between(0, 0.2) : random.between(1.2, 2.5);
  let [level, slow] = [0, 0];
  return Array.from({ length: days }, (_, day) => {
    // A new habit every two months, and a drift between.
    if (chance(random, 1 / 60)) level = random.between(-0.4, 0.4);
    slow = 0.9 * slow + 0.1 * normal(random);
    const weekend = weekdayOf(start + day * DAY) >= 5 ? habit.weekend : 1;
    const holiday = away.some(({ from, to }) => day >= from && day < to) ? factor : 1;
    const bytes =
      habit.daily * weekend * holiday * Math.exp(habit.unsteady * (level + slow) + habit.spread * normal(random));
    return Math.min(habit.most, bytes);
  });
}

/** The node that a device mostly uses at an instant: a favourite of some weeks. */
function favouriteOver(random: Random, { begin, end }: Draft, nodes: number): (at: number) => number {
  const changes = eventsBetween(random, begin - BEFORE, end, 20 * DAY);
  const chosen = [random.whole(0, nodes - 1), ...changes.map(() => random.whole(0, nodes - 1))];
  return (at) => chosen[changes.filter((each) => each <= at).length] ?? 0;
}

function pickAirport(random: Random, airports: readonly AirportDraft[]): number {
  let rest = random.next() * airports.reduce((sum, { share }) => sum + share, 0);
  const found = airports.findIndex(({ share }) => {
    rest -= share;
    return rest < 0;
  });
  return Math.max(0, found);
}

/** Milliseconds after midnight: mostly from noon to midnight. */
function startOf(random: Random): number {
  return (chance(random, 0.7) ? random.between(12, 23.8) : random.between(0, 24)) * HOUR;
}

/** Whether somebody who uses the evenings would use this one. */
export const isEvening = (at: number): boolean => hourOf(at) >= 18;
