import * as z from 'zod/mini';
import { namedSchema } from '../../core/json.ts';
import type { Catalog } from '../ledger/frame.ts';

const OneProxy = z.object({
  type: z.string(),
  id: z.optional(z.string()),
  now: z.optional(z.string()),
  'provider-name': z.optional(z.string()),
});
const Proxies = z.object({ proxies: namedSchema(OneProxy) });
const Providers = z.object({
  providers: namedSchema(
    z.object({
      vehicleType: z.optional(z.string()),
      proxies: z.nullish(z.array(z.object({ name: z.string(), type: z.string() }))),
    }),
  ),
});

/** What the kernel said of its nodes and groups, by part: either may be missing where it was not answered well. */
export interface CatalogParts {
  readonly proxies?: z.infer<typeof Proxies> | undefined;
  readonly providers?: z.infer<typeof Providers> | undefined;
  /** When `/proxies` was asked, epoch milliseconds. */
  readonly askedAt?: number | undefined;
}

/** A catalog that also tells which names it holds, and which adapter types. */
export interface NodeCatalog extends Catalog {
  has(name: string): boolean;
  /** Whether this names a group, which is where a selector may be switched. */
  isGroup(name: string): boolean;
  /** The node or group that a group uses itself. */
  uses(group: string): string | undefined;
  types(): ReadonlySet<string>;
  /**
   * The id of DIRECT, drawn by chance whenever a kernel takes its settings (mihomo `adapter/outbound/base.go`, `Id`): two
   * processes never have the same. Undefined where the kernel does not tell it.
   */
  readonly life: string | undefined;
  /** Names that several providers list, or one and the configuration, of which connections may not say whose they are. */
  sharedNames(): ReadonlySet<string>;
  /** The same, but for what a group uses, as `/proxies/NAME` tells it. @throws CatalogError */
  withGroup(name: string, answer: unknown, askedAt: number): NodeCatalog;
}

/** An answer of `/proxies` or `/providers/proxies` that is not what a Mihomo kernel sends. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}

/** @param answer of `/proxies`, parsed JSON @throws CatalogError naming the path that is not as expected */
export const decodeProxies = (answer: unknown) => check(Proxies, answer, '/proxies');

/** @param answer of `/providers/proxies`, parsed JSON @throws CatalogError naming the path that is not as expected */
export const decodeProviders = (answer: unknown) => check(Providers, answer, '/providers/proxies');

/**
 * The kernel's nodes and groups by name.
 *
 * @param proxies the answer of `/proxies`, parsed JSON
 * @param providers the answer of `/providers/proxies`, parsed JSON, where it could be had: kernels since July 2026 list
 *   the nodes of providers there alone
 * @throws CatalogError naming the path that is not as expected
 */
export function decodeCatalog(proxies: unknown, providers?: unknown): NodeCatalog {
  return joinCatalog({
    proxies: decodeProxies(proxies),
    providers: providers === undefined ? undefined : decodeProviders(providers),
  });
}

/**
 * A node's provider is its `provider-name` (kernels since December 2025), else the provider that lists it; none where
 * several list a node of that name, or the configuration has one too. Providers of vehicle type `Compatible` are the
 * kernel's own wrappers around groups and the configuration's nodes, not subscriptions.
 */
export function joinCatalog({ proxies, providers, askedAt = 0 }: CatalogParts): NodeCatalog {
  const types = new Map<string, string>();
  const providerOf = new Map<string, string>();
  const shared = new Set<string>();
  const configured = new Set<string>();
  for (const [provider, { vehicleType, proxies: nodes }] of providers?.providers ?? []) {
    for (const node of nodes ?? []) {
      types.set(node.name, node.type);
      if (vehicleType === 'Compatible') {
        configured.add(node.name);
        continue;
      }
      if (providerOf.has(node.name) && providerOf.get(node.name) !== provider) shared.add(node.name);
      providerOf.set(node.name, provider);
    }
  }
  const now = new Map<string, Use>();
  for (const [name, proxy] of proxies?.proxies ?? []) {
    types.set(name, proxy.type);
    if (proxy.now !== undefined && proxy.now !== '') now.set(name, { node: proxy.now, askedAt });
    const provider = proxy['provider-name'];
    if (provider === '') configured.add(name);
    else if (provider !== undefined) providerOf.set(name, provider);
  }
  for (const name of configured) if (providerOf.has(name)) shared.add(name);
  return catalogOf({ types, providerOf, shared, now, life: proxies?.proxies.get('DIRECT')?.id });
}

/** What a group uses, and when the kernel was asked. */
interface Use {
  readonly node: string;
  readonly askedAt: number;
}

interface Known {
  readonly types: ReadonlyMap<string, string>;
  readonly providerOf: ReadonlyMap<string, string>;
  readonly shared: ReadonlySet<string>;
  readonly now: ReadonlyMap<string, Use>;
  readonly life: string | undefined;
}

const MOST_NESTED = 16;

function catalogOf(known: Known): NodeCatalog {
  const { types, providerOf, shared, now } = known;

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
    isGroup: (name) => now.has(name),
    uses: (group) => now.get(group)?.node,
    types: () => new Set(types.values()),
    life: known.life,
    sharedNames: () => shared,
    withGroup(name, answer, askedAt) {
      const { now: node = '' } = check(OneProxy, answer, `/proxies/${name}`);
      const next = new Map(now);
      if (node === '') next.delete(name);
      else next.set(name, { node, askedAt });
      return catalogOf({ ...known, now: next });
    },
  };
}

function check<T>(schema: z.ZodMiniType<T>, value: unknown, route: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CatalogError(`${route}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
}
