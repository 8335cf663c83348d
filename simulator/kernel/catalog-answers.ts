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
import { type CheckSchedule, type DelayEntry, delayHistories, PROVIDER_TEST_URL } from './health-checks.ts';
import type { KernelAnswers } from './kernel-source.ts';

/**
 * `/proxies` and the like for the simulated configuration, shaped as a kernel of June 2026 answers (`modern` in the
 * recordings).
 *
 * @param at the simulated time in epoch milliseconds: url-test groups move on with it
 * @param checks nodes are never checked when it is left out
 */
export function catalogAnswers(at: number, checks?: CheckSchedule): KernelAnswers {
  const names = [DIRECT, REJECT, ...CONFIGURED_NODES, ...GROUPS].map(({ name }) => name);
  const global = { ...nodeItem('GLOBAL', 'Selector'), ...groupFields(names, DIRECT.name, '') };
  const proxyItem = (node: SimulatedNode): ProxyItem => ({
    ...nodeFields(node),
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

function nodeFields({ name, type, dialer, provider, udp, udpOverTcp }: SimulatedNode) {
  const id = createRandom(name).uuid();
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
