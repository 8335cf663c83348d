import { isGroupType } from './attribution.ts';
import type { Catalog, ConnectionDetails } from './frame.ts';

/** Where bytes leave: a node, and its provider where that is known. */
export interface Exit {
  readonly node: string;
  readonly provider: string | undefined;
}

/**
 * Which node each group used when. In global mode the log announces connections by their group alone, nothing tells
 * that a selector was switched, and a list of nodes is as old as it is. The connections that frames show tell both.
 */
export interface GroupExits {
  /** @param at when it opened, epoch milliseconds */
  note(details: ConnectionDetails, at: number): void;
  /**
   * Where a connection left that opened then: as the group's connections before and after it did, and as the kernel
   * told when it was asked; the nearer in time where the two differ.
   *
   * @param name a group, or a node, which is its own exit
   */
  exitOf(name: string, at: number, catalog: Catalog): Exit;
  /** A frame is done: only the newest of each group matters from now on. */
  endFrame(): void;
}

interface Seen extends Exit {
  readonly at: number;
}

export function createGroupExits(): GroupExits {
  let seenBy = new Map<string, Seen[]>();

  return {
    note({ chains: [node, ...groups], provider }, at) {
      if (node === undefined) return;
      for (const group of groups) {
        const seen = seenBy.get(group);
        if (seen === undefined) seenBy.set(group, [{ node, provider, at }]);
        else seen.push({ node, provider, at });
      }
    },
    exitOf(name, at, catalog) {
      const seen = seenBy.get(name) ?? [];
      const told = catalog.nodeOf(name);
      // Of a group that uses several nodes at once the kernel names none.
      const all =
        told === name || isGroupType(catalog.typeOf(told))
          ? seen
          : [...seen, { node: told, provider: undefined, at: catalog.askedAt(name) }];
      let before: Seen | undefined;
      let after: Seen | undefined;
      for (const each of all) {
        if (each.at <= at) before = before === undefined || each.at >= before.at ? each : before;
        else after = after === undefined || each.at < after.at ? each : after;
      }
      if (before === undefined || after === undefined) return before ?? after ?? { node: name, provider: undefined };
      return at - before.at <= after.at - at ? before : after;
    },
    endFrame() {
      const newest = new Map<string, Seen[]>();
      for (const [group, seen] of seenBy) newest.set(group, [seen.reduce((a, b) => (b.at >= a.at ? b : a))]);
      seenBy = newest;
    },
  };
}
