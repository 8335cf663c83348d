import type { Birth, ConnectionDetails } from './frame.ts';

/** Announced connections until a frame shows them or it is clear that none will. */
export interface OpenedConnections {
  note(birth: Birth): void;
  /** A frame showed this connection: its announcement, past or to come, is spent. */
  seen(details: ConnectionDetails): void;
  /**
   * The announcements up to now that no frame showed. One that came after the frame stays. Where the clock was set back,
   * what was announced by the clock before is taken too.
   *
   * @param at when the frame arrived, epoch milliseconds
   */
  takeUnseen(at: number): Birth[];
  clear(): void;
}

/** Bounds memory when no frame comes for long; what is dropped is settled on the others. */
const MOST_PENDING = 20_000;
/** How long a connection seen in a frame may still wait for its log line. */
const LATE_LINE_MS = 2_000;

export function createOpenedConnections(): OpenedConnections {
  let pending = new Map<string, Birth>();
  // Connections that a frame showed before their log line came.
  const early = new Map<string, number>();
  let now = 0;
  let lastFrame = 0;

  return {
    note(birth) {
      const key = birthKey(birth.network, birth.sourceIP, birth.sourcePort);
      now = Math.max(now, birth.at);
      const shown = early.get(key);
      if (shown !== undefined) {
        early.delete(key);
        if (Math.abs(birth.at - shown) < LATE_LINE_MS) return;
      }
      if (pending.size < MOST_PENDING) pending.set(pending.has(key) ? `${key} ${birth.at}` : key, birth);
    },
    seen({ network, sourceIP, sourcePort }) {
      const key = birthKey(network, sourceIP, sourcePort);
      if (!pending.delete(key)) early.set(key, now);
    },
    takeUnseen(at) {
      const setBack = at < lastFrame;
      if (setBack) early.clear();
      now = setBack ? at : Math.max(now, at);
      lastFrame = at;
      const unseen: Birth[] = [];
      const kept = new Map<string, Birth>();
      for (const [key, birth] of pending) {
        if (birth.at <= at || (setBack && birth.at > at)) unseen.push(birth);
        else kept.set(key, birth);
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

function birthKey(network: string, sourceIP: string, sourcePort: string): string {
  return `${network} ${sourceIP} ${sourcePort}`;
}
