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

type Target = Destination['target'];

const byPort = (port: number, weight: number, target: Target): Destination => ({
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
export const RECORDED_DESTINATIONS: readonly Destination[] = [
  byPort(18001, 0.24, { group: CHOICE }),
  byPort(18002, 0.21, { node: DIRECT }),
  byPort(18003, 0.1, { node: UA3F }),
  byPort(18004, 0.12, { node: REJECT }),
  byPort(18005, 0.11, { node: JAPAN }),
  byPort(18006, 0.12, { group: MEDIA }),
  byPort(18007, 0.1, { group: FASTEST }),
];
export const RECORDED_UDP: Destination = { ...byPort(18008, 1, { node: JAPAN }), network: 'udp' };

const bySuffix = (host: string, weight: number, suffix: string, target: Target): Destination => ({
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
export const HOUSEHOLD_DESTINATIONS: readonly Destination[] = [
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
export const HOUSEHOLD_UDP: Destination = {
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
