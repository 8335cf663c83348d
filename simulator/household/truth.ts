import type { TrafficClass } from '../../core/traffic.ts';
import { movedBy, type SimulatedConnection } from './connection.ts';

/** Payload bytes of connections, and how many they were. */
interface Moved {
  readonly connections: number;
  readonly upload: number;
  readonly download: number;
}

/** What went through one node. */
export interface NodeTotal extends Moved {
  readonly node: string;
  readonly class: Exclude<TrafficClass, 'unattributed'>;
  readonly provider: string;
  /** Whether the kernel's totals hold these bytes. */
  readonly counted: boolean;
}

export const TRUTH_DIMENSIONS = ['class', 'port', 'group', 'rule', 'process', 'source', 'host', 'inboundUser'] as const;
export type TruthDimension = (typeof TRUTH_DIMENSIONS)[number];

/** Counted bytes cut by one dimension: key → bytes. Keys are as the kernel writes them, `''` where it says nothing. */
export type Cut = Readonly<Record<string, Moved>>;

/** Exact bytes since the simulation began, all lives of the kernel together. */
export interface Truth {
  readonly nodes: readonly NodeTotal[];
  readonly by: Readonly<Record<TruthDimension, Cut>>;
}

/** Adds up what connections moved: those that have closed as they close, the open ones when asked. */
interface TruthBook {
  close(connection: SimulatedConnection, at: number): void;
  read(open: Iterable<SimulatedConnection>, at: number): Truth;
}

export function createTruthBook(): TruthBook {
  const closed = emptySums();
  return {
    close: (connection, at) => add(closed, connection, at),
    read(open, at) {
      const sums = copy(closed);
      for (const connection of open) add(sums, connection, at);
      return {
        nodes: [...sums.nodes.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total),
        by: Object.fromEntries(
          TRUTH_DIMENSIONS.map((dimension) => [dimension, Object.fromEntries(sums.by[dimension])]),
        ) as Record<TruthDimension, Cut>,
      };
    },
  };
}

interface Sums {
  readonly nodes: Map<string, NodeTotal>;
  readonly by: Readonly<Record<TruthDimension, Map<string, Moved>>>;
}

function emptySums(): Sums {
  return {
    nodes: new Map(),
    by: Object.fromEntries(TRUTH_DIMENSIONS.map((dimension) => [dimension, new Map()])) as Sums['by'],
  };
}

function copy(sums: Sums): Sums {
  return {
    nodes: new Map(sums.nodes),
    by: Object.fromEntries(TRUTH_DIMENSIONS.map((dimension) => [dimension, new Map(sums.by[dimension])])) as Sums['by'],
  };
}

function add(sums: Sums, connection: SimulatedConnection, at: number): void {
  const { node, counted } = connection;
  const moved: Moved = {
    connections: 1,
    upload: movedBy(connection.upload, at),
    download: movedBy(connection.download, at),
  };
  const key = `${counted ? 'counted' : 'uncounted'} ${node.name}`;
  sums.nodes.set(key, {
    node: node.name,
    class: node.class,
    provider: node.provider,
    counted,
    ...plus(sums.nodes.get(key), moved),
  });
  if (!counted) return;
  for (const dimension of TRUTH_DIMENSIONS) {
    const cut = sums.by[dimension];
    const name = keyOf(connection, dimension);
    cut.set(name, plus(cut.get(name), moved));
  }
}

function plus(sum: Moved | undefined, moved: Moved): Moved {
  return {
    connections: (sum?.connections ?? 0) + moved.connections,
    upload: (sum?.upload ?? 0) + moved.upload,
    download: (sum?.download ?? 0) + moved.download,
  };
}

function keyOf(connection: SimulatedConnection, dimension: TruthDimension): string {
  switch (dimension) {
    case 'class':
      return connection.node.class;
    case 'port':
      return String(connection.port);
    case 'group':
      return connection.group === '' ? connection.node.name : connection.group;
    case 'rule':
      return connection.rulePayload === '' ? connection.rule : `${connection.rule}(${connection.rulePayload})`;
    case 'process':
      return connection.process;
    case 'source':
      return connection.sourceIP;
    case 'host':
      return connection.host === '' ? connection.address : connection.host;
    case 'inboundUser':
      return connection.inboundUser;
  }
}
