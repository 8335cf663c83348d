import type { Random } from '../../../simulator/random.ts';
import type { RunningTotal } from '../play/running-total.ts';
import { monthlyResets } from '../world/account.ts';
import type { Change, Draft } from '../world/draft.ts';
import { DAY } from '../world/time.ts';

/** Months whose quota is used up, or nearly. */
interface Months {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly households: number;
  /** Days that are simulated, so that what comes after the nights is known. */
  readonly days: number;
  /** How a household uses. */
  readonly change: Change;
  /**
   * Gives the airport a quota, by what it will bill.
   *
   * @returns until when nights are judged
   */
  plan(draft: Draft, random: Random, billed: RunningTotal): number;
}

/** Days that are known beyond the last night. */
const BEYOND = 60;
const MONTHS = 90;

/** A package without a reset that lasts 10 to 30 days. */
const onePackage: Months['plan'] = (draft, random, billed) => {
  const until = draft.begin + random.between(10, 30) * DAY;
  for (const airport of draft.airports) {
    airport.events = [];
    airport.form = 'v2board';
    airport.quota = airport.usedBefore + Math.round(billed.at(until) - billed.at(draft.begin));
  }
  return until;
};

/** A quota of every month that the header tells the reset of, and that is a little too small or more than enough. */
const monthly: Months['plan'] = (draft, random, billed) => {
  const daily = (billed.at(draft.end) - billed.at(draft.begin)) / ((draft.end - draft.begin) / DAY);
  const day = random.whole(1, 28);
  for (const airport of draft.airports) {
    airport.events = monthlyResets(draft, day, 0);
    airport.form = 'remnawave';
    airport.quota = Math.round(daily * 30 * random.between(0.7, 1.6));
    const first = airport.events[0]?.at ?? draft.begin;
    airport.usedBefore = Math.round((daily * (30 * DAY - (first - draft.begin))) / DAY);
  }
  return draft.begin + MONTHS * DAY;
};

const usual: Change = () => undefined;

/** Days that are much alike. */
const steady: Change = (draft, random) => {
  draft.habit.spread = random.between(0.1, 0.25);
  draft.habit.unsteady = 0;
};

/** Days that differ much, each by itself. */
const alone: Change = (draft) => {
  draft.habit.spread = 0.6;
  draft.habit.unsteady = 0;
};

/** Days that hardly are. */
const wild: Change = (draft, random) => {
  draft.habit.spread = random.between(0.9, 1.4);
  draft.habit.most *= 3;
};

/** Long calm, and weeks at another level. */
const shifting: Change = (draft, random) => {
  draft.habit.spread = random.between(0.2, 0.5);
  draft.habit.unsteady = 1.8;
};

export const MONTHS_OF_USE: readonly Months[] = [
  { name: 'forecast-package', title: 'packages', households: 60, days: 30 + BEYOND, change: usual, plan: onePackage },
  {
    name: 'forecast-alone',
    title: 'packages, each day by itself',
    households: 40,
    days: 30 + BEYOND,
    change: alone,
    plan: onePackage,
  },
  {
    name: 'forecast-months',
    title: 'monthly resets',
    households: 40,
    days: MONTHS + BEYOND,
    change: usual,
    plan: monthly,
  },
  {
    name: 'forecast-steady',
    title: 'steady days',
    households: 20,
    days: MONTHS + BEYOND,
    change: steady,
    plan: monthly,
  },
  { name: 'forecast-wild', title: 'wild days', households: 20, days: MONTHS + BEYOND, change: wild, plan: monthly },
  {
    name: 'forecast-shifting',
    title: 'shifting levels',
    households: 20,
    days: MONTHS + BEYOND,
    change: shifting,
    plan: monthly,
  },
];
