import {
  CHOICE,
  DIRECT,
  FASTEST,
  HONG_KONG,
  JAPAN,
  MEDIA,
  REJECT,
  SINGAPORE,
  type SimulatedGroup,
  type SimulatedNode,
  UA3F,
} from './node.ts';

/** Somewhere that connections go, and the rule that decides how. */
export interface Destination {
  readonly weight: number;
  readonly network: 'tcp' | 'udp';
  /** The name asked for; empty when the program dials an address. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly rule: string;
  /** Empty for rules without one (`Match`). */
  readonly rulePayload: string;
  /** What the rule names: a group, or a node itself. */
  readonly target: { readonly group: SimulatedGroup } | { readonly node: SimulatedNode };
}

const byPort = (port: number, weight: number, target: Destination['target']): Destination => ({
  weight,
  network: 'tcp',
  host: '',
  address: '127.0.0.1',
  port,
  rule: 'DstPort',
  rulePayload: String(port),
  target,
});

/** Destination ports as in the recordings of a real kernel, in the shares they have there. */
const RECORDED_DESTINATIONS: readonly Destination[] = [
  byPort(18001, 0.24, { group: CHOICE }),
  byPort(18002, 0.21, { node: DIRECT }),
  byPort(18003, 0.1, { node: UA3F }),
  byPort(18004, 0.12, { node: REJECT }),
  byPort(18005, 0.11, { node: JAPAN }),
  byPort(18006, 0.12, { group: MEDIA }),
  byPort(18007, 0.1, { group: FASTEST }),
];
const RECORDED_UDP: Destination = { ...byPort(18008, 1, { node: JAPAN }), network: 'udp' };

const bySuffix = (host: string, weight: number, suffix: string, target: Destination['target']): Destination => ({
  weight,
  network: 'tcp',
  host,
  address: `198.51.100.${1 + (host.length % 200)}`,
  port: 443,
  rule: 'DomainSuffix',
  rulePayload: suffix,
  target,
});

/** What a household visits, by name, under rules as people write them. */
const HOUSEHOLD_DESTINATIONS: readonly Destination[] = [
  bySuffix('www.youtube.com', 6, 'youtube.com', { group: MEDIA }),
  bySuffix('rr3---sn-i3b7kn7s.googlevideo.com', 8, 'googlevideo.com', { group: MEDIA }),
  bySuffix('rr1---sn-oguelnsl.googlevideo.com', 6, 'googlevideo.com', { group: MEDIA }),
  bySuffix('i.ytimg.com', 5, 'ytimg.com', { group: MEDIA }),
  bySuffix('api.github.com', 5, 'github.com', { group: CHOICE }),
  bySuffix('objects.githubusercontent.com', 5, 'githubusercontent.com', { group: CHOICE }),
  bySuffix('t.me', 6, 't.me', { node: JAPAN }),
  bySuffix('news.bbc.co.uk', 5, 'bbc.co.uk', { group: FASTEST }),
  bySuffix('chat.example.org', 4, 'example.org', { node: SINGAPORE }),
  bySuffix('steamcdn-a.akamaihd.net', 6, 'akamaihd.net', { node: DIRECT }),
  bySuffix('www.bilibili.com', 6, 'bilibili.com', { node: DIRECT }),
  bySuffix('upos-sz-mirrorcos.bilivideo.com', 8, 'bilivideo.com', { node: DIRECT }),
  bySuffix('static.zhihu.com', 4, 'zhihu.com', { node: DIRECT }),
  { ...bySuffix('update.miui.com', 5, '', { node: UA3F }), port: 80, rule: 'DstPort', rulePayload: '80' },
  bySuffix('ads.example.net', 4, 'ads.example.net', { node: REJECT }),
  {
    ...bySuffix('www.youtube.com', 2, '443', { node: REJECT }),
    network: 'udp',
    rule: 'DstPort',
  },
  { ...bySuffix('198-51-100-7.nip.example.net', 3, '', { group: CHOICE }), rule: 'Match' },
  { ...bySuffix('', 3, '', { group: CHOICE }), address: '203.0.113.9', rule: 'Match' },
];
const HOUSEHOLD_UDP: Destination = {
  ...bySuffix('', 1, '', { node: JAPAN }),
  network: 'udp',
  address: '203.0.113.77',
  port: 3478,
  rule: 'DstPort',
  rulePayload: '3478',
};

