import type { Forecast } from '../../../auditor/verdict/forecast.ts';
import type { VerdictKind } from '../../../auditor/verdict/verdict.ts';
import { outcomeOf } from '../play/airport.ts';
import { play, type Reply } from '../play/player.ts';
import { HOUR } from '../world/time.ts';
import type { World } from '../world/world.ts';

/** What was said of a steady surplus. */
export interface Note {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Whose bills it is about: those that are judged together. */
  readonly airports: readonly string[];
  /** Bytes a day. */
  readonly low: number;
  readonly high: number;
  /** Whether this is the look at which it is told. */
  readonly told: boolean;
  readonly answered: boolean;
}

/** What one audit made of one airport. */
export interface Heard {
  readonly at: number;
  readonly report: boolean;
  readonly kind: VerdictKind;
  /** At a report, what the airport's answer says is used; undefined where it could not be read. */
  readonly used: number | undefined;
  readonly note: Note | undefined;
  readonly forecast: Forecast;
}

/** How long it takes a person to say that a surplus is known. */
const ANSWERED_AFTER = 6 * HOUR;

/** A person who knows what each surplus is. */
const known: Reply = ({ at, audit }) =>
  audit.airports.flatMap(({ airport, verdict: { surplus } }) =>
    surplus?.reported === true
      ? [
          {
            time: at + ANSWERED_AFTER,
            amendment: {
              kind: 'known',
              airport,
              daily: surplus.daily.likely + surplus.explained,
              at: at + ANSWERED_AFTER,
            },
          },
        ]
      : [],
  );

/** Everything that the auditor said in a household's days, by airport. */
export async function hear({ days, draft }: World): Promise<ReadonlyMap<string, readonly Heard[]>> {
  const heard = new Map<string, Heard[]>();
  for await (const { at, report, answers, audit } of play(days, draft.answers ? known : undefined)) {
    for (const { airport, verdict, forecast } of audit.airports) {
      const { surplus } = verdict;
      const answer = report ? answers.get(airport) : undefined;
      const outcome = answer === undefined ? undefined : await outcomeOf(answer);
      const list = heard.get(airport) ?? [];
      heard.set(airport, list);
      list.push({
        at,
        report,
        kind: verdict.kind,
        used: outcome?.known === true ? outcome.reading.used : undefined,
        forecast,
        note:
          surplus === undefined
            ? undefined
            : {
                since: surplus.since,
                airports: verdict.pool?.airports ?? [airport],
                low: surplus.daily.low,
                high: surplus.daily.high,
                told: surplus.reported,
                answered: surplus.answered !== null,
              },
      });
    }
  }
  return heard;
}

/** How many alarms of some kinds there were: those that follow each other count once. */
export function episodes(heard: readonly Heard[], kinds: readonly VerdictKind[]): number {
  let alarms = 0;
  let alarmed = false;
  for (const { kind } of heard) {
    const alarm = kinds.includes(kind);
    if (alarm && !alarmed) alarms += 1;
    if (kind !== 'unknown') alarmed = alarm;
  }
  return alarms;
}

/** The looks at which a note was told: those that follow each other tell it once. */
export function toldNotes(heard: readonly Heard[]): Heard[] {
  return heard.filter(({ note }, index) => note?.told === true && heard[index - 1]?.note?.told !== true);
}

/** Every kind that reaches a person. */
export const ALARMS: readonly VerdictKind[] = ['leak', 'drift', 'underbilled'];
