import { shownName } from '../messages/shown-name.ts';
import type { Compared } from './compared.ts';
import type { AirportModel } from './model.ts';
import type { Writing } from './writing.ts';

/** A sentence for each silent device, with what it can explain. */
export function silenceTexts(
  { verdict }: AirportModel,
  { billed, expected }: Compared,
  { words, figures, time }: Writing,
): string[] {
  const { findings } = words;
  const excess = billed.low - expected.high;
  return verdict.absences.map(({ device, since, plausible }) => {
    const silent = findings.silent(shownName(device), since === null ? null : time(since));
    const known = plausible >= 1 && Number.isFinite(plausible);
    const explains =
      verdict.kind === 'incomplete' &&
      verdict.reasons.some((each) => each.code === 'device_silent' && each.detail === device)
        ? findings.silentExplains(known ? figures.size(plausible) : null)
        : verdict.kind === 'leak' && known && plausible < excess
          ? findings.silentFallsShort(figures.size(plausible))
          : '';
    return findings.end(`${silent}${explains}`);
  });
}
