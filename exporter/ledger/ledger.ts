import type { Bytes } from '../../core/traffic.ts';
import {
  type Attribution,
  type AttributionOptions,
  attributeConnection,
  attributeOpened,
  attributionRules,
  isBilled,
  isRefused,
  reattributeConnection,
} from './attribution.ts';
import {
  copyBytes,
  createDaysOfUse,
  createFamilyBook,
  createTrafficBook,
  createUncountedBook,
  type FamilyOptions,
  minus,
  plus,
  zeroBytes,
} from './book.ts';
import { type BookedCounters, type ConnectionEvents, createConnectionTable } from './connection-table.ts';
import type { Catalog, ConnectionDetails, ConnectionOpened, Frame, Totals } from './frame.ts';
import { createGroupExits, createInboundUsers, createOpenedConnections } from './opened-connections.ts';
import type { Candidate } from './remainder-model.ts';
import {
  createLosses,
  hasRestarted,
  type LatestTotals,
  latestAfter,
  mayLack,
  newAfter,
  stillNewer,
  unseenFor,
} from './restart.ts';
import { createSettlement } from './settlement.ts';
import { type LedgerCounters, type LedgerState, namesOf } from './state.ts';

export type LedgerOptions = FamilyOptions & AttributionOptions;

/** What a frame came to. */
type FrameOutcome =
  /** The first frame ever: nothing in it was counted. */
  | { readonly kind: 'baseline'; readonly skipped: Bytes }
  /** Bytes missing at most, should the kernel have restarted unnoticed; absent where it surely has not. */
  | { readonly kind: 'counted' | 'restarted'; readonly mayLack?: number }
  /** Older than the frame before it: ignored. */
  | { readonly kind: 'stale' };

/**
 * Turns frames into counters that never lose or double a byte: for each direction, Σ traffic + carry is the kernel's
 * continuous total, whatever happens (docs/accounting.md). Not safe for concurrent use; nothing here waits.
 */
export interface Ledger {
  /** Announces a connection that the kernel's log announced. */
  noteConnectionOpened(opening: ConnectionOpened): void;
  /** Whether the kernel's log is followed: without it, those that no frame shows are inferred. */
  setLogsAvailable(available: boolean): void;
  /** Tells what the kernel's totals have come to since the last frame: it is booked should no other frame of it come. */
  noteTotals(totals: Totals): void;
  /** The kernel of the last frame does not run any more, at this time, epoch milliseconds. */
  noteGone(at: number): void;
  /** The kernel of the last frame is known to have ended, though its successor's totals may not tell. */
  noteEnded(): void;
  /** The next frame is of the kernel of the last frame for sure, whatever they have in common. */
  noteRanOn(): void;
  /** The machine on which the kernel runs has started, at this time, epoch milliseconds. */
  noteMachineStart(at: number): void;
  apply(frame: Frame, catalog: Catalog): FrameOutcome;
  /** The kernel of the last frame has ended: what its latest totals hold beyond its last frame is settled. */
  end(catalog: Catalog): void;
  counters(): LedgerCounters;
  /** A snapshot that {@link createLedger} goes on from, as plain JSON. */
  state(): LedgerState;
  /** Takes new options from the next connection on; what was booked stays. */
  reconfigure(options: LedgerOptions): void;
}

/** A stale frame is dropped; this many in a row are not stale but a new beginning. */
const MOST_STALE = 3;

