import { type Amendment, type Amendments, amendmentsOf } from '../../../auditor/amend/amendments.ts';
import { type Audit, type AuditParts, audit, withDay } from '../../../auditor/audit/audit.ts';
import { reaudit } from '../../../auditor/audit/reaudit.ts';
import { type AuditState, EMPTY_STATE } from '../../../auditor/state/audit-state.ts';
import { createUsageReader } from '../../../auditor/usage/window-use.ts';
import { type LocalDay, localDayAt } from '../../../core/units.ts';
import { playedAirports, playedConfig } from './airport.ts';
import { type Look, looksOf } from './looks.ts';
import type { PlayedDays, TimedAmendment } from './records.ts';
import { createStore, createStoredPrometheus } from './store.ts';

/** What the auditor made of one audit. */
export interface PlayedLook {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether it made the report, which closes windows. */
  readonly report: boolean;
  readonly answers: Look['answers'];
  readonly audit: Audit;
}

/** What a person says to what was said at an audit. */
export type Reply = (look: PlayedLook) => readonly TimedAmendment[];

/** Plays days through the auditor's own audit, which remembers from audit to audit what the service would remember. */
export async function* play(days: PlayedDays, reply: Reply = () => []): AsyncGenerator<PlayedLook> {
  const config = playedConfig(days.config);
  const store = createStore(days);
  const prometheus = createStoredPrometheus(store);
  let look: Look = { at: 0, answers: new Map() };
  const clock = (): number => look.at;
  const airports = playedAirports(() => look.answers, clock);
  const parts: AuditParts = { airports, prometheus, sums: store, usage: createUsageReader(prometheus, store), clock };
  const said = saidOver(days.amendments);

  let state: AuditState = EMPTY_STATE;
  let day: LocalDay | undefined;
  for (look of looksOf(days.answers, config.day)) {
    const { at, dayEnd, answers } = look;
    const report = dayEnd !== undefined;
    const amendments = said.by(look.at);
    if (amendments.digest !== amendmentsOf(state.amended).digest)
      ({ state } = await reaudit(parts.usage, config, state, amendments));
    if (day === undefined || at >= day.end) day = localDayAt(at, config.day);
    const result = await audit(parts, config, state, {
      day: dayEnd === undefined ? day : localDayAt(dayEnd - 1, config.day),
      // Every answer is a reading of its own, however soon it follows another.
      fresh: 0,
      amendments,
    });
    state = report ? [result.model, ...(await result.reports())].reduce(withDay, result.reported()) : result.observed;
    const played = { at, report, answers, audit: result };
    said.add(reply(played));
    yield played;
  }
}

/** What a person says over time. */
interface Said {
  /** What had been said by an instant; to be asked in order of time. */
  by(at: number): Amendments;
  add(more: readonly TimedAmendment[]): void;
}

function saidOver(known: readonly TimedAmendment[]): Said {
  let waiting = [...known].sort((a, b) => a.time - b.time);
  const said: Amendment[] = [];
  let amendments = amendmentsOf(said);
  return {
    by(at) {
      const due = waiting.filter(({ time }) => time <= at);
      if (due.length > 0) {
        waiting = waiting.slice(due.length);
        said.push(...due.map(({ amendment }) => amendment));
        amendments = amendmentsOf([...said]);
      }
      return amendments;
    },
    add(more) {
      if (more.length > 0) waiting = [...waiting, ...more].sort((a, b) => a.time - b.time);
    },
  };
}
