import type { SimulatedNode } from './node.ts';

/** Bytes that move at an even rate from one instant to another; all at once when they are the same. */
export interface Flow {
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
