import type { Bytes } from '../../core/traffic.ts';

/**
 * What the ledger is fed. Byte counts are non-negative safe integers; times are epoch milliseconds. The kernel layer
 * (`exporter/kernel`) checks and shapes what the kernel sends before it comes here.
 */

/** One `/connections` message. */
export interface Frame {
  /** When the message arrived. */
  readonly at: number;
  /** The kernel's totals since it started: the truth for how much. */
  readonly download: number;
  readonly upload: number;
  /** Memory the kernel says it uses, in bytes; 0 when it does not say. */
  readonly memory: number;
  readonly connections: readonly Connection[];
  /** The link to the kernel held since the frame before, so that the kernel did too; absent where that is not known. */
  readonly continues?: boolean;
  /** It is the first of a link: it was asked for after all totals of the kernel that came before; absent otherwise. */
  readonly begins?: boolean;
}

/** The kernel's totals since it started, as its `/traffic` stream tells them each second between frames. */
export interface Totals extends Bytes {
  /** When the message arrived, epoch milliseconds. */
  readonly at: number;
  /** The stream was open before the last frame came. */
  readonly continues: boolean;
}

/** One open connection of a frame: how much it has moved since it opened. */
export interface Connection {
  readonly id: string;
  readonly upload: number;
  readonly download: number;
  readonly details: ConnectionDetails;
}

/** Who a connection is. Taken at first sight and kept, so that one connection never changes its counters. */
export interface ConnectionDetails {
  /** When the kernel opened it; 0 when it does not say. */
  readonly start: number;
  /** `tcp` or `udp`. */
  readonly network: string;
  /** The inbound type, such as `Socks5` or `Inner`. */
  readonly type: string;
  readonly sourceIP: string;
  readonly sourcePort: string;
  /** The name asked for (`host`, else `sniffHost`), else the destination address. */
  readonly host: string;
  readonly destinationPort: string;
  readonly process: string;
  readonly inboundUser: string;
  /** `chains[0]` is the node the bytes left through, the last entry the group that the rule named; empty when it says none. */
  readonly chains: readonly string[];
  /** The provider of `chains[0]`; undefined on kernels that do not say (before December 2025). */
  readonly provider: string | undefined;
  readonly rule: string;
  readonly rulePayload: string;
}

/** One connection announced by the kernel's log as it starts, also one too short for any frame. */
export interface ConnectionOpened {
  readonly at: number;
  readonly network: string;
  readonly sourceIP: string;
  readonly sourcePort: string;
  /** Destination host or address, without the port. */
  readonly host: string;
  readonly destinationPort: string;
  readonly process: string;
  readonly rule: string;
  readonly rulePayload: string;
  /** The group that the rule named; equal to {@link node} when the rule names a node. */
  readonly group: string;
  readonly node: string;
}

/** What `/proxies` and `/providers/proxies` say of nodes. */
export interface Catalog {
  /** The adapter type of a node as the kernel names it, such as `Direct` or `Shadowsocks`; undefined when unknown. */
  typeOf(node: string): string | undefined;
  /** The provider that a node came from; empty when it has none, is unknown, or several have a node of that name. */
  providerOf(node: string): string;
  /** The node that a group uses, as the kernel told last; the name itself when it is a node, or unknown. */
  nodeOf(name: string): string;
  /** When the kernel was asked that, epoch milliseconds; 0 where it is not known. */
  askedAt(name: string): number;
  /** Whether the kernel does not list this node, or not yet: its bytes have no class until it does. */
  isUnknown(node: string): boolean;
}

/** Where no kernel can be asked: built-in names still classify, and all else counts as proxy (see `classify`). */
export const EMPTY_CATALOG: Catalog = {
  typeOf: () => undefined,
  providerOf: () => '',
  nodeOf: (name) => name,
  askedAt: () => 0,
  isUnknown: () => false,
};