/** @param saved goes on from there: what moved since is counted */
export function createLedger(options: LedgerOptions, saved?: LedgerState): Ledger {
  let rules = attributionRules(options);
  const book = createTrafficBook(saved?.traffic);
  const uncounted = createUncountedBook(saved?.uncounted);
  const families = createFamilyBook(options, saved && { series: saved.families, names: namesOf(saved) });
  const connections = createConnectionTable(saved?.connections);
  const exits = createGroupExits();
  const openings = createOpenedConnections();
  const users = createInboundUsers();
  const settlement = createSettlement(saved);
  const daysOfUse = createDaysOfUse(saved?.daysOfUse, saved?.at);
  const losses = createLosses(saved);

  let kernel: Bytes = saved?.kernel ?? zeroBytes();
  let raw: Bytes | undefined = saved?.raw;
  let latest: LatestTotals | undefined = saved?.latest;
  let lastAt = saved?.at ?? 0;
  let restarts = saved?.restarts ?? 0;
  let lastCatalog: Catalog | undefined;
  let memory = 0;
  let staleInRow = 0;
  // After a resume from counters alone, neither the connections of the last frame are known nor when it came.
  let knowsConnections = saved?.connections !== undefined;
  let knowsWhen = knowsConnections;
  let logsAvailable = true;
  // Whether the log has been followed since the last frame: never across a restart of ours.
  let logSinceFrame = saved === undefined;
  // And whether it was up to the latest totals: the log ends with the kernel.
  let logToTotals = false;
  // Whether the next frame is known to be of the kernel of the last one.
  let ranOn = false;

  function attribute(details: ConnectionDetails, frame: Frame, catalog: Catalog): Attribution {
    const announcedAt = openings.seen(details);
    // The kernel's clock may not be ours: what it says of a connection that is new is held to when that can have been.
    exits.note(details, announcedAt ?? Math.min(frame.at, Math.max(lastAt, details.start)));
    users.note(details);
    return attributeConnection(details, catalog, rules);
  }

  function countersOf(attribution: Attribution): BookedCounters {
    const { class: trafficClass, node, provider } = attribution;
    return { cell: book.cell(trafficClass, node, provider), slots: families.slots(attribution) };
  }

  function close(frame: Frame): void {
    raw = { upload: frame.upload, download: frame.download };
    lastAt = frame.at;
    memory = frame.memory;
    knowsConnections = true;
    knowsWhen = true;
    ranOn = false;
    staleInRow = 0;
    exits.endFrame();
    losses.noteSeen();
    logSinceFrame = logsAvailable;
  }

  function baseline(frame: Frame, catalog: Catalog): FrameOutcome {
    connections.baseline(frame, (details) => attribute(details, frame, catalog));
    openings.clear();
    latest = undefined;
    close(frame);
    return { kind: 'baseline', skipped: { upload: frame.upload, download: frame.download } };
  }

  function apply(shown: Frame, catalog: Catalog): FrameOutcome {
    if (raw === undefined) return baseline(shown, catalog);
    const frame = ranOn ? { ...shown, continues: true, begins: false } : shown;
    const known = knowsConnections ? connections.byId : undefined;
    const life = hasRestarted(frame, { raw, at: lastAt, connections: known, latest });
    if (life === 'stale' && staleInRow < MOST_STALE) {
      staleInRow += 1;
      return { kind: 'stale' };
    }
    const lacking = life === 'same' ? mayLack(frame, { raw, at: lastAt, connections: known }) : 0;
    let origin = raw;
    if (life === 'same') {
      if (lacking > 0) losses.add(unseenFor(frame, { at: lastAt }), lacking);
      latest = stillNewer(latest, frame);
    } else {
      restarts += 1;
      if (life === 'restarted') {
        const endedBy = losses.endedBy(frame.at);
        end(catalog);
        losses.add(endedBy - lastAt);
        // All that a new kernel shows is new.
        connections.clear();
      }
      // One whose totals began at 0 again has the connections it had, which also moved what its latest totals held.
      origin = minus(raw, latest ?? raw);
      latest = undefined;
      knowsConnections = true;
    }
    count(frame, catalog, origin, logSinceFrame && logsAvailable);
    return { kind: life === 'same' ? 'counted' : 'restarted', ...(lacking > 0 ? { mayLack: lacking } : {}) };
  }

  function end(catalog: Catalog): void {
    if (raw === undefined || latest === undefined) return;
    const { at, upload, download } = latest;
    latest = undefined;
    // As from a last frame, but without connections: all have closed.
    count({ at, upload, download, memory, connections: [] }, catalog, raw, logToTotals);
  }

  /**
   * Books what a frame tells beyond the last one.
   *
   * @param origin the totals that it goes on from
   * @param logComplete whether the log announced connections throughout
   */
  function count(frame: Frame, catalog: Catalog, origin: Bytes, logComplete: boolean): void {
    const elapsed = Math.max(1, frame.at - lastAt);
    const isNewCatalog = catalog !== lastCatalog;
    lastCatalog = catalog;
    const usedAt = daysOfUse.pass(frame.at);
    const grew = minus(frame, origin);
    const remainder = copyBytes(grew);
    let proxied = 0;
    const candidates: Candidate[] = [];
    const newSince = knowsConnections ? Number.NEGATIVE_INFINITY : newAfter(frame, { raw: origin, at: lastAt });
    const events: ConnectionEvents = {
      attribute: (details) => attribute(details, frame, catalog),
      reattribute: (connection) => (isNewCatalog ? reattributeConnection(connection, catalog, rules) : undefined),
      isNew: ({ start }) => start > newSince,
      resumed: ({ attribution, upload, download }) =>
        candidates.push({ kind: 'resumed', attribution, lifetime: { upload, download } }),
      moved(connection, upload, download) {
        if (!connection.counted) {
          uncounted.add(connection.attribution.node, connection.attribution.provider, upload, download);
          return;
        }
        connection.counters ??= countersOf(connection.attribution);
        const { cell, slots } = connection.counters;
        cell.measured.upload += upload;
        cell.measured.download += download;
        families.add(slots, upload, download, usedAt);
        if (isBilled(cell.class)) proxied += upload + download;
        settlement.noteMoved(connection, upload, download);
        remainder.upload -= upload;
        remainder.download -= download;
      },
      closed: (connection) => {
        if (isRefused(connection.attribution, connection.details)) return;
        candidates.push(settlement.noteClosed(connection, lastAt - connection.details.start, elapsed));
      },
    };
    connections.compare(frame, elapsed, events);
    for (const opening of openings.takeUnseen(frame.at)) {
      const exit = exits.exitOf(opening.node, opening.at, catalog);
      const attribution = attributeOpened(opening, exit, users.guess(opening), catalog, rules);
      if (isRefused(attribution, opening)) continue;
      candidates.push({ kind: 'unseen', attribution, wait: Math.max(1, frame.at - opening.at) });
    }
    settlement.settle(remainder, candidates, elapsed, logComplete, (attribution, direction, bytes) => {
      const { cell, slots } = countersOf(attribution);
      cell.settled[direction] += bytes;
      if (isBilled(cell.class)) proxied += bytes;
      families.add(slots, direction === 'upload' ? bytes : 0, direction === 'download' ? bytes : 0, usedAt);
    });
    kernel = plus(kernel, grew);
    if (knowsWhen) losses.pass(elapsed, proxied);
    close(frame);
  }

  const counted = () => ({ traffic: book.series(), uncounted: uncounted.series(), kernel, raw, restarts });

  return {
    noteConnectionOpened: (opening) => openings.note(opening),
    setLogsAvailable(available) {
      logsAvailable = available;
      if (!available) logSinceFrame = false;
    },
    noteTotals(totals) {
      if (raw === undefined) return;
      latest = latestAfter(totals, raw, latest);
      if (totals.continues) logToTotals = logSinceFrame && logsAvailable;
    },
    noteGone: (at) => losses.noteGone(at),
    noteEnded() {
      if (raw !== undefined) latest = { at: lastAt, ...raw, ...latest, over: true };
    },
    noteRanOn() {
      ranOn = true;
    },
    noteMachineStart: (at) => losses.noteMachineStart(at, lastAt),
    apply,
    end,
    counters: () => ({
      ...counted(),
      families: families.shown(),
      carry: settlement.carry(),
      lost: losses.lost(),
      connections: connections.size,
      memory,
    }),
    state: () => ({
      ...settlement.save(),
      ...losses.save(),
      ...counted(),
      at: lastAt,
      latest,
      families: families.series(),
      familyNames: families.names(),
      daysOfUse: daysOfUse.save(),
      connections: knowsConnections ? connections.save() : undefined,
    }),
    reconfigure(next) {
      rules = attributionRules(next);
      families.reconfigure(next);
    },
  };
}
