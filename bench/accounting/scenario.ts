import type { Dimension } from '../../core/metric-contract.ts';
import type { NodeCatalog } from '../../exporter/kernel/catalog.ts';
import type { RecordedLogLine, RecordedMessage } from '../../exporter/replay/recording.ts';
import type { Bytes } from './misattribution.ts';

/** A stream of a kernel from its first byte, with what is known to be true of it. */
export interface Scenario {
  readonly name: string;
  readonly messages: readonly RecordedMessage[];
  readonly log: readonly RecordedLogLine[];
  readonly catalog: NodeCatalog;
  readonly truth: Truth;
  /** The connections of the scenario; a recording has those that a frame showed. */
  readonly lives: readonly ConnectionLife[];
}

/** All that is known of a connection that is over, or of one that was open to the end. */
export interface ConnectionLife {
  readonly class: string;
  /** Epoch milliseconds; `closedAt` is Infinity for one that was open to the end. */
  readonly openedAt: number;
  readonly closedAt: number;
  /** Downloaded by an instant (epoch milliseconds). */
  downloadedBy(at: number): number;
}

/** Downloaded bytes that the kernel's totals count. */
export interface Truth {
  readonly total: number;
  readonly byClass: Bytes;
  /** Undefined where it is not known which node a group chose for each connection. */
  readonly byNode: Bytes | undefined;
  /** Keys as the ledger writes them. */
  readonly byDimension: ReadonlyMap<Dimension, Bytes>;
}

/** Names of nodes on the device itself, in recordings and simulations alike. */
export const LOCAL_NODES = ['ua3f'];
