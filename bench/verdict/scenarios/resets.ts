import { DateTime } from 'luxon';
import type { Random } from '../../../simulator/random.ts';
import { monthlyResets, repeatedResets } from '../world/account.ts';
import { chance, eventsBetween, logUniform } from '../world/chance.ts';
import type { AirportDraft, Change, Draft, Event } from '../world/draft.ts';
import { DAY, GB, LOCAL, MB, midnightOf, weekdayOf } from '../world/time.ts';

/** How a household learns of a reset: by its settings, by the header, or by the counter alone. */
type Told = 'setting' | 'header' | 'untold';

/** When an airport's counter starts again, and how a setting says so. */
interface Cycle {
  readonly events: readonly Event[];
  readonly rule: string;
}

type Kind = (draft: Draft, airport: AirportDraft, random: Random) => Cycle;

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const daily: Kind = (draft) => ({ events: repeatedResets(draft, midnightOf(draft.begin), DAY), rule: 'daily' });

const weekly: Kind = (draft, _, random) => {
  const day = midnightOf(draft.begin) - random.whole(0, 6) * DAY;
  return { events: repeatedResets(draft, day, 7 * DAY), rule: `weekly ${WEEKDAYS[weekdayOf(day)]}` };
};

const monthlyAtHour: Kind = (draft, _, random) => {
  const [day, hour] = [random.whole(1, 28), random.whole(0, 23)];
  return { events: monthlyResets(draft, day, hour), rule: `monthly ${day} ${String(hour).padStart(2, '0')}:00` };
};

const monthsEnd: Kind = (draft, _, random) => {
  const day = random.whole(29, 31);
  return { events: monthlyResets(draft, day, 0), rule: `monthly ${day}` };
};

/** On the day of the month on which the plan ends, at its very hour. */
const byExpiry: Kind = (draft, airport, random) => {
  const expiry = DateTime.fromMillis(draft.begin + random.between(200, 500) * DAY, { zone: LOCAL.zone }).startOf(
    'minute',
  );
  airport.expiry = expiry.toSeconds();
  const hour = expiry.hour + expiry.minute / 60;
  return { events: monthlyResets(draft, expiry.day, hour), rule: `monthly ${expiry.day} ${expiry.toFormat('HH:mm')}` };
};

/** What a batch brings just after midnight is billed to the new month. */
const toSmallNumber: Kind = (draft, _, random) => {
  const day = random.whole(1, 28);
  const events = monthlyResets(draft, day, 0);
  return {
    events: events.map((event) => ({ ...event, resetTo: Math.round(logUniform(random, 1, 300) * MB) })),
    rule: `monthly ${day}`,
  };
};

/** A package that is bought again when it is nearly used up: counter and expiry start again, at any time. */
const oneTime: Kind = (draft, airport, random) => {
  const bought = eventsBetween(random, draft.begin + 5 * DAY, draft.end, 25 * DAY);
  airport.expiry = chance(random, 0.5) ? null : airport.expiry;
  const events = bought.map((at): Event => {
    const quota = random.whole(1, 8) * 50 * GB;
    return { at, resetTo: 0, quota, ...(airport.expiry === null ? {} : { expiry: expiryAfter(at, 90) }) };
  });
  return { events, rule: 'never' };
};

/** A reset that is bought, besides those of every month. */
const resetPacks: Kind = (draft, airport, random) => {
  const { events, rule } = monthlyAtHour(draft, airport, random);
  const bought = eventsBetween(random, draft.begin + 3 * DAY, draft.end, 50 * DAY);
  return { events: [...events, ...bought.map((at) => ({ at, resetTo: 0 }))], rule };
};

/** A plan that is renewed every month or so, which empties the counter or leaves it. */
const renewals =
  (empties: boolean): Kind =>
  (draft, airport, random) => {
    const bought = eventsBetween(random, draft.begin + 2 * DAY, draft.end, 30 * DAY);
    airport.expiry = expiryAfter(draft.begin, 20);
    const events = bought.map((at): Event => ({ at, expiry: expiryAfter(at, 31), ...(empties ? { resetTo: 0 } : {}) }));
    const monthly = empties ? [] : monthlyResets(draft, 1, 0);
    return { events: [...events, ...monthly], rule: empties ? 'never' : 'monthly 1' };
  };

const yearly: Kind = (draft, airport, random) => {
  const day = DateTime.fromMillis(draft.begin + random.between(10, 300) * DAY, { zone: LOCAL.zone }).startOf('day');
  airport.quota *= 12;
  const events = day.toMillis() < draft.end ? [{ at: day.toMillis(), resetTo: 0, planned: true }] : [];
  return { events, rule: `yearly ${day.toFormat('MM-dd')}` };
};

const never: Kind = (_, airport) => {
  airport.quota *= 12;
  return { events: [], rule: 'never' };
};

const expiryAfter = (at: number, days: number): number => Math.round((at + days * DAY) / 1000);

const KINDS: readonly { readonly kind: Kind; readonly weight: number }[] = [
  { kind: daily, weight: 1 },
  { kind: weekly, weight: 1 },
  { kind: monthlyAtHour, weight: 1 },
  { kind: monthsEnd, weight: 1 },
  { kind: byExpiry, weight: 1 },
  { kind: toSmallNumber, weight: 1 },
  { kind: oneTime, weight: 1 },
  { kind: resetPacks, weight: 1 },
  { kind: renewals(true), weight: 1 },
  { kind: renewals(false), weight: 1 },
  { kind: yearly, weight: 0.5 },
  { kind: never, weight: 0.5 },
];

/** One kind of cycle after the other, told in one way. */
export const resets =
  (told: Told): Change =>
  (draft, random) => {
    for (const airport of draft.airports) {
      const { events, rule } = random.weighted(KINDS).kind(draft, airport, random);
      airport.events = [...events];
      airport.usedBefore = Math.round(airport.usedBefore * (rule === 'daily' ? 0.03 : 1));
      if (told === 'setting') airport.settings.push(`Reset = ${rule}`);
      airport.form = told === 'header' ? 'remnawave' : random.pick(['v2board', 'sspanel', 'subconverter'] as const);
    }
  };
