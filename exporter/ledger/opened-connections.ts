import { type Exit, isGroupType, NO_KEY } from './attribution.ts';
import type { Catalog, ConnectionDetails, ConnectionOpened } from './frame.ts';

/** Bounds memory when no frame comes for long; what is dropped is settled on the others. */
const MOST_PENDING = 20_000;
/** How long a connection seen in a frame may still wait for its log line. */
const LATE_LINE_MS = 2_000;

/** Announced connections until a frame shows them or it is clear that none will. */
export function createOpenedConnections() {
  let pending = new Map<string, ConnectionOpened>();
  // Connections that a frame showed before their log line came.
  const early = new Map<string, number>();
  let now = 0;
  let lastFrame = 0;

  return {
    note(opening: ConnectionOpened) {
      const key = openingKey(opening.network, opening.sourceIP, opening.sourcePort);
      now = Math.max(now, opening.at);
      const shown = early.get(key);
      if (shown !== undefined) {
        early.delete(key);
        if (Math.abs(opening.at - shown) < LATE_LINE_MS) return;
      }
      if (pending.size < MOST_PENDING) pending.set(pending.has(key) ? `${key} ${opening.at}` : key, opening);
    },
    /**
     * A frame showed this connection: its announcement, past or to come, is spent.
     *
     * @returns when it was announced, epoch milliseconds; undefined where it has not been
     */
    seen({ network, sourceIP, sourcePort }: ConnectionDetails): number | undefined {
      const key = openingKey(network, sourceIP, sourcePort);
      const opening = pending.get(key);
      if (opening === undefined) early.set(key, now);
      else pending.delete(key);
      return opening?.at;
    },
    /**
     * The announcements up to now that no frame showed. One that came after the frame stays. Where the clock was set back,
     * what was announced by the clock before is taken too.
     *
     * @param at when the frame arrived, epoch milliseconds
     */
    takeUnseen(at: number): ConnectionOpened[] {
      const setBack = at < lastFrame;
      if (setBack) early.clear();
      now = setBack ? at : Math.max(now, at);
      lastFrame = at;
      const unseen: ConnectionOpened[] = [];
      const kept = new Map<string, ConnectionOpened>();
      for (const [key, opening] of pending) {
        if (opening.at <= at || (setBack && opening.at > at)) unseen.push(opening);
        else kept.set(key, opening);
      }
      pending = kept;
      for (const [key, shown] of early) if (at - shown >= LATE_LINE_MS) early.delete(key);
      return unseen;
    },
    clear() {
      pending.clear();
      early.clear();
      lastFrame = 0;
    },
  };
}

function openingKey(network: string, sourceIP: string, sourcePort: string): string {
  return `${network} ${sourceIP} ${sourcePort}`;
}

/** Sources beyond this many share the shares of all. */
const MOST_SOURCES = 1_000;
/** Shares follow the latest: they count half after so many connections. */
const MEMORY = 200;

/** How often each user was seen, and how often given. */
type Tally = Map<string, { seen: number; given: number }>;

/**
 * Log lines do not name the user that signed in to the inbound. The connections that frames show do: their users, by
 * source and program, are given to the announced ones in the same shares.
 */
export function createInboundUsers() {
  const all: Tally = new Map();
  const bySource = new Map<string, Tally>();

  const see = (tally: Tally, user: string): void => {
    const entry = tally.get(user) ?? { seen: 0, given: 0 };
    entry.seen += 1;
    tally.set(user, entry);
    let sum = 0;
    for (const { seen } of tally.values()) sum += seen;
    if (sum <= 2 * MEMORY) return;
    for (const each of tally.values()) {
      each.seen /= 2;
      each.given /= 2;
    }
  };

  return {
    note({ sourceIP, process, inboundUser }: ConnectionDetails) {
      const user = inboundUser || NO_KEY;
      const key = `${sourceIP}\0${process}`;
      let tally = bySource.get(key);
      if (tally === undefined && bySource.size < MOST_SOURCES) {
        tally = new Map();
        bySource.set(key, tally);
      }
      if (tally !== undefined) see(tally, user);
      see(all, user);
    },
    /** Whose an announced connection is taken for. */
    guess({ sourceIP, process }: ConnectionOpened): string {
      const tally = bySource.get(`${sourceIP}\0${process}`) ?? all;
      let seen = 0;
      let given = 0;
      for (const each of tally.values()) {
        seen += each.seen;
        given += each.given;
      }
      let guess = NO_KEY;
      let most = Number.NEGATIVE_INFINITY;
      for (const [user, each] of tally) {
        const owed = (each.seen / seen) * (given + 1) - each.given;
        if (owed > most) {
          most = owed;
          guess = user;
        }
      }
      const chosen = tally.get(guess);
      if (chosen !== undefined) chosen.given += 1;
      return guess;
    },
  };
}

interface Seen extends Exit {
  readonly at: number;
}

/**
 * Which node each group used when. In global mode the log announces connections by their group alone, nothing tells
 * that a selector was switched, and a list of nodes is as old as it is. The connections that frames show tell both.
 */
export function createGroupExits() {
  let seenBy = new Map<string, Seen[]>();

  return {
    /** @param at when it opened, epoch milliseconds */
    note({ chains: [node, ...groups], provider }: ConnectionDetails, at: number) {
      if (node === undefined) return;
      for (const group of groups) {
        const seen = seenBy.get(group);
        if (seen === undefined) seenBy.set(group, [{ node, provider, at }]);
        else seen.push({ node, provider, at });
      }
    },
    /**
     * Where a connection left that opened then: as the group's connections before and after it did, and as the kernel
     * told when it was asked; the nearer in time where the two differ.
     *
     * @param name a group, or a node, which is its own exit
     */
    exitOf(name: string, at: number, catalog: Catalog): Exit {
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
    /** A frame is done: only the newest of each group matters from now on. */
    endFrame() {
      const newest = new Map<string, Seen[]>();
      for (const [group, seen] of seenBy) newest.set(group, [seen.reduce((a, b) => (b.at >= a.at ? b : a))]);
      seenBy = newest;
    },
  };
}
