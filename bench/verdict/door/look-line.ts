import type { AuditorConfig } from '../../../auditor/config.ts';
import type { AuditedAirport } from '../../../auditor/report/model.ts';
import { airportModel, type ReportModel } from '../../../auditor/report/model.ts';
import { phrasesOf } from '../../../auditor/report/phrases.ts';
import { airportLines, reportText } from '../../../auditor/report/text.ts';
import type { Forecast } from '../../../auditor/verdict/forecast.ts';
import type { Verdict } from '../../../auditor/verdict/verdict.ts';
import type { PlayedLook } from '../play/player.ts';

const iso = (at: number): string => new Date(at).toISOString();

/** What one look says of each airport, ready to be written as JSON. */
export async function lookLines(
  { at, report, audit }: PlayedLook,
  config: AuditorConfig,
  { texts }: { readonly texts: boolean },
): Promise<object[]> {
  const models = [audit.model, ...(report ? await audit.reports() : [])];
  return audit.airports.map((airport) => {
    const model =
      models.find(({ airports }) => airports.some((each) => each.airport === airport.airport)) ?? audit.model;
    return {
      time: iso(at),
      airport: airport.airport,
      user: airport.user,
      report,
      verdict: airport.verdict.kind,
      reasons: airport.verdict.reasons,
      note: noteOf(airport.verdict),
      figures: figuresOf(airport),
      change: changeOf(airport.verdict),
      pool: airport.verdict.pool ?? null,
      forecast: forecastOf(airport.forecast),
      text: textOf(airport, model, config),
      ...(texts && report ? { reportText: reportText(model, config.language) } : {}),
    };
  });
}

function noteOf({ surplus, learned }: Verdict): object | null {
  return surplus === undefined ? null : { ...surplus, since: iso(surplus.since), checks: learned?.checks ?? 0 };
}

function figuresOf({ verdict, outcome }: AuditedAirport): object {
  const { bill, expected, window, difference, learned = null, lost = 0 } = verdict;
  const { reading } = outcome;
  return {
    billed: bill === undefined ? null : { low: bill.low, likely: bill.likely, high: bill.high },
    credit: bill?.credit ?? 0,
    newCycle: bill?.newCycle ?? false,
    expected: expected ?? null,
    difference,
    used: reading?.used ?? null,
    quota: reading?.quota ?? null,
    window: window === undefined ? null : { from: iso(window.from), to: iso(window.to) },
    lost,
    learned,
  };
}

function changeOf({ drift }: Verdict): object | null {
  return drift === undefined ? null : { ...drift, since: iso(drift.since) };
}

function forecastOf(forecast: Forecast): object {
  if (!forecast.known) return { reason: forecast.reason };
  const { known: _, ...figures } = forecast;
  return figures;
}

/** What the report says of the airport, or would say. */
function textOf(airport: AuditedAirport, model: ReportModel, { language }: AuditorConfig): string {
  const phrases = phrasesOf(model, language);
  const shown = airportModel(airport);
  return [phrases.evidence(shown), ...phrases.notes(shown), ...airportLines(shown, phrases)].join('\n');
}
