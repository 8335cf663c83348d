import type { Words } from '../messages/report.ts';
import { onOneLine, shownName } from '../messages/shown-name.ts';
import type { Interval } from '../verdict/expected.ts';
import type { Surplus, SurplusCause } from '../verdict/finding.ts';
import { togetherName } from './evidence.ts';
import { type Figures, factorText, nameArgument, sizeArgument } from './figures.ts';
import type { AirportModel } from './model.ts';
import type { Writing } from './writing.ts';

/** A steady surplus in words: all of it where it is told, one line from then on. Empty where there is none to speak of. */
export function surplusText(airport: AirportModel, surplus: Surplus, { words, figures, date }: Writing): string {
  const { surplus: say, sentences } = words.findings;
  const { daily, answered, told, since, sinceBeginning } = surplus;
  // Rounds to nothing, or is no figure.
  if (!(daily.likely >= 1) || !Number.isFinite(daily.likely)) return '';
  const name = togetherName(airport, words);
  const likely = figures.size(daily.likely);
  if (answered === 'known')
    return surplus.note === undefined ? say.known(name, likely) : say.knownAs(name, likely, onOneLine(surplus.note));
  const sureness = surenessOf(surplus, words, figures);
  if (answered === 'leak') return say.leak(name, likely, sureness);
  const causes = causesOf(surplus.causes, airport, words);
  const begun = sinceBeginning ? say.sinceBeginning : say.since(date(since));
  return sentences([
    told ? say.told(name, begun, likely, sureness) : say.untold(name, likely, sureness),
    told ? say.causes(causes) : causes.length === 0 ? '' : say.causes(causes.slice(0, 1)),
    say.answer(...commands(airport, surplus)),
  ]);
}

function surenessOf({ share, daily }: Surplus, { findings: { surplus } }: Words, figures: Figures): string {
  const range = figures.range(daily);
  return surplus.sureness(
    Number.isFinite(share) && share > 0 ? Math.round(share * 100) : null,
    range === figures.size(daily.likely) ? null : range,
  );
}

/**
 * The two ways to answer, as commands. A node's multiplier is set right; what goes with all use is known best as a share of
 * it. The last answer takes the place of those before.
 */
function commands(airport: AirportModel, { daily, explained, share, causes }: Surplus): [mend: string, leak: string] {
  const [name, [first]] = [nameArgument(onOneLine(airport.airport)), causes];
  const leak = `flowcollect audit amend leak ${name}`;
  if (first?.kind === 'multiplier' && isBorneOut(first, airport))
    return [
      `flowcollect audit amend multiplier ${nameArgument(onOneLine(first.node))} ${roundest(first.multiplier)}`,
      leak,
    ];
  const percent = Math.round(share * 100);
  const byShare = first?.kind === 'overhead' && explained === 0 && percent >= 1 && percent <= 100;
  const amount = byShare ? `--share ${percent}%` : `--per-day ${sizeArgument(daily.likely + explained)}`;
  return [`flowcollect audit amend known ${name} ${amount}`, leak];
}

/** The number with the fewest decimals in a range: airports charge round prices. */
function roundest({ low, high }: Interval): number {
  const middle = (low + high) / 2;
  const rounded = [1, 2, 10].map((parts) => Math.round(middle * parts) / parts);
  return rounded.find((each) => each >= low && each <= high) ?? Math.round(middle * 100) / 100;
}

function causesOf(causes: readonly SurplusCause[], airport: AirportModel, { findings }: Words): string[] {
  const { cause: kinds, causeMultiplier } = findings.surplus;
  return causes.map((cause) =>
    cause.kind === 'multiplier'
      ? causeMultiplier(isBorneOut(cause, airport) ? shownName(cause.node) : null, factorText(cause.multiplier))
      : kinds[cause.kind],
  );
}

/** Whether the nodes' table has the node, and says nothing else of its multiplier. */
function isBorneOut({ node, multiplier }: SurplusCause & { kind: 'multiplier' }, { nodes }: AirportModel): boolean {
  const rows = nodes.filter((each) => each.node === node);
  return (
    rows.length > 0 &&
    rows.every(
      ({ learned }) => learned === undefined || (learned.low <= multiplier.high && multiplier.low <= learned.high),
    )
  );
}
