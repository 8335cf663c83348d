import { type Amendment, type Amendments, amendmentsOf } from '../../../auditor/amend/amendments.ts';
import { type Audit, type AuditParts, audit, withDay } from '../../../auditor/audit/audit.ts';
import { reaudit } from '../../../auditor/audit/reaudit.ts';
import { type AuditState, EMPTY_STATE } from '../../../auditor/state/audit-state.ts';
import { createUsageReader } from '../../../auditor/usage/window-use.ts';
import { type LocalDay, localDayAt } from '../../../core/local-day.ts';
import { playedAirports, playedConfig } from './airport.ts';
import type { PlayedDays, TimedAmendment } from './records.ts';
import { type ScheduledAudit, scheduleOf } from './schedule.ts';
import { createStore, createStoredPrometheus } from './store.ts';

/** What the auditor made of one audit. */
export interface PlayedAudit {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether it made the report, which closes windows. */
  readonly report: boolean;
  readonly answers: ScheduledAudit['answers'];
  readonly audit: Audit;
}

/** The amendments of a person who answers what an audit reported. */
export type Reply = (played: PlayedAudit) => readonly TimedAmendment[];

/** Plays days through the auditor's own audit, which remembers from audit to audit what the service would remember. */
export async function* play(days: PlayedDays, reply: Reply = () => []): AsyncGenerator<PlayedAudit> {
  const config = playedConfig(days.config);
  const store = createStore(days);
  const prometheus = createStoredPrometheus(store);
  let scheduled: ScheduledAudit = { at: 0, answers: new Map() };
  const clock = (): number => scheduled.at;
  const airports = playedAirports(() => scheduled.answers, clock);
  const parts: AuditParts = { airports, prometheus, sums: store, usage: createUsageReader(prometheus, store), clock };
  const made = amendmentLog(days.amendments);

  let state: AuditState = EMPTY_STATE;
  let day: LocalDay | undefined;
  for (scheduled of scheduleOf(days.answers, config.day)) {
    const { at, dayEnd, answers } = scheduled;
    const report = dayEnd !== undefined;
    const amendments = made.by(scheduled.at);
    if (amendments.digest !== amendmentsOf(state.amended).digest)
      ({ state } = await reaudit(parts.usage, config, state, amendments));
    if (day === undefined || at >= day.end) day = localDayAt(at, config.day);
    const result = await audit(parts, config, state, {
      day: dayEnd === undefined ? day : localDayAt(dayEnd - 1, config.day),
      report,
      // Every answer is a reading of its own, however soon it follows another.
      fresh: 0,
      amendments,
    });
    state = report ? [result.model, ...(await result.reports())].reduce(withDay, result.reported()) : result.observed;
    const played = { at, report, answers, audit: result };
    made.add(reply(played));
    yield played;
  }
}

/** Amendments over time. */
interface AmendmentLog {
  /** The amendments made by an instant; to be asked in order of time. */
  by(at: number): Amendments;
  add(more: readonly TimedAmendment[]): void;
}

function amendmentLog(known: readonly TimedAmendment[]): AmendmentLog {
  let waiting = [...known].sort((a, b) => a.time - b.time);
  const made: Amendment[] = [];
  let amendments = amendmentsOf(made);
  return {
    by(at) {
      const due = waiting.filter(({ time }) => time <= at);
      if (due.length > 0) {
        waiting = waiting.slice(due.length);
        made.push(...due.map(({ amendment }) => amendment));
        amendments = amendmentsOf([...made]);
      }
      return amendments;
    },
    add(more) {
      if (more.length > 0) waiting = [...waiting, ...more].sort((a, b) => a.time - b.time);
    },
  };
}
