import type { CheckedNode } from '../ledger/health-checks.ts';
import type { NodeCatalog } from './catalog.ts';

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
export function readHealthHistories(proxies: unknown, providers: unknown, catalog: NodeCatalog): CheckedNode[] {
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
  for (const item of [...listed, ...wrappers]) note(item, catalog.providerOf(String(item.name)));
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
