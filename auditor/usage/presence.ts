import type { Prometheus } from '../../runtime/prometheus.ts';
import { durationText, selectorText } from './selector.ts';

/** One device of a user, and when it last pushed, in epoch milliseconds; null when that is not known. */
export interface Presence {
  readonly user: string;
  readonly device: string;
  readonly lastPush: number | null;
}

const JOB = { job: 'flowcollect' };
const PUSH_TIME = { metric: 'push_time_seconds', labels: JOB };
/** Where Pushgateway itself was not scraped at the instant, its last word of this long before counts. */
const REACH = 24 * 3_600_000;

/**
 * The devices that Pushgateway holds at an instant, silent ones included: it forgets none by itself. When the gateway
 * puts a device's last push back into an empty Pushgateway, that looks like a push; where the gateway itself tells when
 * the device last came, its word counts.
 */
export async function presenceAt(prometheus: Prometheus, at: number): Promise<Presence[]> {
  const last = (metric: string): string => `last_over_time(${selectorText({ metric })}[${durationText(REACH)}])`;
  const pushed = `last_over_time(${selectorText(PUSH_TIME)}[${durationText(REACH)}])`;
  const told = new Map<string, number>();
  for (const { labels, value } of await prometheus.instant(
    last('flowcollect_gateway_last_push_timestamp_seconds'),
    at,
  )) {
    if (value > 0) told.set(JSON.stringify([labels.user, labels.instance]), value * 1000);
  }
  return (await prometheus.instant(pushed, at)).map(({ labels: { user = '', instance = '' }, value }) => ({
    user,
    device: instance,
    lastPush: told.get(JSON.stringify([user, instance])) ?? (value > 0 ? value * 1000 : null),
  }));
}
