import type { Words } from '../messages/report.ts';
import type { ReasonCode } from '../verdict/reason.ts';
import { comparedOf, isOverbilled } from './compared.ts';
import type { AirportModel, ReportModel } from './model.ts';

/** The first line of a report: what needs attention most, and no more than the figures bear out. */
export function headlineOf({ verdict, airports }: Pick<ReportModel, 'verdict' | 'airports'>, words: Words): string {
  if (verdict === null) return words.headlineWithoutAirports;
  const isSome = (code: ReasonCode): boolean =>
    airports.some((airport) => airport.verdict.reasons.some((each) => each.code === code));
  if (verdict === 'unknown' && isSome('first_reading')) return words.headlineFirstDay;
  if (verdict === 'unknown' && isSome('lag_unknown')) return words.headlineFirstDays;
  if (verdict === 'leak' && airports.some(isOverbilledLeak)) return words.headlineOverbilled;
  const isOpen = airports.some((airport) => airport.verdict.surplus?.answered === null);
  return verdict === 'ok' && isOpen ? words.headlineUnexplained : words.headline[verdict];
}

function isOverbilledLeak(airport: AirportModel): boolean {
  const compared = comparedOf(airport);
  return airport.verdict.kind === 'leak' && compared !== undefined && isOverbilled(compared);
}
