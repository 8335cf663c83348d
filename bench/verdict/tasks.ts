import { localDayAt } from '../../core/local-day.ts';
import { auditResults } from './measure/audit-results.ts';
import { judgeForecasts, NO_FORECASTS } from './measure/forecasts.ts';
import { judgeHonest, NO_HONEST_DAYS } from './measure/honest.ts';
import { dailyBill, leakSeen, NO_LEAKS } from './measure/leak-seen.ts';
import { addTallies, type Tally } from './measure/statistics.ts';
import { DRIP, GROSS_LEAK_DAYS, grossLeak, LEAKS } from './scenarios/leaks.ts';
import { MONTHS_OF_USE } from './scenarios/months.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';
import type { Draft, LeakDraft } from './world/draft.ts';
import { drawHousehold } from './world/household.ts';
import { DAY, LOCAL } from './world/time.ts';
import { buildWorld, type World } from './world/world.ts';

/** What can be measured of households that are drawn one by one. */
const MEASURES = {
  /** Alarms of a scenario's households, where nobody else uses the subscription. */
  honest: { none: NO_HONEST_DAYS, play: playHonest },
  /** Gross leaks in a scenario's households. */
  gross: { none: NO_LEAKS, play: playGross },
  /** Leaks of one kind. */
  leak: { none: NO_LEAKS, play: playLeak },
  /** How long a quota lasts. */
  forecast: { none: NO_FORECASTS, play: playForecast },
} as const;

type Measures = typeof MEASURES;
export type Measure = keyof Measures;
export type Measured<M extends Measure> = Tally<keyof Measures[M]['none'] & string>;

/** Some households of one part of the bench, by their numbers; plain JSON. */
export interface Task<M extends Measure = Measure> {
  readonly measure: M;
  /** Of the scenario or the kind of leak. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Days of each honest household, where they are not the scenario's. */
  readonly days?: number;
}

export async function playTask<M extends Measure>({ measure, name, from, to, days }: Task<M>): Promise<Measured<M>> {
  const { none, play } = MEASURES[measure];
  let sum: Tally<string> = none;
  for (let number = from; number < to; number += 1) sum = addTallies<string>(sum, await play(name, number, days));
  return sum as Measured<M>;
}

/** What a measure gives of no household. */
export const nothingOf = <M extends Measure>(measure: M): Measured<M> => MEASURES[measure].none as Measured<M>;

/** One honest household of a scenario. */
export function honestDraft(name: string, number: number, days?: number): Draft {
  const scenario = partOf(SCENARIOS, name);
  return changed(drawHousehold(`${name} honest ${number}`, days ?? scenario.days), scenario.change);
}

async function playHonest(name: string, number: number, days?: number): Promise<Measured<'honest'>> {
  return judgeHonest(buildWorld(honestDraft(name, number, days)));
}

async function playGross(name: string, number: number): Promise<Measured<'gross'>> {
  const { change } = partOf(SCENARIOS, name);
  const draft = changed(drawHousehold(`${name} leaking ${number}`, GROSS_LEAK_DAYS), change);
  return seenIn(withLeak(draft, (own) => grossLeak(draft, draft.random('leak'), own)));
}

async function playLeak(name: string, number: number): Promise<Measured<'leak'>> {
  const { days, change, shapes, start, size } = partOf([...LEAKS, DRIP], name);
  const draft = changed(drawHousehold(`${name} ${number}`, days), change);
  const random = draft.random('leak');
  return seenIn(
    withLeak(draft, (own) => ({
      shape: random.pick(shapes),
      start: draft.begin + start(random) * DAY,
      bytes: size(random, own),
    })),
  );
}

async function playForecast(name: string, number: number): Promise<Measured<'forecast'>> {
  const { days, change, plan } = partOf(MONTHS_OF_USE, name);
  const draft = changed(drawHousehold(`${name} ${number}`, days), change);
  const [first] = buildWorld(draft).airports;
  if (first === undefined) return NO_FORECASTS;
  const billed = { begin: 0, at: (at: number) => first.upload.at(at) + first.download.at(at) };
  const until = plan(draft, draft.random('months'), billed);
  const world = buildWorld(draft);
  // Each day's reading decides; more of them would only take longer.
  const answers = world.days.answers.filter(({ time }, index) => time <= until && (index % 4 === 0 || endsDay(time)));
  return judgeForecasts({ ...world, days: { ...world.days, answers } }, until);
}

/** Whether an audit is that of a report. */
const endsDay = (time: number): boolean => localDayAt(time - 1, LOCAL).end === time;

function withLeak(draft: Draft, leak: (own: number) => LeakDraft): World {
  return buildWorld({ ...draft, leak: leak(dailyBill(buildWorld(draft), draft.end)) });
}

async function seenIn(world: World): Promise<Measured<'leak'>> {
  const name = world.draft.airports[0]?.name ?? '';
  return leakSeen(world, (await auditResults(world)).get(name) ?? []);
}

function changed(draft: Draft, change: (draft: Draft, random: ReturnType<Draft['random']>) => void): Draft {
  change(draft, draft.random('scenario'));
  return draft;
}

function partOf<T extends { readonly name: string }>(parts: readonly T[], name: string): T {
  const part = parts.find((each) => each.name === name);
  if (part === undefined) throw new Error(`no part of the bench is called ${name}`);
  return part;
}

/** Plays some households in a process of its own. */
export async function verdictProbe(input: unknown): Promise<unknown> {
  return playTask(input as Task);
}
