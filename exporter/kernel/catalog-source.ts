import { type Language, translate } from '../../core/language.ts';
import type { Clock } from '../../runtime/async.ts';
import type { Logger } from '../../runtime/logger.ts';
import { isBuiltIn, isKnownType } from '../ledger/attribution.ts';
import type { Catalog, ConnectionOpened, Frame, Totals } from '../ledger/frame.ts';
import type { CheckedNode } from '../ledger/health-checks.ts';
import type { KernelApi } from './api.ts';
import {
  CatalogError,
  type CatalogParts,
  decodeProviders,
  decodeProxies,
  joinCatalog,
  type NodeCatalog,
} from './catalog.ts';
import { readHealthHistories } from './health-histories.ts';
import { describeKernelProblem } from './problem.ts';

/** Names that vanished or changed type show up without a new name; what the log names comes sooner. */
const REFRESH_EVERY_MS = 600_000;
/** What is in doubt is asked again within a second: with the next frame, which may come a little early. */
const RETRY_MS = 900;
/** What the kernel goes on not to tell is asked less and less often. */
const LONGEST_RETRY_MS = 60_000;
/** A kernel that takes new settings may list the old nodes for so long after it said so. */
const RELOAD_MS = 1500;

/** The kernel's nodes, asked for when they are needed. */
export interface CatalogSource {
  current(): NodeCatalog;
  /** Asks for all nodes. */
  refresh(signal: AbortSignal): Promise<void>;
  /** The log announced this connection: where it names a group alone, what that uses now is in doubt. */
  noteOpened(opening: ConnectionOpened): void;
  /** The kernel has taken new settings, or a provider other nodes. */
  noteReload(): void;
  /**
   * What has to be asked before a frame can be attributed.
   *
   * @returns a task that does; undefined where nothing is in doubt, or it was asked for this frame already
   */
  wanted(frame: Frame, signal: AbortSignal): (() => Promise<void>) | undefined;
  /** Whether the catalog has become old. */
  isOld(): boolean;
}

/**
 * @param language in which the operator is told what is wrong, as of now
 * @param onLife called with {@link NodeCatalog.life} whenever nodes were listed
 * @param onChecks called with the health checks that the kernel remembers, whenever all of its nodes were listed
 */
