import { type DayRule, localDayAt } from '../../core/local-day.ts';
import { type AirportModel, type ReportModel, reportModel, type TodayInput } from '../report/model.ts';
import type { Presence, TodaySum } from '../usage/window-use.ts';
import type { Reason } from '../verdict/reading.ts';
import { gravest } from '../verdict/verdict.ts';

/** An airport of a user, as last observed. */
export interface OwnedAirport {
  readonly user: string;
  readonly model: AirportModel;
}

/** What the auditor knew last, in memory, so that an answer asks nobody. */
export interface LiveView {
  /** @param at when the sums were taken, epoch milliseconds */
  sums(at: number, today: LiveSums): void;
  audited(airports: readonly OwnedAirport[]): void;
  /** One user's report as of the last sums and the last observation; it holds nothing of other users. */
  of(user: string, day: DayRule): ReportModel;
  airports(): readonly OwnedAirport[];
}

/** Today's sums of all users with their devices, or why they could not be taken. */
export type LiveSums =
  | { readonly known: true; readonly sums: readonly TodaySum[]; readonly presence: readonly Presence[] }
  | { readonly known: false; readonly reasons: readonly Reason[] };

export function createLiveView(): LiveView {
  let at = 0;
  let today: LiveSums = { known: false, reasons: [] };
  let owned: readonly OwnedAirport[] = [];
  return {
    sums(takenAt, sums) {
      [at, today] = [takenAt, sums];
    },
    audited(airports) {
      owned = airports;
    },
    of(user, rule) {
      const airports = owned.filter((each) => each.user === user).map((each) => each.model);
      const model = reportModel({
        user,
        at,
        timezone: rule.zone,
        day: localDayAt(at, rule),
        today: ownToday(today, user),
        airports: [],
        days: [],
      });
      const verdict = airports.length === 0 ? null : gravest(airports.map((each) => each.verdict.kind));
      return { ...model, airports, verdict };
    },
    airports: () => owned,
  };
}

function ownToday(today: LiveSums, user: string): TodayInput {
  if (!today.known) return today;
  return {
    known: true,
    traffic: today.sums.filter(({ labels }) => labels.user === user).map((each) => ({ ...each, isNew: false })),
    presence: today.presence.filter((each) => each.user === user),
    hosts: [],
  };
}
