import * as z from 'zod';
import { namedSchema } from '../../core/json.ts';
import { type Language, translate } from '../../core/language.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { isBuiltIn, isKnownType } from '../ledger/attribution.ts';
import { type Catalog, EMPTY_CATALOG, type Frame, type Totals } from '../ledger/frame.ts';
import type { CheckedNode } from '../ledger/health-checks.ts';
import type { KernelApi } from './api.ts';
import { readHealthHistories } from './health-histories.ts';
import { describeKernelProblem } from './problem.ts';

const Proxies = z.object({
  proxies: namedSchema(
    z.object({ type: z.string(), now: z.string().optional(), 'provider-name': z.string().optional() }),
  ),
});

const Providers = z.object({
  providers: namedSchema(
    z.object({
      vehicleType: z.string().optional(),
      proxies: z.array(z.object({ name: z.string(), type: z.string() })).nullish(),
    }),
  ),
});

/** A catalog that also tells which names it holds, and which adapter types. */
export interface NodeCatalog extends Catalog {
  has(name: string): boolean;
  types(): ReadonlySet<string>;
}

/** What is known before the kernel was asked. */
export const EMPTY_NODE_CATALOG: NodeCatalog = { ...EMPTY_CATALOG, has: () => false, types: () => new Set() };

/** An answer of `/proxies` or `/providers/proxies` that is not what a Mihomo kernel sends. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}

/**
 * The kernel's nodes and groups by name.
 *
 * A node's provider is its `provider-name` (kernels since December 2025), else the provider that lists it. Providers
 * of vehicle type `Compatible` are the kernel's own wrappers around groups and the configuration, not subscriptions.
 *
 * @param proxies the answer of `/proxies`, parsed JSON
 * @param providers the answer of `/providers/proxies`, parsed JSON, where it could be had
 * @throws CatalogError naming the path that is not as expected
 */
export function decodeCatalog(proxies: unknown, providers?: unknown): NodeCatalog {
  const types = new Map<string, string>();
  const providerOf = new Map<string, string>();
  const now = new Map<string, string>();
  if (providers !== undefined) {
    const listed = check(Providers, providers, '/providers/proxies').providers;
    for (const [provider, { vehicleType, proxies: nodes }] of listed) {
      for (const node of nodes ?? []) {
        types.set(node.name, node.type);
        if (vehicleType !== 'Compatible') providerOf.set(node.name, provider);
      }
    }
  }
  for (const [name, proxy] of check(Proxies, proxies, '/proxies').proxies) {
    types.set(name, proxy.type);
    if (proxy.now !== undefined && proxy.now !== '') now.set(name, proxy.now);
    const provider = proxy['provider-name'];
    if (provider !== undefined && provider !== '') providerOf.set(name, provider);
  }
  return {
    typeOf: (node) => types.get(node),
    providerOf: (node) => providerOf.get(node) ?? '',
    nodeOf(name) {
      let node = name;
      // Groups nest; one that names itself would never end.
      for (let depth = 0; depth < MOST_NESTED; depth += 1) {
        const next = now.get(node);
        if (next === undefined) return node;
        node = next;
      }
      return name;
    },
    has: (name) => types.has(name),
    types: () => new Set(types.values()),
  };
}

const MOST_NESTED = 16;

