/**
 * Growth of the traffic counters in each minute, recorded by Prometheus: blocks that add up over any span, and that bridge
 * outages of the scrapes. One series for each of {@link MINUTE_LABELS}.
 */
export const MINUTE_BYTES = 'flowcollect:traffic_bytes:delta1m';

/** Spans that are summed ahead, since reading a month of raw samples takes a hundred times as long. */
export const SUMMED_DAYS = [7, 30] as const;
export type SummedDays = (typeof SUMMED_DAYS)[number];

/** The growth over the last days, recorded of the blocks, with their labels. */
export const sumRecord = (days: SummedDays): string => `flowcollect:traffic_bytes:sum${days}d`;

/** What the blocks keep of the counters' labels, beside job, user and instance. */
export const MINUTE_LABELS = ['class', 'node', 'direction'] as const;
