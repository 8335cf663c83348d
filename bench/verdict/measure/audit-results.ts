import type { Forecast } from '../../../auditor/verdict/forecast.ts';
import type { VerdictKind } from '../../../auditor/verdict/verdict.ts';
import { outcomeOf } from '../play/airport.ts';
import { play, type Reply } from '../play/player.ts';
import { HOUR } from '../world/time.ts';
import type { World } from '../world/world.ts';

/** What an audit reported of a steady surplus. */
interface Note {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Whose bills it is about: those that are judged together. */
  readonly airports: readonly string[];
  /** Bytes a day. */
  readonly low: number;
  readonly high: number;
  /** Whether this audit is the one that reports it. */
  readonly reported: boolean;
  readonly answered: boolean;
}

/** What one audit made of one airport. */
export interface AuditResult {
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

/** The results of all audits of a household's days, by airport. */
export async function auditResults({ days, draft }: World): Promise<ReadonlyMap<string, readonly AuditResult[]>> {
  const results = new Map<string, AuditResult[]>();
  for await (const { at, report, answers, audit } of play(days, draft.answers ? known : undefined)) {
    for (const { airport, verdict, forecast } of audit.airports) {
      const { surplus } = verdict;
      const answer = report ? answers.get(airport) : undefined;
      const outcome = answer === undefined ? undefined : await outcomeOf(answer);
      const list = results.get(airport) ?? [];
      results.set(airport, list);
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
                reported: surplus.reported,
                answered: surplus.answered !== null,
              },
      });
    }
  }
  return results;
}

/** How many alarms of some kinds there were: those that follow each other count once. */
export function episodes(results: readonly AuditResult[], kinds: readonly VerdictKind[]): number {
  let alarms = 0;
  let alarmed = false;
  for (const { kind } of results) {
    const alarm = kinds.includes(kind);
    if (alarm && !alarmed) alarms += 1;
    if (kind !== 'unknown') alarmed = alarm;
  }
  return alarms;
}

/** The audits that reported a note. */
export const reportedNotes = (results: readonly AuditResult[]): AuditResult[] =>
  results.filter(({ note }) => note?.reported === true);

/** Every kind that reaches a person. */
export const ALARMS: readonly VerdictKind[] = ['leak', 'drift', 'underbilled'];
