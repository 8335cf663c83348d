import { type Language, translate } from '../../core/language.ts';
import type { Clock } from '../../runtime/async.ts';
import type { Logger } from '../../runtime/logger.ts';
import { isBuiltIn, isKnownType } from '../ledger/attribution.ts';
import type { Catalog, ConnectionOpened, Frame } from '../ledger/frame.ts';
import type { CheckedNode } from '../ledger/side-counters.ts';
import type { KernelApi } from './api.ts';
import {
  CatalogError,
  decodeProviders,
  decodeProxies,
  joinNodes,
  type NodeLists,
  type Nodes,
  readHealthHistories,
  type Use,
  withGroup,
} from './decoder/nodes.ts';
import { describeKernelProblem } from './problem.ts';

/** A catalog that also tells which names it holds. */
export interface NodeCatalog extends Catalog {
  has(name: string): boolean;
}

/**
 * The kernel's nodes and groups by name.
 *
 * @param proxies the answer of `/proxies`, parsed JSON
 * @param providers the answer of `/providers/proxies`, parsed JSON, where it could be had: kernels since July 2026 list
 *   the nodes of providers there alone
 * @throws CatalogError naming the path that is not as expected
 */
export function decodeCatalog(proxies: unknown, providers?: unknown): NodeCatalog {
  return catalogOf(
    joinNodes({
      proxies: decodeProxies(proxies),
      providers: providers === undefined ? undefined : decodeProviders(providers),
    }),
  );
}

const MOST_NESTED = 16;

function catalogOf({ types, providerOf, shared, now }: Nodes): NodeCatalog {
  /** Groups nest; one that names itself would never end. What they lead to is as old as the oldest answer. */
  function follow(name: string): Use {
    let node = name;
    let askedAt = Number.POSITIVE_INFINITY;
    for (let depth = 0; depth < MOST_NESTED; depth += 1) {
      const next = now.get(node);
      if (next === undefined) return { node, askedAt: Number.isFinite(askedAt) ? askedAt : 0 };
      node = next.node;
      askedAt = Math.min(askedAt, next.askedAt);
    }
    return { node: name, askedAt: 0 };
  }

  return {
    typeOf: (node) => types.get(node),
    providerOf: (node) => (shared.has(node) ? '' : (providerOf.get(node) ?? '')),
    nodeOf: (name) => follow(name).node,
    askedAt: (name) => follow(name).askedAt,
    isUnknown: (node) => !types.has(node),
    has: (name) => types.has(name),
  };
}

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
 * @param onLife called with {@link Nodes.life} whenever nodes were listed
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
  let lists: NodeLists = {};
  let nodes = joinNodes(lists);
  let catalog = catalogOf(nodes);
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
  const take = (next: Nodes): void => {
    nodes = next;
    catalog = catalogOf(next);
  };

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
    lists = {
      proxies: proxies?.decoded ?? lists.proxies,
      providers: providers?.decoded ?? lists.providers,
      askedAt: proxies === undefined ? lists.askedAt : began,
    };
    take(joinNodes(lists));
    if (proxies !== undefined && nodes.life !== undefined) onLife(nodes.life);
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
    for (const type of new Set(nodes.types.values())) {
      if (isKnownType(type)) continue;
      sayOnce(`type ${type}`, () =>
        logger.warn({ type }, 'the kernel has nodes of a type that is new here; their bytes count as proxy'),
      );
    }
    const shared = [...nodes.shared];
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
        take(withGroup(nodes, name, answer.value, at));
      } catch (error) {
        if (!(error instanceof CatalogError)) throw error;
        await refresh(signal);
        return;
      }
      const next = nodes.now.get(name)?.node;
      if (next !== undefined && nodes.now.has(next)) names.push(next);
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
      if (node === group && nodes.now.has(node)) doubtfulGroups.add(node);
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
