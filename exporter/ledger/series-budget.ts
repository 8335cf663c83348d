/**
 * How many counters a ledger may make, so that no push is refused for its size: the gateway takes 10,000 series
 * (MAX_SERIES of the metric contract) and, in the 128 MiB of docker-compose.yml, two megabytes.
 *
 * A counter of a dimension is at most two series, upload and download, of a node four, by accounting too. Six
 * dimensions with 480 each and thirteen of the ledger's own words are 5,916 series, nodes 2,800 and 260 for what is
 * beyond, uncounted ones 602, health checks of nodes 200 and 31 for what is beyond: 9,809, and some fifty that are not
 * the ledger's.
 */
export const MOST_FAMILY_COUNTERS = 480;
export const MOST_NODE_COUNTERS = 700;
export const MOST_OTHER_NODE_COUNTERS = 60;
export const MOST_UNCOUNTED_COUNTERS = 300;
export const MOST_CHECKED_COUNTERS = 200;
export const MOST_OTHER_CHECKED_COUNTERS = 30;

/** What a name may take of a push, in bytes, before it counts as two; with the rest of its line some 200. */
const BYTES_OF_ONE = 64;

const encoder = new TextEncoder();

/** Counters that may still be made. */
export function createSeriesBudget(most: number) {
  let left = most;
  const weightOf = (labels: readonly string[]): number => {
    // As they are in a push, where a quote or a backslash is two.
    const bytes = labels.reduce((sum, label) => sum + encoder.encode(JSON.stringify(label)).length - 2, 0);
    return Math.max(1, Math.ceil(bytes / BYTES_OF_ONE));
  };
  return {
    /** Whether there is room for a counter of these labels, which is then taken. */
    take(...labels: readonly string[]): boolean {
      const weight = weightOf(labels);
      if (weight > left) return false;
      left -= weight;
      return true;
    },
    giveBack(...labels: readonly string[]) {
      left += weightOf(labels);
    },
  };
}