/** What the kernel itself fetches through its own rules; in the totals. */
export const KERNEL_DOWNLOAD: Destination = {
  ...bySuffix('airport.example.com', 1, '', { group: CHOICE }),
  rule: 'Match',
};
/** What the kernel asks of a name server through a node; listed, outside the totals. */
export const KERNEL_DNS: Destination = {
  ...bySuffix('', 1, '', { node: HONG_KONG }),
  network: 'udp',
  address: '8.8.8.8',
  port: 53,
  rule: '',
};

/** A program on a machine behind the kernel. */
export interface Client {
  readonly sourceIP: string;
  readonly process: string;
  readonly inboundUser: string;
  /** Parts of the names it goes to; empty when it goes anywhere. */
  readonly visits: readonly string[];
}

/** What a household does all day. Shares are of the connections that arrive one by one. */
export interface Workload {
  readonly arrivalsPerSecond: number;
  readonly destinations: readonly Destination[];
  readonly clients: readonly Client[];
  /** Downloads of 0.1 to 10 MB at {@link BIG_RATE}. */
  readonly bigShare: number;
  /** Connections that move their bytes at once, then idle for up to three seconds. */
  readonly lingeringShare: number;
  /** Downloads that never end, at {@link STREAM_RATE}; one each to these. */
  readonly streams: readonly Destination[];
  readonly udpFlows: number;
  readonly udp: Destination;
  /** Whether the kernel fetches and asks name servers on its own behalf. */
  readonly kernelTraffic: boolean;
}

/** Bytes a second, as measured in the recordings. */
export const BIG_RATE = 1_500_000;
export const STREAM_RATE = 60_000;

export const WORKLOAD_SHAPES = ['mixed', 'short', 'udp', 'household'] as const;
export type WorkloadShape = (typeof WORKLOAD_SHAPES)[number];

const onPort = (...ports: readonly number[]): Destination[] =>
  RECORDED_DESTINATIONS.filter(({ port }) => ports.includes(port));

const program: Client = { sourceIP: '127.0.0.1', process: '', inboundUser: '', visits: [] };

const mixed: Workload = {
  arrivalsPerSecond: 16.7,
  destinations: RECORDED_DESTINATIONS,
  clients: [program],
  bigShare: 0.05,
  lingeringShare: 0.25,
  streams: onPort(18001, 18002, 18005, 18006),
  udpFlows: 8,
  udp: RECORDED_UDP,
  kernelTraffic: false,
};

const client = (sourceIP: string, process: string, inboundUser: string, ...visits: readonly string[]): Client => ({
  sourceIP,
  process,
  inboundUser,
  visits,
});

/** Arrival rates, sizes and shares as in the recordings of the same names; household by people, programs and names. */
export const WORKLOADS: Readonly<Record<WorkloadShape, Workload>> = {
  mixed,
  short: { ...mixed, arrivalsPerSecond: 61, bigShare: 0, lingeringShare: 0.2, streams: [], udpFlows: 0 },
  udp: { ...mixed, arrivalsPerSecond: 2.3, bigShare: 0, lingeringShare: 0.3 },
  household: {
    ...mixed,
    destinations: HOUSEHOLD_DESTINATIONS,
    clients: [
      client('192.168.1.11', 'chrome', 'alice'),
      client('192.168.1.11', 'Telegram', 'alice', 't.me'),
      client('192.168.1.12', 'bilibili', 'alice', 'bili'),
      client('192.168.1.13', 'steam', 'bob', 'steam'),
      client('192.168.1.21', 'firefox', 'bob'),
      client('192.168.1.22', '', ''),
    ],
    streams: HOUSEHOLD_DESTINATIONS.filter(({ host }) => host.includes('googlevideo') || host.includes('bilivideo')),
    udpFlows: 4,
    udp: HOUSEHOLD_UDP,
    kernelTraffic: true,
  },
};

/** Those who may go to that name. */
export function visitorsOf(host: string, clients: readonly Client[]): Client[] {
  return clients.filter(({ visits }) => visits.length === 0 || visits.some((part) => host.includes(part)));
}
