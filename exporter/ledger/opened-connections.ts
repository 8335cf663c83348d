import type { ConnectionDetails, ConnectionOpened } from './frame.ts';

/** Announced connections until a frame shows them or it is clear that none will. */
export interface OpenedConnections {
  note(opening: ConnectionOpened): void;
  /** A frame showed this connection: its announcement, past or to come, is spent. */
  seen(details: ConnectionDetails): void;
  /**
   * The announcements up to now that no frame showed. One that came after the frame stays. Where the clock was set back,
   * what was announced by the clock before is taken too.
   *
   * @param at when the frame arrived, epoch milliseconds
   */
  takeUnseen(at: number): ConnectionOpened[];
  clear(): void;
}

/** Bounds memory when no frame comes for long; what is dropped is settled on the others. */
const MOST_PENDING = 20_000;
/** How long a connection seen in a frame may still wait for its log line. */
const LATE_LINE_MS = 2_000;

export function createOpenedConnections(): OpenedConnections {
  let pending = new Map<string, ConnectionOpened>();
  // Connections that a frame showed before their log line came.
  const early = new Map<string, number>();
  let now = 0;
  let lastFrame = 0;

  return {
    note(opening) {
      const key = openingKey(opening.network, opening.sourceIP, opening.sourcePort);
      now = Math.max(now, opening.at);
      const shown = early.get(key);
      if (shown !== undefined) {
        early.delete(key);
        if (Math.abs(opening.at - shown) < LATE_LINE_MS) return;
      }
      if (pending.size < MOST_PENDING) pending.set(pending.has(key) ? `${key} ${opening.at}` : key, opening);
    },
    seen({ network, sourceIP, sourcePort }) {
      const key = openingKey(network, sourceIP, sourcePort);
      if (!pending.delete(key)) early.set(key, now);
    },
    takeUnseen(at) {
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
