import {
  BUILT_IN_NODES,
  CONFIGURED_NODES,
  chosenNode,
  DIRECT,
  GROUPS,
  REJECT,
  type SimulatedGroup,
  type SimulatedNode,
} from '../household/node.ts';
import { createRandom } from '../random.ts';
import { rfc3339Nano } from './connection-message.ts';

/** What a simulated kernel answers about its configuration, as JSON texts. */
export interface KernelAnswers {
  readonly version: string;
  readonly configs: string;
  readonly proxies: string;
  readonly providers: string;
}

/**
 * `/proxies` and the like for the simulated configuration, shaped as a kernel of June 2026 answers (`modern` in the
 * recordings).
 *
 * @param at the simulated time in epoch milliseconds: url-test groups move on with it
 * @param checks nodes are never checked when it is left out
 * @param bornAt when the kernel's process began: each has other ids for its nodes
 */
export function catalogAnswers(at: number, checks?: CheckSchedule, bornAt = 0): KernelAnswers {
  const names = [DIRECT, REJECT, ...CONFIGURED_NODES, ...GROUPS].map(({ name }) => name);
  const global = { ...nodeItem('GLOBAL', 'Selector'), ...groupFields(names, DIRECT.name, '') };
  const proxyItem = (node: SimulatedNode): ProxyItem => ({
    ...nodeFields(node, bornAt),
    ...(checks === undefined ? {} : delayHistories(node, at, checks)),
  });
  const proxies = [...BUILT_IN_NODES, ...CONFIGURED_NODES].map(proxyItem);
  const groups = GROUPS.map((group) => groupItem(group, at));
  return {
    version: '{"meta":true,"version":"v1.19.99-simulated"}',
    configs: CONFIGS,
    proxies: JSON.stringify({
      proxies: sorted(Object.fromEntries([...proxies, ...groups, global].map((each) => [each.name, sorted(each)]))),
    }),
    providers: JSON.stringify({ providers: sorted(providers(at, proxyItem)) }),
  };
}

const CONFIGS = JSON.stringify({
  port: 0,
  'socks-port': 0,
  'mixed-port': 27_890,
  tun: { enable: false, device: '', stack: 'gVisor' },
  'allow-lan': false,
  mode: 'rule',
  'log-level': 'info',
  ipv6: false,
  'find-process-mode': 'strict',
  sniffing: false,
});

/** What nodes and groups have in common. */
function nodeItem(name: string, type: string) {
  return {
    alive: true,
    'dialer-proxy': '',
    extra: {},
    history: [] as readonly DelayEntry[],
    interface: '',
    mptcp: false,
    name,
    'provider-name': '',
    'routing-mark': 0,
    smux: false,
    tfo: false,
    type,
    udp: true,
    uot: false,
    xudp: false,
  };
}

type ProxyItem = ReturnType<typeof nodeFields>;

function nodeFields({ name, type, dialer, provider, udp, udpOverTcp }: SimulatedNode, bornAt: number) {
  const id = createRandom(`${name} ${bornAt}`).uuid();
  return { ...nodeItem(name, type), id, 'dialer-proxy': dialer, 'provider-name': provider, udp, uot: udpOverTcp };
}

function groupFields(all: readonly string[], now: string, testUrl: string) {
  return { all, emptyFallback: 'COMPATIBLE', hidden: false, icon: '', now, testUrl };
}

function groupItem(group: SimulatedGroup, at: number) {
  return {
    ...nodeItem(group.name, group.type),
    ...groupFields(
      group.candidates.map(({ name }) => name),
      chosenNode(group, at).name,
      group.testUrl,
    ),
    ...(group.type === 'URLTest' ? { expectedStatus: '*', fixed: '' } : {}),
  };
}

function providers(at: number, proxyItem: (node: SimulatedNode) => ProxyItem): Record<string, unknown> {
  const provider = (name: string, vehicleType: string, members: readonly object[], rest: object) => [
    name,
    {
      name,
      type: 'Proxy',
      vehicleType,
      proxies: members.map(sorted),
      testUrl: '',
      expectedStatus: '*',
      updatedAt: '0001-01-01T00:00:00Z',
      ...rest,
    },
  ];
  const of = (name: string) => CONFIGURED_NODES.filter((each) => each.provider === name).map(proxyItem);
  const fetched = {
    testUrl: PROVIDER_TEST_URL,
    updatedAt: new Date(at - 600_000).toISOString(),
    subscriptionInfo: { Upload: 123_456_789, Download: 9_876_543_210, Total: 107_374_182_400, Expire: 1_798_732_800 },
  };
  const names = new Set(CONFIGURED_NODES.map((each) => each.provider).filter((name) => name !== ''));
  const groups = GROUPS.map((group) => groupItem(group, at));
  return Object.fromEntries([
    ...[...names].map((name) => provider(name, 'HTTP', of(name), fetched)),
    provider('default', 'Compatible', [proxyItem(DIRECT), proxyItem(REJECT), ...of(''), ...groups], {}),
    // A group that uses a provider has none of its own.
    ...GROUPS.filter(({ candidates }) => candidates.every((each) => each.provider === '')).map((group) =>
      provider(group.name, 'Compatible', group.candidates.map(proxyItem), { testUrl: group.testUrl }),
    ),
  ]);
}

/** The same fields by name: Go writes maps in the order of their keys. */
function sorted<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
}

/** When a simulated kernel checks its nodes, in milliseconds. */
interface CheckSchedule {
  /** From one check of a node and URL to the next. */
  readonly every: number;
  /** When the kernel's process began, epoch milliseconds: its histories begin with it. */
  readonly since: number;
}

/** What the kernel checks the nodes of a provider with. */
const PROVIDER_TEST_URL = 'http://127.0.0.1:28100/generate_204';

/** A kernel keeps so many entries in each history (mihomo `adapter/adapter.go`, `defaultHistoriesNum`). */
const MOST_ENTRIES = 10;

/** As `/proxies` has it: when a check ended, and its delay in milliseconds. */
interface DelayEntry {
  readonly time: string;
  readonly delay: number;
}

/**
 * What a kernel remembers of a node's checks: the last of each URL, and the last of all, which repeat them.
 *
 * @param at epoch milliseconds
 */
function delayHistories({ name, provider }: SimulatedNode, at: number, { every, since }: CheckSchedule) {
  const groups = GROUPS.filter(
    ({ type, candidates }) => type === 'URLTest' && candidates.some((each) => each.name === name),
  );
  const urls = new Set(groups.map(({ testUrl }) => testUrl));
  if (provider !== '') urls.add(PROVIDER_TEST_URL);
  const byUrl = [...urls].map((url) => {
    const random = createRandom(`${name} ${url}`);
    // Some are done sooner than others.
    const delay = random.whole(20, 300);
    const nanoseconds = random.whole(0, 999_999);
    const count = Math.max(0, Math.floor((at - delay - since) / every));
    const first = Math.max(1, count - MOST_ENTRIES + 1);
    const history = Array.from({ length: count - first + 1 }, (_, index): DelayEntry => {
      return { time: rfc3339Nano(since + (first + index) * every + delay, nanoseconds), delay };
    });
    return [url, history] as const;
  });
  return {
    extra: Object.fromEntries(
      byUrl.filter(([, history]) => history.length > 0).map(([url, history]) => [url, { alive: true, history }]),
    ),
    history: byUrl
      .flatMap(([, history]) => history)
      .sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
      .slice(-MOST_ENTRIES),
  };
}
