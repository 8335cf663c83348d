import type { Random } from '../random.ts';
import { chosenNode, nodeNamed, type SimulatedNode } from './node.ts';
import type { Client, Destination } from './workload.ts';

/** Bytes that move at an even rate from one instant to another; all at once when they are the same. */
interface Flow {
  readonly bytes: number;
  readonly from: number;
  readonly until: number;
}

/** A connection of the simulated kernel, its whole life known when it opens. Times are epoch milliseconds. */
export interface SimulatedConnection {
  readonly id: string;
  readonly network: 'tcp' | 'udp';
  /** The inbound type: `Socks5`, or `Inner` for the kernel's own. */
  readonly type: string;
  readonly sourceIP: string;
  readonly sourcePort: number;
  readonly process: string;
  readonly inboundUser: string;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly rule: string;
  readonly rulePayload: string;
  readonly node: SimulatedNode;
  /** The group that the rule named; empty when it named the node. */
  readonly group: string;
  readonly openedAt: number;
  /** Nanoseconds within the millisecond of {@link openedAt}. */
  readonly nanoseconds: number;
  readonly closesAt: number;
  readonly upload: Flow;
  readonly download: Flow;
  /** Whether the kernel's totals hold its bytes. */
  readonly counted: boolean;
  /** Whether the kernel's log announces it. */
  readonly announced: boolean;
}

/** The bytes of a flow that have moved by an instant. */
export function movedBy(flow: Flow, at: number): number {
  if (at >= flow.until) return flow.bytes;
  if (at <= flow.from) return 0;
  return Math.floor((flow.bytes * (at - flow.from)) / (flow.until - flow.from));
}

/** The kernel's line as a connection starts (`[TCP] source --> destination match Rule(payload) using Group[node]`). */
export function announcement(connection: SimulatedConnection): string {
  const { network, type, sourceIP, sourcePort, process, host, address, port, rule, rulePayload, group, node } =
    connection;
  const program = process === '' ? '' : `(${process})`;
  const source = type === 'Inner' ? 'mihomo' : `${sourceIP}:${sourcePort}${program}`;
  const matched = rulePayload === '' ? rule : `${rule}(${rulePayload})`;
  const target = group === '' ? node.name : `${group}[${node.name}]`;
  return `[${network.toUpperCase()}] ${source} --> ${host === '' ? address : host}:${port} match ${matched} using ${target}`;
}

/** How much a connection moves and how long it lives; lengths in milliseconds from its opening. */
export interface Life {
  readonly upload: number;
  readonly download: number;
  /** How long its bytes take. */
  readonly moving: number;
  /** How long it stays open, at least {@link moving}. */
  readonly open: number;
}

/** The kernel speaking for itself (`type: Inner`); with an empty process the totals leave it out. */
export const KERNEL_CLIENT: Client = { sourceIP: '', process: 'mihomo', inboundUser: '', visits: [] };
export const UNCOUNTED_CLIENT: Client = { sourceIP: '', process: '', inboundUser: '', visits: [] };

/**
 * A connection, and the hop beneath it where its node is reached through another one (`dialer-proxy`): that hop is
 * listed by the kernel, but neither counted in its totals nor announced in its log.
 */
export function openConnection(
  random: Random,
  at: number,
  destination: Destination,
  client: Client,
  life: Life,
): SimulatedConnection[] {
  const { network, host, address, port, rule, rulePayload, target } = destination;
  const node = 'group' in target ? chosenNode(target.group, at) : target.node;
  const inner = client.sourceIP === '';
  const flow = (bytes: number) => ({ bytes, from: at, until: at + life.moving });
  const counted = !inner || client.process !== '';
  const connection: SimulatedConnection = {
    id: random.uuid(),
    network,
    type: inner ? 'Inner' : 'Socks5',
    sourceIP: client.sourceIP,
    process: client.process,
    inboundUser: client.inboundUser,
    sourcePort: inner ? 0 : random.whole(32_768, 60_999),
    host,
    address,
    port,
    rule,
    rulePayload,
    node,
    group: 'group' in target ? target.group.name : '',
    openedAt: at,
    nanoseconds: random.whole(0, 999_999),
    closesAt: at + life.open,
    upload: flow(node.class === 'reject' && network === 'tcp' ? 0 : life.upload),
    download: flow(node.class === 'reject' ? 0 : life.download),
    counted,
    announced: counted,
  };
  if (node.dialer === '') return [connection];
  const hop: SimulatedConnection = {
    ...connection,
    sourceIP: '',
    process: '',
    inboundUser: '',
    id: random.uuid(),
    type: 'Inner',
    sourcePort: 0,
    host: 'sg02.airport.example.com',
    address: '203.0.113.42',
    port: 443,
    rule: '',
    rulePayload: '',
    node: nodeNamed(node.dialer),
    group: '',
    upload: flow(wrapped(life.upload)),
    download: flow(wrapped(life.download)),
    counted: false,
    announced: false,
  };
  return [connection, hop];
}

/** What the outer hop carries of so many bytes: a handshake and the framing of the protocol inside. */
function wrapped(bytes: number): number {
  return 520 + bytes + Math.ceil(bytes * 0.01);
}
