import type { Text } from './language.ts';

/** Where a byte went, by the adapter type of its node; `unattributed` is what no connection explains. */
export const TRAFFIC_CLASSES = ['proxy', 'direct', 'local', 'reject', 'unattributed'] as const;
export type TrafficClass = (typeof TRAFFIC_CLASSES)[number];

/** As people read them, everywhere. */
export const CLASS_NAMES: Readonly<Record<TrafficClass, Text>> = {
  proxy: { zh: '代理', en: 'proxy' },
  direct: { zh: '直连', en: 'direct' },
  local: { zh: '本地节点', en: 'local nodes' },
  reject: { zh: '拦截', en: 'rejected' },
  unattributed: { zh: '未归属', en: 'unattributed' },
};

/** Seen from the device: `download` flows to it. */
export const DIRECTIONS = ['upload', 'download'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** A byte count for each direction. */
export type Bytes = Readonly<Record<Direction, number>>;

/** A byte count for each direction that grows in place. */
export type MutableBytes = Record<Direction, number>;

/** `measured`: seen on a connection between two frames; `settled`: attributed to one that closed unseen. */
export const ACCOUNTINGS = ['measured', 'settled'] as const;
export type Accounting = (typeof ACCOUNTINGS)[number];

/**
 * Growth of the traffic counters in each minute, recorded by Prometheus: blocks that add up over any span, and that bridge
 * outages of the scrapes. One series for each of {@link MINUTE_LABELS}.
 */
export const MINUTE_BYTES = 'flowcollect:traffic_bytes:delta1m';

/** Spans that are summed ahead, since reading a month of raw samples takes a hundred times as long. */
export const SUMMED_DAYS = [7, 30] as const;
type SummedDays = (typeof SUMMED_DAYS)[number];

/** The growth over the last days, recorded of the blocks, with their labels. */
export const sumRecord = (days: SummedDays): string => `flowcollect:traffic_bytes:sum${days}d`;

/** What the blocks keep of the counters' labels, besides job, user and instance. */
export const MINUTE_LABELS = ['class', 'node', 'direction'] as const;
