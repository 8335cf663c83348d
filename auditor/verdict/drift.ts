import { type Calibration, meanOf, referenceOf, varianceOf } from './calibration.ts';
import { type ComparedSpan, comparedSpans, type WindowRecord } from './window-record.ts';

const MIB = 2 ** 20;

/** A small excess over many days that chance does not explain. */
export interface Drift {
  /** Epoch milliseconds: where the examined days begin. */
  readonly since: number;
  readonly days: number;
  /** What was billed above the expectation in those days. */
  readonly bytes: number;
}

const SHORTEST_SPANS = 5;
const LONGEST_SPANS = 14;
/** Standard deviations. Many spans are tried every day, for years: a rarer one than in a single test is asked for. */
const CERTAIN = 4;
/** An excess below costs nobody anything. */
const SMALLEST = 100 * MIB;
/** The newest spans must show it still. */
const STILL_SPANS = 3;

/**
 * Looks for an excess that stayed: over the last five to fourteen spans, more than chance and what is not known of the
 * calibration itself can explain.
 *
 * @param windows oldest first, the one that is judged last
 */
export function driftOf(windows: readonly WindowRecord[], calibration: Calibration): Drift | undefined {
  if (calibration.days === 0) return undefined;
  const spans = comparedSpans(windows);
  const reference = referenceOf(spans);
  const mean = meanOf(reference);
  const end = reference.at(-1)?.to ?? Number.POSITIVE_INFINITY;
  const examined = spans.filter(({ from }) => from >= end).slice(-LONGEST_SPANS);
  const excessOf = ({ billed, likely, days }: ComparedSpan): number =>
    billed - calibration.ratio * likely - calibration.offset * days;
  // What an airport bills late moves from one day to the next, and so does not add up: it counts once.
  const lateness = Math.max(0, ...reference.map((span) => Math.abs(excessOf(span))));
  let found: (Drift & { readonly score: number }) | undefined;
  for (let count = SHORTEST_SPANS; count <= examined.length; count += 1) {
    const tried = examined.slice(-count);
    const largest = tried.reduce((most, span) => (excessOf(span) > excessOf(most) ? span : most));
    // What stays shows without its largest day too; a single day is a leak, or none.
    const steady = tried.filter((span) => span !== largest);
    const bytes = sumOf(steady, excessOf);
    const [likely, days] = [sumOf(steady, (span) => span.likely), sumOf(steady, (span) => span.days)];
    const chance = sumOf(steady, (span) => varianceOf(span.likely, span.days, calibration.noise, mean));
    const { ratio, both, offset } = calibration.uncertainty;
    const unsure = likely ** 2 * ratio + 2 * likely * days * both + days ** 2 * offset;
    const score = bytes / Math.sqrt(chance + unsure + lateness ** 2);
    const still = sumOf(tried.slice(-STILL_SPANS), excessOf) > 0;
    if (!still || bytes < SMALLEST || score < CERTAIN || score <= (found?.score ?? 0)) continue;
    const [since, all] = [tried[0]?.from ?? end, tried];
    found = { since, days: sumOf(all, (span) => span.days), bytes: Math.round(sumOf(all, excessOf)), score };
  }
  return found === undefined ? undefined : { since: found.since, days: found.days, bytes: found.bytes };
}

function sumOf(spans: readonly ComparedSpan[], figure: (span: ComparedSpan) => number): number {
  return spans.reduce((sum, span) => sum + figure(span), 0);
}
