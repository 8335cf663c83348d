import {
  type Destination,
  HOUSEHOLD_DESTINATIONS,
  HOUSEHOLD_UDP,
  RECORDED_DESTINATIONS,
  RECORDED_UDP,
} from './destination.ts';

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