export function createCatalogSource(
  api: KernelApi,
  clock: Clock,
  logger: Logger,
  language: () => Language,
  onLife: (life: string) => void,
  onChecks: (nodes: readonly CheckedNode[]) => void,
): CatalogSource {
  let parts: CatalogParts = {};
  let catalog = joinCatalog(parts);
  let askedAt = Number.NEGATIVE_INFINITY;
  /** Whether both lists were answered well, and how often in a row they were not. */
  let failures = 1;
  /** Unknown names, and how often the whole list turned out to lack them. */
  const missed = new Map<string, number>();
  let askedFor: Frame | undefined;
  let reloadedAt = Number.NEGATIVE_INFINITY;
  const openedNodes = new Set<string>();
  const doubtfulGroups = new Set<string>();
  let groupsAskedAt = Number.NEGATIVE_INFINITY;
  const said = new Set<string>();

  const sayOnce = (key: string, say: () => void): void => {
    if (said.has(key)) return;
    said.add(key);
    say();
  };

  /** A clock set back must not put asking off for long. */
  const isWithin = (since: number, milliseconds: number): boolean => Math.abs(clock.now() - since) < milliseconds;
  const pause = (times: number): number => Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.max(0, times - 1));
  const isUnknown = (node: string): boolean => !catalog.has(node) && !isBuiltIn(node);

  /** One of the lists; undefined, and said, where it was not answered well: what was known of it stays. */
  async function list<T>(path: string, decode: (answer: unknown) => T, signal: AbortSignal) {
    const answer = await api.json(path, signal);
    if (answer.kind === 'problem') {
      const problem = translate(describeKernelProblem(answer.problem, api.address), language());
      sayOnce(path, () => logger.warn({ problem }, 'the kernel does not list its nodes; asking again'));
      return undefined;
    }
    try {
      const value = { decoded: decode(answer.value), answer: answer.value };
      said.delete(path);
      return value;
    } catch (error) {
      if (!(error instanceof CatalogError)) throw error;
      sayOnce(path, () =>
        logger.warn({ detail: error.message }, 'a part of the list of nodes is not understood; asking again'),
      );
      return undefined;
    }
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    askedAt = clock.now();
    const began = askedAt;
    const unknown = [...missed.keys(), ...openedNodes];
    const [proxies, providers] = await Promise.all([
      list('/proxies', decodeProxies, signal),
      list('/providers/proxies', decodeProviders, signal),
    ]);
    if (signal.aborted) return;
    parts = {
      proxies: proxies?.decoded ?? parts.proxies,
      providers: providers?.decoded ?? parts.providers,
      askedAt: proxies === undefined ? parts.askedAt : began,
    };
    catalog = joinCatalog(parts);
    if (proxies !== undefined && catalog.life !== undefined) onLife(catalog.life);
    doubtfulGroups.clear();
    openedNodes.clear();
    const isWhole = proxies !== undefined && providers !== undefined;
    failures = isWhole ? 0 : failures + 1;
    // A reading without the providers' nodes would take these for new at the next.
    if (isWhole) onChecks(readHealthHistories(proxies.answer, providers.answer, catalog));
    noteMissing(unknown, isWhole);
    sayWhatIsNew();
  }

  function noteMissing(names: readonly string[], isWhole: boolean): void {
    for (const name of new Set(names)) {
      if (!isUnknown(name)) missed.delete(name);
      else if (isWhole) {
        missed.set(name, (missed.get(name) ?? 0) + 1);
        sayOnce(`node ${name}`, () =>
          logger.warn({ node: name }, 'the kernel does not list this node; its bytes are unattributed until it does'),
        );
      }
    }
  }

  function sayWhatIsNew(): void {
    for (const type of catalog.types()) {
      if (isKnownType(type)) continue;
      sayOnce(`type ${type}`, () =>
        logger.warn({ type }, 'the kernel has nodes of a type that is new here; their bytes count as proxy'),
      );
    }
    const shared = [...catalog.sharedNames()];
    if (shared.length === 0) return;
    sayOnce('shared names', () =>
      logger.warn(
        { nodes: shared.slice(0, 10), count: shared.length },
        'several providers, or one and the configuration, have a node of this name; where a connection does not say whose it is, its provider is not known',
      ),
    );
  }

  /** What the doubtful groups use now, and the groups they use: a list of all nodes would be a hundred times as large. */
  async function refreshGroups(signal: AbortSignal): Promise<void> {
    groupsAskedAt = clock.now();
    const asked = new Set<string>();
    const names = [...doubtfulGroups];
    doubtfulGroups.clear();
    for (let name = names.pop(); name !== undefined && !signal.aborted; name = names.pop()) {
      if (asked.has(name)) continue;
      asked.add(name);
      const at = clock.now();
      const answer = await api.json(`/proxies/${encodeURIComponent(name)}`, signal);
      try {
        if (answer.kind === 'problem') throw new CatalogError(name);
        catalog = catalog.withGroup(name, answer.value, at);
      } catch (error) {
        if (!(error instanceof CatalogError)) throw error;
        await refresh(signal);
        return;
      }
      const next = catalog.uses(name);
      if (next !== undefined && catalog.isGroup(next)) names.push(next);
      if (next !== undefined && isUnknown(next)) {
        await refresh(signal);
        return;
      }
    }
  }

  /** Whether the nodes of this frame, or of the log since the last, are not all known. */
  function findUnknown(frame: Frame): boolean {
    const names = new Set(openedNodes);
    for (const { details } of frame.connections) {
      const [node] = details.chains;
      if (node !== undefined && isUnknown(node)) names.add(node);
    }
    // Names that only the log brings are not in every frame.
    if (!isWithin(askedAt, LONGEST_RETRY_MS)) {
      for (const name of missed.keys()) if (!names.has(name)) missed.delete(name);
    }
    let isDue = false;
    for (const name of names) {
      const times = missed.get(name);
      if (times === undefined) missed.set(name, 0);
      isDue ||= times === undefined || !isWithin(askedAt, pause(failures > 0 ? 1 : times));
    }
    return isDue;
  }

  return {
    current: () => catalog,
    refresh,
    noteOpened({ node, group }) {
      if (isUnknown(node)) openedNodes.add(node);
      if (node === group && catalog.isGroup(node)) doubtfulGroups.add(node);
    },
    noteReload() {
      reloadedAt = clock.now();
    },
    wanted(frame, signal) {
      if (askedFor === frame) return undefined;
      const hasUnknown = findUnknown(frame);
      const isReloaded = askedAt < reloadedAt || (isWithin(reloadedAt, RELOAD_MS) && !isWithin(askedAt, RETRY_MS));
      const isPartial = failures > 0 && !isWithin(askedAt, pause(failures));
      const isAll = hasUnknown || isReloaded || isPartial;
      if (!isAll && (doubtfulGroups.size === 0 || isWithin(groupsAskedAt, RETRY_MS))) return undefined;
      askedFor = frame;
      return isAll ? () => refresh(signal) : () => refreshGroups(signal);
    },
    isOld: () => !isWithin(askedAt, REFRESH_EVERY_MS),
  };
}

/** Hands frames on in order, each with a catalog that knows its nodes, and the totals that come between them. */
export interface FrameQueue {
  accept(message: Frame | Totals): void;
  /** Hands on what is held back, with the present catalog; later frames pass without waiting. */
  flush(): void;
}

/**
 * A frame whose nodes are in doubt waits until the kernel was asked once, since counters only rise: a byte booked under the
 * wrong class or provider stays there. A waiting frame is only a later one; nothing is lost by it. What totals tell
 * depends on the frame before them, so that they wait behind it.
 */
export function createFrameQueue(
  catalog: CatalogSource,
  signal: AbortSignal,
  handFrame: (frame: Frame, catalog: Catalog) => void,
  handTotals: (totals: Totals) => void,
): FrameQueue {
  const waiting: (Frame | Totals)[] = [];
  let refreshing = false;
  let flushed = false;

  const ask = (task: () => Promise<void>): void => {
    refreshing = true;
    void task().finally(() => {
      refreshing = false;
      drain();
    });
  };

  const hand = (message: Frame | Totals): void => {
    if (isFrame(message)) handFrame(message, catalog.current());
    else handTotals(message);
  };
  const handAll = (): void => {
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) hand(message);
  };

  function drain(): void {
    while (!refreshing && !flushed) {
      const message = waiting[0];
      if (message === undefined) return;
      const task = isFrame(message) && !signal.aborted ? catalog.wanted(message, signal) : undefined;
      if (task !== undefined) {
        ask(task);
        return;
      }
      waiting.shift();
      hand(message);
      if (isFrame(message) && catalog.isOld() && !signal.aborted) ask(() => catalog.refresh(signal));
    }
  }

  return {
    accept(message) {
      waiting.push(message);
      if (flushed) handAll();
      else drain();
    },
    flush() {
      flushed = true;
      handAll();
    },
  };
}

const isFrame = (message: Frame | Totals): message is Frame => 'connections' in message;
