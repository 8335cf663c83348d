import { type DayRule, localDayAt } from '../../core/local-day.ts';
import type { AirportAudit } from '../audit-window.ts';
import type { TodaySum } from '../metrics.ts';
import { type AirportModel, type ReportModel, reportModel } from '../report/model.ts';
import type { Presence } from '../usage/presence.ts';
import { reason } from '../verdict/reason.ts';
import { gravest } from '../verdict/verdict.ts';

/** An airport of a user, as last looked at. */
export interface OwnedAirport {
  readonly user: string;
  readonly model: AirportModel;
}

/** What the auditor knew last, in memory, so that an answer asks nobody. */
export interface LiveView {
  /** @param at when the sums were taken, epoch milliseconds; undefined sums could not be taken */
  sums(at: number, today: readonly TodaySum[] | undefined, presence: readonly Presence[]): void;
  audited(audits: readonly AirportAudit[], model: ReportModel): void;
  /** One user's report as of the last sums and the last look; it holds nothing of other users. */
  of(user: string, day: DayRule): ReportModel;
  airports(): readonly OwnedAirport[];
}

export function createLiveView(): LiveView {
  let [at, today, presence]: [number, readonly TodaySum[] | undefined, readonly Presence[]] = [0, undefined, []];
  let owned: readonly OwnedAirport[] = [];
  return {
    sums(takenAt, sums, devices) {
      [at, today, presence] = [takenAt, sums, devices];
    },
    audited(audits, { airports }) {
      owned = audits.flatMap(({ user, airport }) => {
        const model = airports.find((each) => each.airport === airport);
        return model === undefined ? [] : [{ user, model }];
      });
    },
    of(user, rule) {
      const airports = owned.filter((each) => each.user === user).map((each) => each.model);
      const own = {
        traffic: (today ?? []).filter(({ labels }) => labels.user === user).map((each) => ({ ...each, born: false })),
        presence: presence.filter((each) => each.user === user),
        hosts: [],
      };
      const model = reportModel({
        user,
        at,
        timezone: rule.zone,
        day: localDayAt(at, rule),
        today:
          today === undefined ? { known: false, reasons: [reason('use_unknown')] } : { known: true as const, ...own },
        airports: [],
        days: [],
      });
      const verdict = airports.length === 0 ? null : gravest(airports.map((each) => each.verdict.kind));
      return { ...model, airports, verdict };
    },
    airports: () => owned,
  };
}
