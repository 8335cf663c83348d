import type { AuditorConfig } from '../../../auditor/config.ts';
import { type AuditedAirport, airportModel, type ReportModel } from '../../../auditor/report/model.ts';
import { phrasesOf } from '../../../auditor/report/phrases.ts';
import { airportLines, reportText } from '../../../auditor/report/report-mail.ts';
import type { Forecast } from '../../../auditor/verdict/forecast.ts';
import type { Verdict } from '../../../auditor/verdict/verdict.ts';
import { SettingsError } from '../../../core/settings.ts';
import { type PlayedAudit, play } from '../play/player.ts';
import { DaysError } from './fields.ts';
import { readDays } from './read-days.ts';

/**
 * Plays a folder of days: one line of JSON an audit and airport.
 *
 * @param write one line for standard output; resolves when more may be written
 * @returns the exit code: 0 played, 2 the folder cannot be read
 */
export async function playFolder(
  path: string,
  options: { readonly texts: boolean },
  write: (line: string) => Promise<void>,
): Promise<number> {
  try {
    const days = await readDays(path);
    for await (const played of play(days)) {
      for (const line of await auditLines(played, days.config, options)) await write(`${JSON.stringify(line)}\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof DaysError || error instanceof SettingsError)) throw error;
    console.error(error.message);
    return 2;
  }
}

const iso = (at: number): string => new Date(at).toISOString();

/** The result of one audit for each airport, ready to be written as JSON. */
async function auditLines(
  { at, report, audit }: PlayedAudit,
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
