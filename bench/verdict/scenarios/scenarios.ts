import { chance } from '../world/chance.ts';
import type { Change } from '../world/draft.ts';
import { GB, MB } from '../world/time.ts';
import {
  batches,
  billedAtEnd,
  copyBehind,
  credits,
  dropouts,
  flapping,
  oldCopies,
  oneByte,
  rounding,
  statusLine,
} from './answers.ts';
import {
  costlyChecks,
  joiningDevices,
  lateReports,
  longSilences,
  mergedAirports,
  overhead,
  restarts,
  unwatchedDevice,
} from './devices.ts';
import { hourlyMultipliers, misreadNames, untoldMultipliers } from './rates.ts';
import { resets } from './resets.ts';

/** One kind of airport or household, as a change to what is drawn for all. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** Alarms of all kinds a year, at most. */
  readonly atMost: number;
  /** Whether the one note that it deserves is free, and alarms before it are. */
  readonly noted: boolean;
  /** Years that show it. */
  readonly years: number;
  /** Days that one household is watched. */
  readonly days: number;
  readonly change: Change;
}
type Case = readonly [name: string, title: string, change: Change];

/** One of several changes, another in each household. */
const oneOf =
  (cases: readonly Case[]): Change =>
  (draft, random) =>
    random.pick(cases)[2](draft, random);

const BATCHES = [1, 3, 6, 12, 24].map((hours): Case => [`batches-${hours}h`, `batches of ${hours} h`, batches(hours)]);
const ROUNDING: readonly Case[] = [
  ['rounded-10mb', 'cut to 10 MB', rounding(10 * MB)],
  ['rounded-100mb', 'cut to 100 MB', rounding(100 * MB)],
  ['rounded-1gb', 'cut to 1 GB', rounding(GB)],
  ['status-line', 'STATUS= lines', statusLine],
];
const RESETS: readonly Case[] = [
  ['resets-told', 'resets of every kind, told by Reset', resets('setting')],
  ['resets-header', 'the same, told by the header', resets('header')],
  ['resets-untold', 'the same, told by nobody', resets('untold')],
];
const FLAPPING: readonly Case[] = [
  ['two-links', 'two links in turns', flapping],
  ['one-byte', 'an answer of 1 byte once a month', oneByte],
];
const MERGED: readonly Case[] = [
  ['merged-2', 'two airports, nodes merged', mergedAirports(2)],
  ['merged-3', 'three airports, nodes merged', mergedAirports(3)],
];
const UNWATCHED: readonly Case[] = [
  ['unwatched-100mb', 'an unwatched device, 100 MB a day', unwatchedDevice(() => 100 * MB, 1)],
  ['unwatched-15', 'the same, 15 % of the use', unwatchedDevice((own) => 0.15 * own, 1)],
  ['unwatched-50', 'the same, 50 %', unwatchedDevice((own) => 0.5 * own, 1)],
  ['unwatched-days', 'the same, 50 % on 30 % of the days', unwatchedDevice((own) => 0.5 * own, 0.3)],
];

/** What each note says is known, and only what changes then is news. */
const answered: Change = (draft, random) => {
  draft.answers = true;
  random.pick([costlyChecks, oneOf(UNWATCHED)])(draft, random);
};

/** An airport of some lag, of which nothing is known yet. */
const anyLag: Change = (draft, random) =>
  random.pick([...BATCHES.map(([, , change]) => change), copyBehind, billedAtEnd])(draft, random);

/** One change after the other in the same household. */
const both =
  (...changes: readonly Change[]): Change =>
  (draft, random) => {
    for (const change of changes) change(draft, random);
  };

/** What a reset hides is told apart from what a lag or a silent device leaves open. */
const PAIRS: readonly Case[] = [
  ['batches-resets', 'batches of 1 to 24 h, and resets of every kind', both(oneOf(BATCHES), oneOf(RESETS))],
  ['silences-resets', 'devices silent for 2 to 5 days, and resets of every kind', both(longSilences, oneOf(RESETS))],
];

type Weighed = readonly [change: Change, percent: number];
const weighed = (cases: readonly Case[], ...percents: readonly number[]): Weighed[] =>
  cases.map(([, , change], index) => [change, percents[index] ?? 0]);

/** Of each line one or none, in so many of a hundred households. Airports come first. */
const TROUBLES: readonly (readonly Weighed[])[] = [
  weighed(MERGED, 12, 3),
  weighed(RESETS, 15, 10, 35),
  weighed(ROUNDING, 6, 3, 2, 4),
  [...weighed(BATCHES, 6, 2, 2, 1, 2), [copyBehind, 2], [billedAtEnd, 10]],
  [
    [oldCopies, 8],
    [flapping, 2],
    [dropouts, 2],
  ],
  [[credits, 6]],
  [
    [untoldMultipliers, 10],
    [hourlyMultipliers, 3],
    [misreadNames, 4],
  ],
  [
    [costlyChecks, 15],
    [overhead, 10],
  ],
  weighed(UNWATCHED, 6, 4, 2, 3),
  [[joiningDevices, 30]],
  [[restarts, 15]],
  [
    [longSilences, 6],
    [lateReports, 10],
  ],
];

