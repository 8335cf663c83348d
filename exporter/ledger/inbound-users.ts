import { NO_KEY } from './attribution.ts';
import type { ConnectionDetails, ConnectionOpened } from './frame.ts';

/**
 * Log lines do not name the user that signed in to the inbound. The connections that frames show do: their users, by
 * source and program, are given to the announced ones in the same shares.
 */
export interface InboundUsers {
  note(details: ConnectionDetails): void;
  /** Whose an announced connection is taken for. */
  guess(opening: ConnectionOpened): string;
}

/** Sources beyond this many share the shares of all. */
const MOST_SOURCES = 1_000;
/** Shares follow the latest: they count half after so many connections. */
const MEMORY = 200;

/** How often each user was seen, and how often given. */
type Tally = Map<string, { seen: number; given: number }>;

export function createInboundUsers(): InboundUsers {
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
    note({ sourceIP, process, inboundUser }) {
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
    guess({ sourceIP, process }) {
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
