import * as z from 'zod';
import { namedSchema } from '../../core/json.ts';
import { type Catalog, EMPTY_CATALOG } from '../ledger/frame.ts';

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
