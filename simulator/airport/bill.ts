import type { Bytes } from '../household/household.ts';
import type { NodeTotal } from '../household/truth.ts';

/** The multiplier that a node's name states, such as 2 in `香港 01 | x2` or 0.5 in `美国 01 [0.5x]`; 1 without one. */
export function statedMultiplier(node: string): number {
  const match = /(?:x|×)(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)(?:x|×)/i.exec(node);
  return Number(match?.[1] ?? match?.[2] ?? 1);
}

/**
 * What an airport bills: each proxy node's bytes times its multiplier, hops outside the kernel's totals included, since
 * the airport carries those too; above that what others move through a leaked subscription.
 *
 * @param options.before bytes that were billed before the simulation began
 * @param options.leaked bytes that somebody else has moved so far; billed as download
 */
export function bill(options: {
  readonly before: Bytes;
  readonly nodes: readonly NodeTotal[];
  readonly leaked: number;
}): Bytes {
  let { upload, download } = options.before;
  for (const each of options.nodes) {
    if (each.class !== 'proxy') continue;
    const multiplier = statedMultiplier(each.node);
    upload += Math.round(each.upload * multiplier);
    download += Math.round(each.download * multiplier);
  }
  return { upload, download: download + Math.round(options.leaked) };
}
