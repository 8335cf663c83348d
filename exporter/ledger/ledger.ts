import type { Dimension } from '../../core/metric-contract.ts';
import { DIRECTIONS } from '../../core/traffic.ts';
import { type Attribution, attributeBirth, attributeConnection, UNATTRIBUTED } from './attribution.ts';
import {
  createTrafficBook,
  createUncountedBook,
  type NodeCell,
  type TrafficSeries,
  type UncountedSeries,
} from './book.ts';
import { type Bytes, copyBytes, type MutableBytes, zeroBytes } from './bytes.ts';
import type { Candidate } from './candidates.ts';
import { isBuiltIn } from './classify.ts';
import { createFamilyBook, type FamilySeries } from './family.ts';
import type { Birth, Catalog, Connection, ConnectionDetails, Frame } from './frame.ts';
import { createInboundUsers } from './inbound-users.ts';
import { createLikenesses } from './likenesses.ts';
import { createNodeSizes } from './node-sizes.ts';
import { createPendingBirths } from './pending-births.ts';
import { createRemainderModel } from './remainder-model.ts';
import { hasRestarted } from './restart.ts';
import { shareOut } from './share-out.ts';
import type { LedgerState } from './state.ts';

export interface LedgerOptions {
  /** Names of nodes on the device itself, such as `ua3f`; compared without regard to case. */
  readonly localNodes: readonly string[];
  /** How many keys a family names before the rest is `other`. */
  readonly familyCap: number;
}

/** What a frame came to. */
export type FrameOutcome =
  /** The first frame ever: nothing in it was counted. */
  | { readonly kind: 'baseline'; readonly skipped: Bytes }
  | {
      readonly kind: 'counted' | 'restarted';
      /** By how much the kernel's continuous totals grew. */
      readonly grew: Bytes;
      /** Nodes that the catalog does not know: time to read it again. */
      readonly unknownNodes: readonly string[];
    }
  /** Older than the frame before it: ignored. */
  | { readonly kind: 'stale' };

/** All that the ledger counts, as it stands. */
export interface LedgerCounters {
  readonly traffic: readonly TrafficSeries[];
  readonly families: Readonly<Record<Dimension, readonly FamilySeries[]>>;
  readonly uncounted: readonly UncountedSeries[];
  /** The kernel's totals since the baseline, continuous over its restarts: Σ traffic + carry. */
  readonly kernel: Bytes;
  /** The kernel's totals as they stood in the last frame; undefined before the first. */
  readonly raw: Bytes | undefined;
  /** Bytes of the totals not yet attributed, signed. */
  readonly carry: Bytes;
  readonly restarts: number;
  /** Open connections and the kernel's memory in the last frame. */
  readonly connections: number;
  readonly memory: number;
}

/**
 * Turns frames into counters that never lose or double a byte: for each direction, Σ traffic + carry is the kernel's
 * continuous total, whatever happens (docs/accounting.md). Not safe for concurrent use; nothing here waits.
 */
export interface Ledger {
  /** Tells of a connection that the kernel's log announced. */
  noteBirth(birth: Birth): void;
  /** Whether the kernel's log is being heard: without it, births are inferred. */
  setLogsAvailable(available: boolean): void;
  apply(frame: Frame, catalog: Catalog): FrameOutcome;
  counters(): LedgerCounters;
  /** A snapshot that {@link createLedger} goes on from, as plain JSON. */
  state(): LedgerState;
  /** Takes new options from the next connection on; what was booked stays. */
  reconfigure(options: LedgerOptions): void;
}

interface Tracked {
  readonly details: ConnectionDetails;
  readonly attribution: Attribution;
  readonly cell: NodeCell | undefined;
  upload: number;
  download: number;
  /** Bytes a millisecond over the last frame. */
  uploadRate: number;
  downloadRate: number;
  /** The frame that showed it last. */
  frame: number;
}

/** A connection is short when it closed within so many frames of its opening. */
const SHORT_FRAMES = 2;
/** A stale frame is dropped; this many in a row are not stale but a new beginning. */
const MOST_STALE = 3;

/**
 * @param saved goes on from there: what moved since is counted
 */
