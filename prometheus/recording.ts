import { TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { MINUTE_BYTES, SUMMED_DAYS, sumRecord } from '../core/traffic.ts';

/**
 * The last value of the minute less the last before it (looked for a whole day back, so that an outage of scrapes and
 * rules loses nothing), or less 0 for a series that is younger. Only a counter that fell is estimated.
 */
export const MINUTE_EXPR = (() => {
  const last = `last_over_time(${TRAFFIC_BYTES}[1m])`;
  const before = `(last_over_time(${TRAFFIC_BYTES}[1d] offset 1m) or ${last} * 0)`;
  const exact = `((${last} - ${before}) >= 0 and resets(${TRAFFIC_BYTES}[1m]) == 0)`;
  return `sum without (accounting, provider) (\n  ${exact}\n  or round(increase(${TRAFFIC_BYTES}[1m]))\n  or ${last}\n)`;
})();

/** A second short of the span: Prometheus 2 counts a sample on the left end of a range, Prometheus 3 does not. */
export function sumExpr(days: number): string {
  return `sum_over_time(${MINUTE_BYTES}[${days * 86_400 - 1}s])`;
}

/** Groups of recording rules. The blocks must be evaluated each minute: their window is one. */
export function recordingGroups() {
  return [
    { name: 'flowcollect-minutes', interval: '1m', rules: [{ record: MINUTE_BYTES, expr: MINUTE_EXPR }] },
    ...SUMMED_DAYS.map((days) => ({
      name: `flowcollect-${days}d`,
      interval: days === 7 ? '10m' : '30m',
      rules: [{ record: sumRecord(days), expr: sumExpr(days) }],
    })),
  ];
}
