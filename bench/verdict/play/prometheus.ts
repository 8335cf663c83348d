import type { Prometheus, Sample } from '../../../runtime/prometheus.ts';
import type { Store } from './store.ts';

/** How often a device pushes. */
const PUSH_EVERY = 10_000;
const LAST_PUSH = /^last_over_time\(push_time_seconds\{job="flowcollect"\}\[\d+ms\]\)$/;
/** The gateway's own word of when a device came; Pushgateway's is enough where it never started empty. */
const GATEWAY_WORD = /^last_over_time\(flowcollect_gateway_last_push_timestamp_seconds\{\}\[\d+ms\]\)$/;

/** Prometheus as far as an audit asks it apart from sums: which devices Pushgateway holds, and when they pushed. */
export function createStoredPrometheus({ devices }: Pick<Store, 'devices'>): Prometheus {
  const unasked = (query: string): never => {
    throw new Error(`the days that are played have no answer to ${query}`);
  };
  return {
    async instant(query, at = 0) {
      if (GATEWAY_WORD.test(query)) return [];
      if (!LAST_PUSH.test(query)) return unasked(query);
      return devices.flatMap(({ device, heard }): Sample[] => {
        const until = heard.until(at);
        if (until === undefined) return [];
        const labels = { job: 'flowcollect', user: device.user, instance: device.device };
        return [{ labels, value: (until - (until % PUSH_EVERY)) / 1000 }];
      });
    },
    async matrix(query) {
      return unasked(query);
    },
    async series(selector) {
      return unasked(selector);
    },
  };
}