export function createLedger(options: LedgerOptions, saved?: LedgerState): Ledger {
  let localNodes = lowerCase(options.localNodes);
  const book = createTrafficBook(saved?.traffic);
  const uncounted = createUncountedBook(saved?.uncounted);
  const families = createFamilyBook(
    options.familyCap,
    saved === undefined ? undefined : { series: saved.families, names: saved.familyNames },
  );
  const births = createPendingBirths();
  const users = createInboundUsers();
  const nodeSizes = createNodeSizes(saved?.models.nodeSizes);
  const models = {
    upload: createRemainderModel('upload', nodeSizes, saved?.models.upload),
    download: createRemainderModel('download', nodeSizes, saved?.models.download),
  };

  const kernel: MutableBytes = copyBytes(saved?.kernel ?? zeroBytes());
  const carry: MutableBytes = copyBytes(saved?.carry ?? zeroBytes());
  // The positive part of the carry that no candidate claimed, from the frame before: unattributed if nobody comes.
  const unclaimed: MutableBytes = copyBytes(saved?.unclaimed ?? zeroBytes());
  let raw: Bytes | undefined = saved?.raw;
  let lastAt = saved?.at ?? 0;
  let restarts = saved?.restarts ?? 0;
  let memory = 0;
  let frames = 0;
  let staleInRow = 0;
  let tracked = new Map<string, Tracked>();
  // After a resume from counters alone, the connections of the last frame are not known.
  const likenesses = createLikenesses();
  let logsAvailable = true;
  let knowsConnections = saved?.connections !== undefined;
  for (const { id, details, attribution, upload, download, uploadRate, downloadRate } of saved?.connections ?? []) {
    tracked.set(id, {
      details,
      attribution,
      cell: cellOf(attribution, details),
      upload,
      download,
      uploadRate,
      downloadRate,
      frame: 0,
    });
  }

  function cellOf(attribution: Attribution, details: ConnectionDetails): NodeCell | undefined {
    if (isUncounted(details)) return undefined;
    return book.cell(attribution.class, attribution.node, attribution.provider);
  }

  function track(connection: Connection, catalog: Catalog, unknownNodes: Set<string>): Tracked {
    const { details } = connection;
    const attribution = attributeConnection(details, catalog, localNodes);
    if (catalog.typeOf(attribution.node) === undefined && !isBuiltIn(attribution.node))
      unknownNodes.add(attribution.node);
    births.seen(details);
    users.note(details);
    const entry: Tracked = {
      details,
      attribution,
      cell: cellOf(attribution, details),
      upload: 0,
      download: 0,
      uploadRate: 0,
      downloadRate: 0,
      frame: frames,
    };
    tracked.set(connection.id, entry);
    return entry;
  }

  function baseline(frame: Frame, catalog: Catalog): FrameOutcome {
    for (const connection of frame.connections) {
      const entry = track(connection, catalog, new Set());
      entry.upload = connection.upload;
      entry.download = connection.download;
    }
    births.clear();
    close(frame);
    return { kind: 'baseline', skipped: { upload: frame.upload, download: frame.download } };
  }

  function close(frame: Frame): void {
    raw = { upload: frame.upload, download: frame.download };
    lastAt = frame.at;
    memory = frame.memory;
    knowsConnections = true;
    staleInRow = 0;
  }

  /**
   * Books what open connections moved since the last frame; returns the sum that the totals count. A connection whose
   * bytes may be older than the baseline is a candidate instead.
   */
  function measure(
    frame: Frame,
    elapsed: number,
    catalog: Catalog,
    unknownNodes: Set<string>,
    candidates: Candidate[],
  ): MutableBytes {
    const measured = zeroBytes();
    for (const connection of frame.connections) {
      const known = tracked.get(connection.id);
      const entry = known ?? track(connection, catalog, unknownNodes);
      if (!knowsConnections && entry.cell !== undefined && entry.details.start <= lastAt) {
        const { upload, download } = connection;
        candidates.push({ kind: 'resumed', attribution: entry.attribution, lifetime: { upload, download } });
        entry.upload = upload;
        entry.download = download;
        continue;
      }
      const upload = Math.max(0, connection.upload - entry.upload);
      const download = Math.max(0, connection.download - entry.download);
      entry.upload = connection.upload;
      entry.download = connection.download;
      entry.frame = frames;
      const alive = known === undefined ? aliveFor(entry.details, frame.at, elapsed) : elapsed;
      entry.uploadRate = upload / alive;
      entry.downloadRate = download / alive;
      if (upload === 0 && download === 0) continue;
      const { cell, attribution } = entry;
      if (cell === undefined) {
        uncounted.add(attribution.node, attribution.provider, upload, download);
        continue;
      }
      cell.measured.upload += upload;
      cell.measured.download += download;
      families.add(attribution, upload, download, frame.at);
      if (upload > 0) models.upload.noteRate(upload, entry.uploadRate);
      if (download > 0) models.download.noteRate(download, entry.downloadRate);
      measured.upload += upload;
      measured.download += download;
    }
    return measured;
  }

  /** Forgets connections that the frame no longer shows; those that were counted are candidates. */
  function takeClosed(elapsed: number): Candidate[] {
    const closed: Candidate[] = [];
    for (const [id, entry] of tracked) {
      if (entry.frame === frames) continue;
      tracked.delete(id);
      if (entry.cell === undefined) continue;
      if (lastAt - entry.details.start < SHORT_FRAMES * elapsed) {
        nodeSizes.note(entry.attribution.node, entry);
        likenesses.note(entry.attribution, entry);
      }
      const rate = { upload: entry.uploadRate, download: entry.downloadRate };
      closed.push({ kind: 'closed', attribution: entry.attribution, rate });
    }
    return closed;
  }

  function settle(candidates: readonly Candidate[], elapsed: number, at: number): void {
    for (const direction of DIRECTIONS) {
      const remainder = carry[direction];
      const model = models[direction];
      if (remainder > 0) {
        const shares = shareOut(remainder, model.claims(candidates, elapsed));
        shares.forEach((share, index) => {
          const attribution = candidates[index]?.attribution;
          if (attribution !== undefined && share > 0) bookSettled(attribution, direction, share, at);
        });
        if (shares.length > 0) {
          carry[direction] = 0;
        } else {
          const old = Math.min(unclaimed[direction], remainder);
          if (old > 0) bookSettled(UNATTRIBUTED, direction, old, at);
          carry[direction] -= old;
        }
      }
      unclaimed[direction] = Math.max(0, carry[direction]);
      model.learn(candidates, elapsed, remainder);
    }
  }

  function bookSettled(attribution: Attribution, direction: 'upload' | 'download', bytes: number, at: number): void {
    book.cell(attribution.class, attribution.node, attribution.provider).settled[direction] += bytes;
    families.add(attribution, direction === 'upload' ? bytes : 0, direction === 'download' ? bytes : 0, at);
  }

  function apply(frame: Frame, catalog: Catalog): FrameOutcome {
    frames += 1;
    if (raw === undefined) return baseline(frame, catalog);
    const restart = hasRestarted(frame, { raw, at: lastAt, connections: knowsConnections ? tracked : undefined });
    if (restart === 'stale' && staleInRow < MOST_STALE) {
      staleInRow += 1;
      return { kind: 'stale' };
    }
    const restarted = restart !== 'same';
    if (restarted) {
      restarts += 1;
      tracked = new Map();
      // All that a new kernel shows is new.
      knowsConnections = true;
    }
    const elapsed = Math.max(1, frame.at - lastAt);
    const grew = {
      upload: restarted ? frame.upload : frame.upload - raw.upload,
      download: restarted ? frame.download : frame.download - raw.download,
    };
    const unknownNodes = new Set<string>();
    const candidates: Candidate[] = [];
    const measured = measure(frame, elapsed, catalog, unknownNodes, candidates);
    for (const direction of DIRECTIONS) {
      kernel[direction] += grew[direction];
      carry[direction] += grew[direction] - measured[direction];
    }
    candidates.push(...takeClosed(elapsed));
    for (const birth of births.takeUnseen(frame.at)) {
      candidates.push({
        kind: 'unseen',
        attribution: attributeBirth(birth, users.guess(birth), catalog, localNodes),
        wait: Math.max(1, frame.at - birth.at),
      });
    }
    if (!logsAvailable) candidates.push(...likenesses.candidates());
    settle(candidates, elapsed, frame.at);
    close(frame);
    return { kind: restarted ? 'restarted' : 'counted', grew, unknownNodes: [...unknownNodes] };
  }

  return {
    noteBirth: (birth) => births.note(birth),
    setLogsAvailable(available) {
      logsAvailable = available;
    },
    apply,
    counters: () => ({
      traffic: book.series(),
      families: families.series(),
      uncounted: uncounted.series(),
      kernel: copyBytes(kernel),
      raw,
      carry: copyBytes(carry),
      restarts,
      connections: tracked.size,
      memory,
    }),
    state: () => ({
      at: lastAt,
      raw,
      kernel: copyBytes(kernel),
      carry: copyBytes(carry),
      unclaimed: copyBytes(unclaimed),
      restarts,
      traffic: book.series(),
      families: families.series(),
      familyNames: families.names(),
      uncounted: uncounted.series(),
      connections: [...tracked].map(([id, { details, attribution, upload, download, uploadRate, downloadRate }]) => ({
        id,
        details,
        attribution,
        upload,
        download,
        uploadRate,
        downloadRate,
      })),
      models: { upload: models.upload.save(), download: models.download.save(), nodeSizes: nodeSizes.save() },
    }),
    reconfigure(next) {
      localNodes = lowerCase(next.localNodes);
    },
  };
}

/**
 * Dialer-proxy hops and the kernel's own DNS: listed, yet left out of the totals (mihomo `component/proxydialer`,
 * `tunnel/dns_dialer.go`). The kernel's own downloads are `Inner` too, but name a process, and do count.
 */
function isUncounted({ type, process }: ConnectionDetails): boolean {
  return type === 'Inner' && process === '';
}

/** How long a connection has been open within a frame that shows it for the first time, milliseconds. */
function aliveFor({ start }: ConnectionDetails, at: number, elapsed: number): number {
  return start === 0 ? elapsed : Math.min(elapsed, Math.max(1, at - start));
}

function lowerCase(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
