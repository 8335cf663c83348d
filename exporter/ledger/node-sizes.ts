import type { Direction } from '../../core/traffic.ts';
import { type Bytes, copyBytes, type MutableBytes, zeroBytes } from './bytes.ts';

/** How big the short connections of one node are beside those of all, learned from the ones that frames showed. */
export interface NodeSizes {
  /** A short connection that frames showed has closed; what it moved in all. */
  note(node: string, moved: Bytes): void;
  /** The mean size at a node over the mean size of all; near 1 as long as little was seen. */
  ratio(node: string, direction: Direction): number;
  save(): SavedNodeSizes;
}

export interface SavedNodeSizes {
  readonly nodes: readonly { readonly node: string; readonly count: number; readonly bytes: Bytes }[];
}

/**
 * A node's own mean weighs as much as the mean of all once it has shown this many connections: sizes spread about as
 * wide as their mean, and nodes are expected to differ by a fourteenth of it.
 */
const TRUST = 200;
/** Nodes beyond this many are taken for average, the least seen first. */
const MOST_NODES = 200;
/** What is learned counts half after this many connections, so that it follows habits that change. */
const MEMORY = 5_000;

/** Sizes count up to this many times the mean; the first few up to so many bytes. */
const OUTLIER = 3;
const FIRST_BOUND = 50_000;

interface Sum {
  count: number;
  readonly bytes: MutableBytes;
}

export function createNodeSizes(saved?: SavedNodeSizes): NodeSizes {
  const nodes = new Map<string, Sum>();
  const all: Sum = { count: 0, bytes: zeroBytes() };
  const add = (sum: Sum, count: number, bytes: Bytes): void => {
    sum.count += count;
    sum.bytes.upload += bytes.upload;
    sum.bytes.download += bytes.download;
  };
  for (const { node, count, bytes } of saved?.nodes ?? []) {
    nodes.set(node, { count, bytes: copyBytes(bytes) });
    add(all, count, bytes);
  }
  const halve = (sum: Sum): void => {
    sum.count /= 2;
    sum.bytes.upload /= 2;
    sum.bytes.download /= 2;
  };
  // One big download must not make its node's connections look big: bound it at a few times the mean.
  const bound = (direction: Direction, bytes: number): number =>
    all.count < 8 ? Math.min(bytes, FIRST_BOUND) : Math.min(bytes, (OUTLIER * all.bytes[direction]) / all.count);
  const forgetLeastSeen = (): void => {
    const least = [...nodes].reduce((a, b) => (b[1].count < a[1].count ? b : a));
    nodes.delete(least[0]);
    add(all, -least[1].count, { upload: -least[1].bytes.upload, download: -least[1].bytes.download });
  };
  return {
    note(node, moved) {
      let sum = nodes.get(node);
      if (sum === undefined) {
        if (nodes.size >= MOST_NODES) forgetLeastSeen();
        sum = { count: 0, bytes: zeroBytes() };
        nodes.set(node, sum);
      }
      const bounded = { upload: bound('upload', moved.upload), download: bound('download', moved.download) };
      add(sum, 1, bounded);
      add(all, 1, bounded);
      if (all.count > 2 * MEMORY) for (const each of [all, ...nodes.values()]) halve(each);
    },
    ratio(node, direction) {
      const sum = nodes.get(node);
      const mean = all.count > 0 ? all.bytes[direction] / all.count : 0;
      if (sum === undefined || mean <= 0) return 1;
      return (sum.bytes[direction] + TRUST * mean) / (sum.count + TRUST) / mean;
    },
    save: () => ({ nodes: [...nodes].map(([node, { count, bytes }]) => ({ node, count, bytes: copyBytes(bytes) })) }),
  };
}
