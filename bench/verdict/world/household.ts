import { createRandom, type Random } from '../../../simulator/random.ts';
import type { Span } from '../play/records.ts';
import { monthlyResets } from './account.ts';
import { chance, eventsBetween, logUniform } from './chance.ts';
import type { AirportDraft, DeviceDraft, Draft, NodeDraft } from './draft.ts';
import { EXACT_FORMS } from './panel.ts';
import { DAY, GB, HOUR, MB, MINUTE, midnightOf } from './time.ts';

/** Households begin within the year after this day. */
const FIRST = Date.parse('2026-01-01T00:00:00+08:00');

/**
 * A household with a prompt airport whose names tell the multipliers: what every scenario starts from. Nothing here is
 * drawn by what the auditor takes for usual.
 *
 * @param days that the auditor looks at
 */
export function drawHousehold(seed: string, days: number): Draft {
  const random = createRandom(`household ${seed}`);
  const begin = FIRST + Math.round(random.between(0, 365 * DAY));
  const draft: Draft = {
    seed,
    random: (purpose) => createRandom(`${purpose} of ${seed}`),
    begin,
    end: begin + days * DAY,
    habit: {
      daily: logUniform(random, 0.3, 8) * GB,
      spread: random.between(0.3, 0.9),
      weekend: random.between(0.5, 2),
      most: 15 * GB,
      unsteady: 1,
      longest: 0,
    },
    devices: [],
    airports: [],
    merged: false,
    unwatched: undefined,
    leak: undefined,
    answers: false,
    gaps: [],
  };
  draft.devices = drawDevices(random, draft);
  draft.airports = [drawAirport(draft, 'airport', 1)];
  draft.gaps = eventsBetween(random, begin + HOUR, draft.end, 4 * DAY).map((from) => ({
    from,
    to: from + (chance(random, 0.05) ? random.between(3, 40) * HOUR : random.between(5, 60) * MINUTE),
  }));
  return draft;
}

function drawDevices(random: Random, { begin, end }: Draft): DeviceDraft[] {
  const shares = Array.from({ length: random.whole(1, 4) }, () => random.between(0.1, 1));
  const all = shares.reduce((sum, each) => sum + each, 0);
  return shares.map((share, index) => {
    const phone = index % 2 === 0 && (index > 0 || chance(random, 0.5));
    return {
      name: `${phone ? 'phone' : 'desk'} ${index + 1}`,
      share: share / all,
      used: { from: 0, to: Number.POSITIVE_INFINITY },
      // Most were set up before the airport's address was.
      firstPush: begin + (chance(random, 0.8) ? -random.between(1, 60) * MINUTE : random.between(0, 2) * HOUR),
      lastPush: undefined,
      silences: phone ? sleep(random, begin, end) : outages(random, begin, end),
      losses: [],
    };
  });
}

/** Phones that are put to sleep some nights. */
function sleep(random: Random, begin: number, end: number): Span[] {
  const share = random.next();
  const silences: Span[] = [];
  for (let midnight = midnightOf(begin) + DAY; midnight < end; midnight += DAY) {
    if (!chance(random, share)) continue;
    const from = midnight + random.between(-1.5, 2) * HOUR;
    silences.push({ from, to: from + random.between(0.3, 8) * HOUR });
  }
  return silences;
}

/** A computer that cannot reach the server now and then. */
function outages(random: Random, begin: number, end: number): Span[] {
  return eventsBetween(random, begin, end, 15 * DAY).map((from) => ({
    from,
    to: from + logUniform(random, 0.1, 12) * HOUR,
  }));
}

/** @param share of what the household uses */
export function drawAirport(draft: Draft, name: string, share: number): AirportDraft {
  const random = draft.random(`airport ${name}`);
  const { begin, habit } = draft;
  const monthly = habit.daily * 30 * share;
  const airport: AirportDraft = {
    name,
    share,
    nodes: drawNodes(random, name),
    ratio: random.between(1, 1.03),
    noise: random.between(0.0005, 0.007),
    checks: {
      daily: Math.min(40, random.exponential(6)) * MB,
      from: 0,
      bytes: random.between(5000, 8000),
      counted: false,
    },
    lag: { kind: 'delay', by: random.between(30, 150) * 1000 },
    form: random.pick(EXACT_FORMS),
    rounding: 1,
    quota: Math.ceil((monthly * random.between(2, 6)) / (50 * GB)) * 50 * GB,
    expiry: Math.round((begin + random.between(370, 800) * DAY) / 1000),
    usedBefore: Math.round(monthly * random.next()),
    events: [],
    copies: undefined,
    second: undefined,
    dropouts: undefined,
    settings: [],
  };
  airport.events = monthlyResets(draft, random.whole(1, 28), 0);
  return airport;
}

const PLACES = ['香港', '日本', '新加坡', '美国', '台湾', '韩国', 'HK', 'JP', 'US', 'SG'];
/** How names tell a multiplier. */
const SIGNS: readonly ((place: string, number: string, multiplier: number) => string)[] = [
  (place, number, multiplier) => `${place} ${number} | ${multiplier}x`,
  (place, number, multiplier) => `${place} ${number} ${multiplier}X 专线`,
  (place, number, multiplier) => `${place} ${number} ${multiplier}倍`,
  (place, number, multiplier) => `${place} ${number} IEPL x${multiplier}`,
  (place, number, multiplier) => `${place} 倍率:${multiplier.toFixed(1)} ${number}`,
];

/** Nodes that bill what their names say. */
function drawNodes(random: Random, airport: string): NodeDraft[] {
  const sign = random.pick(SIGNS);
  return Array.from({ length: random.whole(2, 8) }, (_, index) => {
    const { value } = random.weighted([
      { value: 1, weight: 6 },
      { value: 2, weight: 1 },
      { value: 1.5, weight: 1 },
      { value: 0.5, weight: 1 },
      { value: 0.1, weight: 0.3 },
      { value: 3, weight: 0.3 },
    ]);
    const [place, number] = [random.pick(PLACES), `${airport.slice(-1).toUpperCase()}${index + 1}`];
    const name = value === 1 ? `${place} ${number}` : sign(place, number, value);
    return { name, rate: () => value, told: value };
  });
}
