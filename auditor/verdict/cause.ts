import type { SurplusCause } from './finding.ts';
import type { Span } from './span.ts';
import { addShares, nodeKey } from './window-record.ts';

/** Protocols add no more than this to the payload. */
const HIGHEST_OVERHEAD = 0.12;
/** Health checks cost no more a day: seven groups of fifty nodes, tested every minute or two. */
const HIGHEST_CHECKS = 2 * 2 ** 30;
/** No airport multiplies by more. */
const HIGHEST_MULTIPLIER = 20;
/** A node with less of the use explains nothing. */
const SMALLEST_PART = 0.02;

/**
 * What a steady surplus can be, the likeliest first: each cause alone is fitted to the windows, and the one that leaves
 * least stands first. A fixed cost is health checks; one in step with all use is overhead; one in step with a node is its
 * multiplier; one that follows none of them is somebody else.
 *
 * @param beginning whether it was there in the very first windows
 */
export function causesOf(spans: readonly Span[], beginning: boolean): SurplusCause[] {
  const surplus = spans.map(({ billed, named, days }) => (billed - named.high) / Math.sqrt(days));
  const fits: { cause: SurplusCause; left: number }[] = [];
  const fitted = (of: (span: Span) => number): { factor: number; left: number } => {
    const feature = spans.map((span) => of(span) / Math.sqrt(span.days));
    const power = feature.reduce((sum, each) => sum + each ** 2, 0);
    const factor =
      power === 0 ? 0 : feature.reduce((sum, each, index) => sum + each * (surplus[index] ?? 0), 0) / power;
    return {
      factor,
      left: surplus.reduce((sum, each, index) => sum + (each - factor * (feature[index] ?? 0)) ** 2, 0),
    };
  };
  const fixed = fitted(({ days }) => days);
  if (fixed.factor <= HIGHEST_CHECKS) fits.push({ cause: { kind: 'checks' }, left: fixed.left });
  const byUse = fitted(({ named }) => named.likely);
  if (byUse.factor <= HIGHEST_OVERHEAD) fits.push({ cause: { kind: 'overhead' }, left: byUse.left });
  const node = likeliestNode(spans, fitted);
  if (node !== undefined) fits.push(node);
  fits.sort((a, b) => a.left - b.left);
  const all = surplus.reduce((sum, each) => sum + each ** 2, 0);
  const best = fits[0]?.left ?? Number.POSITIVE_INFINITY;
  const others: SurplusCause[] = beginning
    ? [{ kind: 'unwatched' }, { kind: 'leak' }]
    : [{ kind: 'leak' }, { kind: 'unwatched' }];
  const told = fits.map(({ cause }) => cause);
  // Where nothing that goes with use or days explains most of it, it is somebody.
  return best > UNEXPLAINED * all ? [...others, ...told] : [...told, ...others];
}

/** A cause that leaves so much of the surplus (as a share of its squares) explains it badly. */
const UNEXPLAINED = 0.1;

function likeliestNode(
  spans: readonly Span[],
  fitted: (of: (span: Span) => number) => { factor: number; left: number },
): { cause: SurplusCause; left: number } | undefined {
  const shares = addShares(spans.flatMap((span) => [...span.nodes.values()]));
  const used = [...shares.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  let best: { cause: SurplusCause; left: number } | undefined;
  for (const share of shares.values()) {
    if (share.bytes < SMALLEST_PART * used) continue;
    const { factor, left } = fitted((span) => span.nodes.get(nodeKey(share))?.bytes ?? 0);
    const multiplier = share.multiplier.high + factor;
    if (factor <= 0 || multiplier > HIGHEST_MULTIPLIER || left >= (best?.left ?? Number.POSITIVE_INFINITY)) continue;
    const [low, high] = [multiplier - 0.1 * factor, multiplier + 0.1 * factor].map(
      (value) => Math.round(value * 100) / 100,
    );
    best = { cause: { kind: 'multiplier', node: share.node, multiplier: { low: low ?? 0, high: high ?? 0 } }, left };
  }
  return best;
}
