import { type DayRule, localDayAt } from '../../../core/local-day.ts';
import type { AirportAnswer } from './records.ts';

const MINUTE = 60_000;
/** Airports that are read so soon after each other are read in one audit. */
const ONE_AUDIT = 5 * MINUTE;
/** How far from the end of a day an answer still may be the report's; the nearest one is. */
const REPORT_REACH = 10 * MINUTE;

/** One audit of all airports, with what each answered; an airport that is missing did not answer. */
export interface ScheduledAudit {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The end of the day that a report is about; undefined for an audit without one. */
  readonly dayEnd?: number;
  readonly answers: ReadonlyMap<string, AirportAnswer>;
}

/** An audit for all answers that come together, and a report at every end of a day, in order of time. */
export function scheduleOf(answers: readonly AirportAnswer[], day: DayRule): ScheduledAudit[] {
  const ordered = [...answers].sort((a, b) => a.time - b.time);
  const reports = reportsOf(ordered, day);
  const reported = new Set(reports.flatMap((audit) => [...audit.answers.values()]));
  const audits: ScheduledAudit[] = [];
  let open: AirportAnswer[] = [];
  const close = (): void => {
    const at = open.at(-1)?.time;
    if (at !== undefined) audits.push({ at, answers: new Map(open.map((each) => [each.airport, each])) });
    open = [];
  };
  for (const answer of ordered) {
    if (reported.has(answer)) continue;
    const begun = open[0]?.time ?? answer.time;
    if (answer.time - begun > ONE_AUDIT || open.some(({ airport }) => airport === answer.airport)) close();
    open.push(answer);
  }
  close();
  return [...audits, ...reports].sort((a, b) => a.at - b.at);
}

function reportsOf(ordered: readonly AirportAnswer[], day: DayRule): ScheduledAudit[] {
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (first === undefined || last === undefined) return [];
  const reports: ScheduledAudit[] = [];
  let next = 0;
  let end = localDayAt(first.time - REPORT_REACH - 1, day).end;
  for (; end <= last.time + REPORT_REACH; end = localDayAt(end, day).end) {
    const answers = new Map<string, AirportAnswer>();
    while ((ordered[next]?.time ?? Number.POSITIVE_INFINITY) < end - REPORT_REACH) next += 1;
    for (let index = next; (ordered[index]?.time ?? Number.POSITIVE_INFINITY) <= end + REPORT_REACH; index += 1) {
      const answer = ordered[index];
      const nearest = answers.get(answer?.airport ?? '')?.time ?? Number.NEGATIVE_INFINITY;
      if (answer !== undefined && Math.abs(answer.time - end) <= Math.abs(nearest - end))
        answers.set(answer.airport, answer);
    }
    const at = Math.max(end, ...[...answers.values()].map(({ time }) => time));
    reports.push({ at, dayEnd: end, answers });
  }
  return reports;
}
