import { classify } from './attribution.ts';
import { createSeriesBudget, MOST_CHECKED_COUNTERS, MOST_OTHER_CHECKED_COUNTERS } from './series-budget.ts';

/** A node with the health checks that its kernel remembers. */
export interface CheckedNode {
  readonly node: string;
  readonly provider: string;
  /** The adapter type, as the kernel names it. */
  readonly type: string;
  /** When checks ended, each once, by the kernel's clock: epoch microseconds. */
  readonly times: readonly number[];
}

/** One series of `flowcollect_health_checks_total`. */
export interface CheckSeries {
  readonly node: string;
  readonly provider: string;
  readonly checks: number;
}

/** What survives a restart, as plain JSON. */
export interface SavedHealthChecks {
  readonly series: readonly CheckSeries[];
  /** Of each node at the last reading, when its newest check ended. */
  readonly seen: readonly (readonly [key: string, newest: number])[];
  /** The newest of all; 0 where there was none, absent before the first reading. */
  readonly newest?: number | undefined;
}

/** Health checks by node, continuous over restarts of the kernel and of the exporter. */
export interface HealthChecks {
  /**
   * Counts the checks that the reading before did not show; the first reading is the baseline.
   *
   * A check counts when it is newer than the newest that its node showed, or where the node showed none, than the newest
   * of all. Where no check of a node is as new as the newest was, that one is no longer there: the kernel has restarted
   * and its clock is behind, or was set back, so that all are new. A clock that is wrong can hide checks so, but none
   * that a kernel does not show is counted.
   *
   * @param localNodes names of nodes on the device itself, which no airport bills
   */
  count(nodes: readonly CheckedNode[], localNodes: readonly string[]): void;
  /** Nodes with one check at least. */
  series(): CheckSeries[];
  save(): SavedHealthChecks;
  /**
   * Takes what the gateway has, so that no series falls.
   *
   * @param includesOwn whether what was counted here is part of it
   */
  take(accepted: readonly CheckSeries[], includesOwn: boolean): void;
}

/** The node of checks for which there is no room for a counter of their own. */
const OTHER_NODE = 'other';
/** Nodes that are remembered one by one; of more than that, the newest check of all tells what is new. */
const MOST_SEEN = 2000;

const keyOf = (node: string, provider: string): string => `${node}\0${provider}`;
const isSince = (since: number) => (time: number) => time > since;

export function createHealthChecks(saved: SavedHealthChecks = { series: [], seen: [] }): HealthChecks {
  const counters = new Map<string, { readonly node: string; readonly provider: string; checks: number }>();
  const budget = createSeriesBudget(MOST_CHECKED_COUNTERS);
  const otherBudget = createSeriesBudget(MOST_OTHER_CHECKED_COUNTERS);
  let seen: ReadonlyMap<string, number> = new Map(saved.seen);
  let newestOfAll = saved.newest;

  function counter(node: string, provider: string, hasRoom: () => boolean) {
    const key = keyOf(node, provider);
    let found = counters.get(key);
    if (found === undefined && hasRoom()) {
      found = { node, provider, checks: 0 };
      counters.set(key, found);
    }
    return found;
  }

  function add(node: string, provider: string, checks: number): void {
    const found =
      counter(node, provider, () => budget.take(node, provider)) ??
      counter(OTHER_NODE, provider, () => otherBudget.take(provider)) ??
      counter(OTHER_NODE, '', () => true);
    if (found !== undefined) found.checks += checks;
  }

  /** The counter of a series that was pushed before, for which there must be room. */
  const kept = ({ node, provider }: CheckSeries) => counter(node, provider, () => budget.take(node, provider) || true);

  for (const each of saved.series) {
    const found = kept(each);
    if (found !== undefined) found.checks = each.checks;
  }

  return {
    count(nodes, localNodes) {
      const local = new Set(localNodes.map((name) => name.toLowerCase()));
      const now = new Map<string, number>();
      let newestNow = 0;
      for (const { node, provider, type, times } of nodes) {
        if (times.length === 0 || classify(node, type, local) !== 'proxy') continue;
        const key = keyOf(node, provider);
        const newest = times.reduce((a, b) => Math.max(a, b));
        const last = seen.get(key);
        const since = last !== undefined && newest < last ? 0 : (last ?? newestOfAll);
        const fresh = since === undefined ? 0 : times.filter(isSince(since)).length;
        if (fresh > 0) add(node, provider, fresh);
        if (now.size < MOST_SEEN) now.set(key, newest);
        newestNow = Math.max(newestNow, newest);
      }
      seen = now;
      newestOfAll = newestNow;
    },
    series: () => [...counters.values()].filter(({ checks }) => checks > 0).map((each) => ({ ...each })),
    save() {
      return { series: this.series(), seen: [...seen], newest: newestOfAll };
    },
    take(accepted, includesOwn) {
      for (const each of accepted) {
        const own = kept(each);
        if (own !== undefined) own.checks = includesOwn ? Math.max(own.checks, each.checks) : own.checks + each.checks;
      }
    },
  };
}
