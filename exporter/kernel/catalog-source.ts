import { type Language, translate } from '../../core/language.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { isBuiltIn, isKnownType } from '../ledger/classify.ts';
import type { Frame } from '../ledger/frame.ts';
import type { CheckedNode } from '../ledger/health-checks.ts';
import type { KernelApi } from './api.ts';
import { CatalogError, decodeCatalog, EMPTY_NODE_CATALOG, type NodeCatalog } from './catalog.ts';
import { readHealthHistories } from './health-histories.ts';
import { describeKernelProblem } from './problem.ts';

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
