import type { SurplusCause } from './finding.ts';
import { NOISE } from './noise.ts';
import type { Span } from './span.ts';
import { sum } from './sum.ts';
import { addShares, nodeKey } from './window-record.ts';

/** Protocols add no more than this to the payload. */
const HIGHEST_OVERHEAD = 0.12;
/** Health checks cost no more a day: seven groups of fifty nodes, tested every minute or two. */
const HIGHEST_CHECKS = 2 * 2 ** 30;
/** No airport multiplies by more. */
const HIGHEST_MULTIPLIER = 20;
/** A node with less of the use explains nothing. */
const SMALLEST_PART = 0.02;

/** What the bills must speak for the best explanation rather than the next: 20 to 1, as the logarithm of likelihoods. */
const TOLD_APART = Math.log(20);

/**
 * What a steady surplus can be, the likeliest first; nothing while the bills do not tell causes apart. Each cause alone is
 * fitted to the windows, and the one that leaves least stands first. A fixed cost is health checks; one in step with all use
 * is overhead; one in step with a node is its multiplier; one that follows none of them is somebody else.
 *
 * @param beginning whether it was there in the very first windows
 */
export function causesOf(spans: readonly Span[], beginning: boolean): SurplusCause[] {
  const surplus = spans.map(({ billed, named, days }) => (billed - named.high) / Math.sqrt(days));
  const fitted: Fitting = (of) => {
    const feature = spans.map((span) => of(span) / Math.sqrt(span.days));
    const power = sum(feature, (each) => each ** 2);
    const factor = power === 0 ? 0 : sum(feature, (each, index) => each * (surplus[index] ?? 0)) / power;
    return { factor, left: sum(surplus, (each, index) => (each - factor * (feature[index] ?? 0)) ** 2) };
  };
  const fixed = fitted(({ days }) => days);
  const byUse = fitted(({ named }) => named.likely);
  // Also what is too much to be health checks or overhead goes with days or use, and with no single node.
  const fits: Explanation[] = [
    { left: fixed.left, choices: 1, ...(fixed.factor <= HIGHEST_CHECKS ? { cause: { kind: 'checks' } } : {}) },
    { left: byUse.left, choices: 1, ...(byUse.factor <= HIGHEST_OVERHEAD ? { cause: { kind: 'overhead' } } : {}) },
    ...likeliestNode(spans, fitted),
  ];
  fits.sort((a, b) => a.left - b.left);
  const [best, next] = fits;
  const others: SurplusCause[] = beginning
    ? [{ kind: 'unwatched' }, { kind: 'leak' }]
    : [{ kind: 'leak' }, { kind: 'unwatched' }];
  const told = fits.flatMap(({ cause }) => (cause === undefined ? [] : [cause]));
  // Where nothing that goes with use or days explains most of it, it is somebody, and no node is named.
  if (best === undefined || best.left > UNEXPLAINED * sum(surplus, (each) => each ** 2))
    return [...others, ...told.filter(({ kind }) => kind !== 'multiplier')];
  // No bills agree better than the meter that they come from.
  const meter = sum(spans, ({ named, days }) => (NOISE * named.likely) ** 2 / days);
  const odds = (spans.length / 2) * Math.log(((next?.left ?? 0) + meter) / (best.left + meter));
  if (!(odds >= TOLD_APART + Math.log(best.choices))) return [];
  return best.cause === undefined ? [...others, ...told] : [...told, ...others];
}

/** A cause that leaves so much of the surplus (as a share of its squares) explains it badly. */
const UNEXPLAINED = 0.1;

type Fitting = (of: (span: Span) => number) => { readonly factor: number; readonly left: number };

/** How much of a surplus one cause leaves, and among how many of its kind it was chosen. */
interface Explanation {
  readonly left: number;
  readonly choices: number;
  /** Absent where it cannot be so much. */
  readonly cause?: SurplusCause;
}

/** The node with which a surplus goes best; none where it goes with none. */
function likeliestNode(spans: readonly Span[], fitted: Fitting): Explanation[] {
  const shares = [...addShares(spans.flatMap((span) => [...span.nodes.values()])).values()];
  const used = sum(shares, ({ bytes }) => bytes);
  const busy = shares.filter(({ bytes }) => bytes >= SMALLEST_PART * used);
  const fits = busy.flatMap((share) => {
    const { factor, left } = fitted((span) => span.nodes.get(nodeKey(share))?.bytes ?? 0);
    const multiplier = share.multiplier.high + factor;
    if (factor <= 0 || multiplier > HIGHEST_MULTIPLIER) return [];
    const rounded = (value: number): number => Math.round(value * 100) / 100;
    const range = { low: rounded(multiplier - 0.1 * factor), high: rounded(multiplier + 0.1 * factor) };
    return [
      { left, choices: busy.length, cause: { kind: 'multiplier' as const, node: share.node, multiplier: range } },
    ];
  });
  return fits.sort((a, b) => a.left - b.left).slice(0, 1);
}