function check<T>(schema: z.ZodType<T>, value: unknown, route: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CatalogError(`${route}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
}

/** Providers change their nodes at any time; names that vanished or changed type show up without a new name too. */
const REFRESH_EVERY_MS = 600_000;
const RETRY_AFTER_MS = 30_000;

/** The kernel's nodes, asked for when they are needed. */
export interface CatalogSource {
  current(): NodeCatalog;
  refresh(signal: AbortSignal): Promise<void>;
  /** Whether a frame names a node that a refresh might explain. */
  wantsRefresh(frame: Frame): boolean;
  /** Whether the catalog has become old. */
  isOld(): boolean;
}

/**
 * @param language in which the operator is told what is wrong, as of now
 * @param onChecks called with the health checks that the kernel remembers, whenever all of its nodes were listed
 */
export function createCatalogSource(
  api: KernelApi,
  clock: Clock,
  logger: Logger,
  language: () => Language,
  onChecks: (nodes: readonly CheckedNode[]) => void,
): CatalogSource {
  let catalog = EMPTY_NODE_CATALOG;
  let askedAt = Number.NEGATIVE_INFINITY;
  let succeeded = false;
  /** Names that the kernel itself did not explain: asking again at each frame would not help. */
  const inexplicable = new Set<string>();
  let wanted: string[] = [];
  const saidTypes = new Set<string>();

  function sayUnknownTypes(): void {
    for (const type of catalog.types()) {
      if (isKnownType(type) || saidTypes.has(type)) continue;
      saidTypes.add(type);
      logger.warn({ type }, 'the kernel has nodes of a type that is new here; their bytes count as proxy');
    }
  }

  async function read(signal: AbortSignal): Promise<void> {
    const [proxies, providers] = await Promise.all([
      api.json('/proxies', signal),
      api.json('/providers/proxies', signal),
    ]);
    if (proxies.kind === 'problem') {
      const problem = translate(describeKernelProblem(proxies.problem, api.address), language());
      logger.warn({ problem }, 'the kernel does not list its nodes; asking again later');
      return;
    }
    catalog = decodeCatalog(proxies.value, providers.kind === 'answer' ? providers.value : undefined);
    succeeded = true;
    // A look without the providers' nodes would take these for new at the next.
    if (providers.kind === 'answer') onChecks(readHealthHistories(proxies.value, providers.value, catalog));
    sayUnknownTypes();
    for (const name of inexplicable) if (catalog.has(name)) inexplicable.delete(name);
    for (const name of wanted.filter((each) => !catalog.has(each))) {
      inexplicable.add(name);
      logger.warn({ node: name }, 'the kernel does not list this node; its bytes count as proxy');
    }
  }

  /** A clock set back must not put asking off for long. */
  const wasAskedWithin = (milliseconds: number): boolean => Math.abs(clock.now() - askedAt) <= milliseconds;

  return {
    current: () => catalog,
    async refresh(signal) {
      askedAt = clock.now();
      succeeded = false;
      try {
        await read(signal);
      } catch (error) {
        if (!(error instanceof CatalogError)) throw error;
        logger.warn({ err: error }, 'the list of nodes is not understood; keeping the one before');
      }
    },
    wantsRefresh(frame) {
      if (!succeeded && wasAskedWithin(RETRY_AFTER_MS)) return false;
      const names = new Set<string>();
      for (const { details } of frame.connections) {
        const node = details.chains[0];
        if (node !== undefined && !catalog.has(node) && !isBuiltIn(node) && !inexplicable.has(node)) names.add(node);
      }
      wanted = [...names];
      return names.size > 0;
    },
    isOld: () => !wasAskedWithin(succeeded ? REFRESH_EVERY_MS : RETRY_AFTER_MS),
  };
}

/** Hands frames on in order, each with a catalog that knows its nodes, and the totals that come between them. */
export interface FrameQueue {
  accept(message: Frame | Totals): void;
  /** Hands on what is held back, with the catalog as it stands; later frames pass without waiting. */
  flush(): void;
}

/**
 * A frame that names an unknown node waits until the catalog was asked once, since counters only rise: a byte booked
 * under the wrong class or provider stays there. A waiting frame is only a later one; nothing is lost by it. What totals
 * tell depends on the frame before them, so that they wait behind it.
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

  const refresh = (): void => {
    refreshing = true;
    void catalog.refresh(signal).finally(() => {
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
      if (isFrame(message) && catalog.wantsRefresh(message)) {
        refresh();
        return;
      }
      waiting.shift();
      hand(message);
      if (isFrame(message) && catalog.isOld() && !signal.aborted) refresh();
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
