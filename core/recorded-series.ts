/**
 * Growth of the traffic counters in each minute, recorded by Prometheus: blocks that add up over any span, and that bridge
 * outages of the scrapes. One series for each of {@link MINUTE_LABELS}.
 */
export const MINUTE_BYTES = 'flowcollect:traffic_bytes:delta1m';

/** What the blocks keep of the counters' labels, beside job, user and instance. */
export const MINUTE_LABELS = ['class', 'node', 'direction'] as const;
