import * as z from 'zod/mini';
import { namedSchema } from '../../../core/json.ts';
import type { Catalog } from '../../ledger/frame.ts';
import type { CheckedNode } from '../../ledger/side-counters.ts';

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
export interface NodeLists {
  readonly proxies?: z.infer<typeof Proxies> | undefined;
  readonly providers?: z.infer<typeof Providers> | undefined;
  /** When `/proxies` was asked, epoch milliseconds. */
  readonly askedAt?: number | undefined;
}

/** An answer of `/proxies` or `/providers/proxies` that is not what a Mihomo kernel sends. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}

/** @param answer of `/proxies`, parsed JSON @throws CatalogError naming the path that is not as expected */
export const decodeProxies = (answer: unknown) => check(Proxies, answer, '/proxies');

/** @param answer of `/providers/proxies`, parsed JSON @throws CatalogError naming the path that is not as expected */
export const decodeProviders = (answer: unknown) => check(Providers, answer, '/providers/proxies');

/** What a group uses itself, and when the kernel was asked. */
export interface Use {
  readonly node: string;
  readonly askedAt: number;
}

/** The kernel's nodes and groups by name. */
export interface Nodes {
  readonly types: ReadonlyMap<string, string>;
  readonly providerOf: ReadonlyMap<string, string>;
  /** Names that several providers list, or one and the configuration, of which connections may not say whose they are. */
  readonly shared: ReadonlySet<string>;
  /** By group. */
  readonly now: ReadonlyMap<string, Use>;
  /**
   * The id of DIRECT, random each time a kernel takes its settings (mihomo `adapter/outbound/base.go`, `Id`): two
   * processes never have the same. Undefined where the kernel does not tell it.
   */
  readonly life: string | undefined;
}

/**
 * A node's provider is its `provider-name` (kernels since December 2025), else the provider that lists it; none where
 * several list a node of that name, or the configuration has one too. Providers of vehicle type `Compatible` are the
 * kernel's own wrappers around groups and the configuration's nodes, not subscriptions.
 */
export function joinNodes({ proxies, providers, askedAt = 0 }: NodeLists): Nodes {
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
  return { types, providerOf, shared, now, life: proxies?.proxies.get('DIRECT')?.id };
}

/** The same nodes, but for what a group uses. @param answer of `/proxies/NAME`, parsed JSON @throws CatalogError */
export function withGroup(nodes: Nodes, name: string, answer: unknown, askedAt: number): Nodes {
  const { now: node = '' } = check(OneProxy, answer, `/proxies/${name}`);
  const now = new Map(nodes.now);
  if (node === '') now.delete(name);
  else now.set(name, { node, askedAt });
  return { ...nodes, now };
}

function check<T>(schema: z.ZodMiniType<T>, value: unknown, route: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CatalogError(`${route}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The health checks that a kernel remembers of its nodes, told by the times in their delay histories.
 *
 * A kernel keeps the last ten checks of a node, and in `extra` the last ten of each URL (mihomo `adapter/adapter.go`,
 * `Proxy.URLTest`, which notes a check in both with the same time; older kernels note it in one of them). A node
 * shows the same checks wherever it is listed: in its provider, in `/proxies` and in the wrappers around groups. A check
 * is therefore one time of one node. Groups are left out, as theirs repeat their members'. What is not as expected is
 * passed over: accounting does not rest on it.
 *
 * @param proxies the answer of `/proxies`, parsed JSON
 * @param providers the answer of `/providers/proxies`, parsed JSON
 */
export function readHealthHistories(
  proxies: unknown,
  providers: unknown,
  { providerOf }: Pick<Catalog, 'providerOf'>,
): CheckedNode[] {
  const nodes = new Map<string, Omit<CheckedNode, 'times'> & { times: number[] }>();
  const told = new Map<string, Set<string>>();

  function note(item: Fields, provider: string): void {
    const { name, type } = item;
    if (typeof name !== 'string' || typeof type !== 'string' || 'all' in item) return;
    const key = `${name}\0${provider}`;
    const times = told.get(name) ?? new Set();
    told.set(name, times);
    const node = nodes.get(key) ?? { node: name, provider, type, times: [] };
    nodes.set(key, node);
    for (const text of timesOf(item)) {
      if (times.has(text)) continue;
      times.add(text);
      const time = microseconds(text);
      if (time > 0) node.times.push(time);
    }
  }

  const wrappers: Fields[] = [];
  for (const [provider, value] of Object.entries(fieldsOf(fieldsOf(providers).providers))) {
    const { vehicleType, proxies: members } = fieldsOf(value);
    const items = listOf(members).map(fieldsOf);
    // First where the provider is certain: of nodes of one name that several providers have, `/proxies` shows one.
    if (vehicleType === 'Compatible') wrappers.push(...items);
    else for (const item of items) note(item, provider);
  }
  const listed = Object.values(fieldsOf(fieldsOf(proxies).proxies)).map(fieldsOf);
  for (const item of [...listed, ...wrappers]) note(item, providerOf(String(item.name)));
  return [...nodes.values()].filter(({ times }) => times.length > 0);
}

/** The times of a node's histories as the kernel writes them. */
function timesOf({ history, extra }: Fields): string[] {
  // Kernels of 2023 have lists in `extra`, later ones objects with a list.
  const more = Object.values(fieldsOf(extra)).map((each) => (Array.isArray(each) ? each : fieldsOf(each).history));
  return [history, ...more].flatMap(listOf).flatMap((entry) => {
    const { time } = fieldsOf(entry);
    return typeof time === 'string' ? [time] : [];
  });
}

/** Epoch microseconds, all that a double holds of a time; NaN for what is none. */
function microseconds(text: string): number {
  const fraction = /\.(\d{1,6})/.exec(text)?.[1] ?? '';
  return Date.parse(text.replace(/\.\d+/, '')) * 1000 + Number(fraction.padEnd(6, '0'));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