/** A household as the street has them: mostly one or two of these troubles. */
const mix: Change = (draft, random) => {
  for (const line of TROUBLES) {
    const none = 100 - line.reduce((sum, [, percent]) => sum + percent, 0);
    const choices = line.map(([change, weight]) => ({ change, weight }));
    random.weighted<{ change?: Change; weight: number }>([...choices, { weight: none }]).change?.(draft, random);
  }
  // Who has merged airports may still have named the provider of each.
  if (draft.airports.length > 1 && chance(random, 0.4)) draft.merged = false;
};

/** Nobody may be accused, whatever the airport does. */
const QUIET: readonly Case[] = [
  ['old-copies', 'old copies, 2 % of the answers', oldCopies],
  ['credits', 'credits every 20 to 60 days', credits],
  ['batches', 'batches of 1, 3, 6, 12 and 24 h', oneOf(BATCHES)],
  ['rounded', 'cut to 10 MB, 100 MB or 1 GB, and STATUS= lines', oneOf(ROUNDING)],
  ['resets', 'resets of every kind: told by Reset, by the header, by nobody', oneOf(RESETS)],
  ['copy-6h', 'a copy that is 6 h behind', copyBehind],
  ['billed-at-end', 'connections billed when they end', billedAtEnd],
  ['flapping', 'two links in turns, or an answer of 1 byte once a month', oneOf(FLAPPING)],
  ['dropouts', 'one of two airports drops out for an hour', dropouts],
];

/** One note each, and then silence. */
const NOTED: readonly Case[] = [
  ['untold-multipliers', 'multipliers 0.3 to 3 that no name tells', untoldMultipliers],
  ['hourly-multipliers', 'prices by the hour', hourlyMultipliers],
  ['misread-names', 'names that tell another multiplier', misreadNames],
  ['overhead', 'every byte costs 3 to 10 % more', overhead],
  ['checks', 'health checks of 0.1 to 1.5 GB a day', costlyChecks],
  ['unwatched', 'an unwatched device: 100 MB a day, 15 %, 50 %, 50 % on 30 % of days', oneOf(UNWATCHED)],
  ['answered', 'the last two, where each note is answered: it is known', answered],
];

/** Devices that come late, go, or forget. */
const DEVICES: readonly Case[] = [
  ['joins', 'devices that join, and are replaced', joiningDevices],
  ['restarts', 'kernels that restart unobserved', restarts],
  ['silences', 'devices silent for 2 to 5 days', longSilences],
  ['late-reports', 'reports 6 to 40 h late', lateReports],
];

/** Scenarios whose figures are in one table. */
interface Group {
  readonly title: string;
  readonly method: string;
  readonly scenarios: readonly Scenario[];
  /** Whether they are parts of other scenarios, which run only where `--only` names them. */
  readonly partial?: boolean;
}

const DAYS = 120;

const groupOf = (cases: readonly Case[], goal: Pick<Scenario, 'atMost' | 'noted' | 'years'>): Scenario[] =>
  cases.map(([name, title, change]) => ({ name, title, change, days: DAYS, ...goal }));

export const GROUPS: readonly Group[] = [
  {
    title: 'Honest airports that are prompt',
    method: 'Multipliers by name, one airport, phones that sleep, gaps in the header, resets that nobody tells.',
    scenarios: groupOf([['prompt', 'prompt, multipliers by name', () => undefined]], {
      atMost: 0.1,
      noted: false,
      years: 30,
    }),
  },
  {
    title: 'Honest airports with odd answers and lags',
    method: 'The same households, one trouble in each row.',
    scenarios: groupOf(QUIET, { atMost: 0.2, noted: false, years: 15 }),
  },
  {
    title: 'Honest airports that bill more than names tell',
    method:
      'The same. Each deserves one note: what counts is what follows it, further notes too, or everything where there is none.',
    scenarios: [
      ...groupOf(NOTED, { atMost: 1, noted: true, years: 8 }),
      // Years of two or three airports each.
      ...groupOf([['merged', 'two or three airports, nodes merged', oneOf(MERGED)]], {
        atMost: 1,
        noted: true,
        years: 4,
      }),
    ],
  },
  {
    title: 'Honest devices that come late, go, or forget',
    method: 'The same.',
    scenarios: groupOf(DEVICES, { atMost: 1, noted: false, years: 8 }),
  },
  {
    title: 'Two troubles at once',
    method: 'The same.',
    scenarios: groupOf(PAIRS, { atMost: 1, noted: false, years: 8 }),
  },
  {
    title: 'The street',
    method: 'Every household has each of these troubles with a likely chance.',
    scenarios: groupOf([['mix', 'all of these in likely shares', mix]], { atMost: 1, noted: false, years: 15 }),
  },
  {
    title: 'The first week',
    method: 'Airports of any lag, of which nothing is known yet; years of first weeks.',
    scenarios: [{ name: 'first-days', title: 'any lag', change: anyLag, days: 7, atMost: 1, noted: false, years: 3 }],
  },
  {
    title: 'Parts of the scenarios above',
    method: 'Each by itself.',
    partial: true,
    scenarios: [
      ...groupOf([...BATCHES, ...ROUNDING, ...RESETS, ...FLAPPING], { atMost: 0.2, noted: false, years: 15 }),
      ...groupOf([...MERGED, ...UNWATCHED], { atMost: 1, noted: true, years: 8 }),
    ],
  },
];

export const SCENARIOS: readonly Scenario[] = GROUPS.flatMap(({ scenarios }) => scenarios);
