import type { TrafficClass } from '../../core/traffic.ts';

/** A node of the simulated kernel's configuration. */
export interface SimulatedNode {
  readonly name: string;
  /** The adapter type, as the kernel names it. */
  readonly type: string;
  readonly class: Exclude<TrafficClass, 'unattributed'>;
  /** The proxy provider it comes from; empty when it is in the configuration itself. */
  readonly provider: string;
  readonly udp: boolean;
  readonly udpOverTcp: boolean;
  /** The node that carries its connections (`dialer-proxy`); empty when it dials itself. */
  readonly dialer: string;
}

const node = (name: string, type: string, rest: Partial<Omit<SimulatedNode, 'name' | 'type'>> = {}): SimulatedNode => ({
  name,
  type,
  class: 'proxy',
  provider: '',
  udp: true,
  udpOverTcp: false,
  dialer: '',
  ...rest,
});

export const DIRECT = node('DIRECT', 'Direct', { class: 'direct' });
export const REJECT = node('REJECT', 'Reject', { class: 'reject' });
export const HONG_KONG = node('香港 01 | x2', 'Shadowsocks');
export const JAPAN = node('日本 01', 'Vmess', { udpOverTcp: true });
export const UA3F = node('ua3f', 'Socks5', { class: 'local', udp: false });
export const UNITED_STATES = node('美国 01 [0.5x]', 'Shadowsocks', { provider: 'airport-b' });
/** Reached through 日本 01, so that its bytes show twice in the list of connections and once in the totals. */
export const SINGAPORE = node('新加坡 02 [1.5x]', 'Trojan', { provider: 'airport-b', dialer: JAPAN.name });

/** Nodes that every kernel has, whatever its configuration. */
export const BUILT_IN_NODES: readonly SimulatedNode[] = [
  node('COMPATIBLE', 'Compatible', { class: 'direct' }),
  DIRECT,
  node('PASS', 'Pass', { class: 'direct' }),
  node('PASS-RULE', 'PassRule', { class: 'direct' }),
  REJECT,
  node('REJECT-DROP', 'RejectDrop', { class: 'reject' }),
];
export const CONFIGURED_NODES: readonly SimulatedNode[] = [HONG_KONG, JAPAN, UA3F, UNITED_STATES, SINGAPORE];

/** A policy group; `candidates` in the order of the configuration, the first chosen unless it is a url-test. */
export interface SimulatedGroup {
  readonly name: string;
  readonly type: 'Selector' | 'URLTest';
  readonly candidates: readonly SimulatedNode[];
  readonly testUrl: string;
}

const TEST_URL = 'http://127.0.0.1:28100/generate_204';
export const CHOICE: SimulatedGroup = {
  name: '节点选择',
  type: 'Selector',
  candidates: [HONG_KONG, JAPAN, DIRECT],
  testUrl: '',
};
export const MEDIA: SimulatedGroup = {
  name: '流媒体',
  type: 'Selector',
  candidates: [UNITED_STATES, SINGAPORE],
  testUrl: TEST_URL,
};
export const FASTEST: SimulatedGroup = {
  name: '自动',
  type: 'URLTest',
  candidates: [HONG_KONG, JAPAN],
  testUrl: TEST_URL,
};
export const GROUPS: readonly SimulatedGroup[] = [CHOICE, MEDIA, FASTEST];

/** How long a url-test group stays with one node, in milliseconds. */
const TEST_PERIOD = 20_000;

/** The node that a group sends new connections through at an instant of the simulated time. */
export function chosenNode(group: SimulatedGroup, at: number): SimulatedNode {
  const turn = group.type === 'URLTest' ? Math.floor(at / TEST_PERIOD) % group.candidates.length : 0;
  return group.candidates[turn] ?? DIRECT;
}

/** The node of that name. @throws RangeError when the simulated configuration has none */
export function nodeNamed(name: string): SimulatedNode {
  const found = [...BUILT_IN_NODES, ...CONFIGURED_NODES].find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`no simulated node is called ${name}`);
  return found;
}
