import type { Random } from '../../../simulator/random.ts';
import { logUniform } from '../world/chance.ts';
import type { Change, Draft, LeakDraft } from '../world/draft.ts';
import { DAY, GB, MB } from '../world/time.ts';
import { batches, rounding } from './answers.ts';

type Shape = LeakDraft['shape'];

/** Leaks of one kind, each in a household of its own. */
export interface LeakCase {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** Days of a household. */
  readonly days: number;
  readonly households: number;
  readonly shapes: readonly Shape[];
  /** Days after the first look at which it begins. */
  readonly start: (random: Random) => number;
  /** Bytes a day, by what the household's airport bills a day. */
  readonly size: (random: Random, own: number) => number;
  readonly change: Change;
}

/** The smallest that goals speak of, a day. */
const SMALLEST = 100 * MB;
const LASTING: readonly Shape[] = ['constant', 'evening'];

/** Airports that bill within an hour and to 10 MB. */
const precise: Change = (draft, random) => {
  const kind = random.next();
  if (kind < 0.15) batches(1)(draft, random);
  else if (kind < 0.3) rounding(10 * MB)(draft, random);
};

const shareOf =
  (low: number, high: number) =>
  (random: Random, own: number): number =>
    Math.max(SMALLEST, own * logUniform(random, low, high));

const afterThreeWeeks = (random: Random): number => random.between(21, 28);
const anyTime = (random: Random): number => (random.next() < 0.3 ? 0 : random.between(0, 45));

/** What the auditor must find, by the size of the leak and when it begins. */
export const LEAKS: readonly LeakCase[] = [
  {
    name: 'leak-gross',
    title: '≥ 50 % of the use, after the first week',
    days: 45,
    households: 120,
    shapes: [...LASTING, 'burst'],
    start: (random) => random.between(7, 40),
    size: shareOf(0.5, 3),
    change: precise,
  },
  {
    name: 'leak-10',
    title: '10 %, after three weeks',
    days: 58,
    households: 100,
    shapes: LASTING,
    start: afterThreeWeeks,
    size: shareOf(0.1, 0.1),
    change: precise,
  },
  {
    name: 'leak-early',
    title: '10 to 15 %, from the first day or before night 10',
    days: 41,
    households: 100,
    shapes: LASTING,
    start: (random) => (random.next() < 0.5 ? 0 : random.between(0, 10)),
    size: shareOf(0.1, 0.15),
    change: precise,
  },
  {
    name: 'leak-5',
    title: '5 %, after three weeks',
    days: 58,
    households: 40,
    shapes: LASTING,
    start: afterThreeWeeks,
    size: (_, own) => own * 0.05,
    change: precise,
  },
  {
    name: 'leak-growing',
    title: 'growing to 50 % in a month',
    days: 58,
    households: 40,
    shapes: ['growing'],
    start: afterThreeWeeks,
    size: shareOf(0.5, 0.5),
    change: precise,
  },
  {
    name: 'leak-any',
    title: '20 MB to 20 GB, any shape, any time',
    days: 75,
    households: 60,
    shapes: [...LASTING, 'burst', 'growing'],
    start: anyTime,
    size: (random) => logUniform(random, 0.02, 20) * GB,
    change: precise,
  },
];

/** A drip on top of no more than 5 GB a day, where days differ by half a per cent. */
export const DRIP: LeakCase = {
  name: 'drip',
  title: '50 MB a day on top of ≤ 5 GB, after a fortnight',
  days: 30,
  households: 100,
  shapes: ['constant'],
  start: () => 14,
  size: () => 50 * MB,
  change(draft) {
    draft.habit.daily = Math.min(draft.habit.daily, 3 * GB);
    draft.habit.most = 5 * GB;
    for (const airport of draft.airports) {
      airport.noise = 0.005;
      // So that the noise is that of the use.
      for (const [index, node] of airport.nodes.entries())
        Object.assign(node, { name: `HK ${index + 1}`, told: 1, rate: () => 1 });
    }
    for (const [index, device] of draft.devices.entries()) {
      device.firstPush = draft.begin - DAY / 24;
      device.silences = index === 0 ? device.silences.slice(0, 3) : [];
    }
  },
};

/** A leak of half of the use or more, three to four weeks on, in a scenario's own world. */
export function grossLeak(draft: Draft, random: Random, own: number): LeakDraft {
  return {
    shape: random.pick(LASTING),
    start: draft.begin + random.between(21, 25) * DAY,
    bytes: shareOf(0.5, 1)(random, own),
  };
}

/** Days of a household in which one is put. */
export const GROSS_LEAK_DAYS = 29;
