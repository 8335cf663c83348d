import { DAY, MB } from '../world/time.ts';
import type { AirportTruth, World } from '../world/world.ts';
import { ALARMS, type AuditResult, auditResults, episodes, reportedNotes } from './audit-results.ts';
import type { Tally } from './statistics.ts';

/** Nights after which a verdict may be expected. */
const SETTLED = 14 * DAY;
/** At once above both, a surplus is worth a note. */
const WORTH = { share: 0.03, bytes: 50 * MB };

export const NO_HONEST_DAYS = {
  /** Airports. */
  airports: 0,
  /** Days of airports. */
  days: 0,
  leak: 0,
  drift: 0,
  underbilled: 0,
  /** All kinds together. */
  alarms: 0,
  /** Those after the airport's first news, or without any, and every further note. */
  afterNote: 0,
  notes: 0,
  /** Notes whose range holds the true surplus. */
  noteHeld: 0,
  /** Airports whose true surplus is below both bounds, and those of them that got a note. */
  small: 0,
  smallDays: 0,
  smallNoted: 0,
  /** Nights after the first fourteen whose reading could be used, and those of them without a verdict. */
  nights: 0,
  open: 0,
};

type Honest = Tally<keyof typeof NO_HONEST_DAYS>;

/** Plays a household in which nobody else uses the subscription. */
export async function judgeHonest(world: World): Promise<Honest> {
  const resultsByAirport = await auditResults(world);
  const sum = { ...NO_HONEST_DAYS };
  for (const truth of world.airports) {
    const results = resultsByAirport.get(truth.airport.name) ?? [];
    const notes = reportedNotes(results);
    const news = newsOf(world, results, notes);
    const nights = results.filter(
      ({ at, report, used }) => report && used !== undefined && at > world.draft.begin + SETTLED,
    );
    const surplus = surplusOf(truth, world.draft.begin, world.draft.end);
    const small = surplus.share < WORTH.share && surplus.daily < WORTH.bytes;
    sum.airports += 1;
    sum.days += (world.draft.end - world.draft.begin) / DAY;
    for (const kind of ['leak', 'drift', 'underbilled'] as const) sum[kind] += episodes(results, [kind]);
    sum.alarms += episodes(results, ALARMS);
    const since = news === undefined ? results : results.slice(results.indexOf(news));
    sum.afterNote +=
      episodes(since, ALARMS) -
      (news !== undefined && isAlarm(news) ? 1 : 0) +
      notes.filter(({ at }) => news === undefined || at > news.at).length;
    sum.notes += notes.length;
    sum.noteHeld += notes.filter((each) => isHeld(world, each)).length;
    sum.small += small ? 1 : 0;
    sum.smallDays += small ? (world.draft.end - world.draft.begin) / DAY : 0;
    sum.smallNoted += small && notes.length > 0 ? 1 : 0;
    sum.nights += nights.length;
    sum.open += nights.filter(({ kind }) => kind === 'unknown' || kind === 'incomplete').length;
  }
  return sum;
}

const isAlarm = ({ kind }: AuditResult): boolean => ALARMS.includes(kind);

/**
 * What an airport deserves: its first note, or, where there is none and somebody whom nobody watches begins to use it later,
 * the first alarm that says so, since that is a change.
 */
function newsOf(
  { draft }: World,
  results: readonly AuditResult[],
  [note]: readonly AuditResult[],
): AuditResult | undefined {
  const began = draft.unwatched?.from ?? 0;
  if (note !== undefined || began <= draft.begin) return note;
  return results.find((each) => each.at > began && isAlarm(each));
}

/** What an airport bills a day above what names and settings let expect, and as a share of it. */
export function surplusOf(
  { upload, download, expected }: AirportTruth,
  from: number,
  to: number,
): { readonly daily: number; readonly share: number } {
  const over = (total: { at(at: number): number }): number => total.at(to) - total.at(from);
  const surplus = over(upload) + over(download) - over(expected);
  return { daily: (surplus * DAY) / (to - from), share: surplus / Math.max(1, over(expected)) };
}

function isHeld({ airports }: World, { at, note }: AuditResult): boolean {
  if (note === undefined) return false;
  const daily = airports
    .filter(({ airport }) => note.airports.includes(airport.name))
    .reduce((sum, truth) => sum + surplusOf(truth, note.since, at).daily, 0);
  return daily >= note.low && daily <= note.high;
}
