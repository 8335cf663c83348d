import type { Prometheus } from './prometheus.ts';
import { durationText, selectorText } from './selector.ts';

/** One device of a user, and when it last pushed, in epoch milliseconds; null when that is not known. */
export interface Presence {
  readonly user: string;
  readonly device: string;
  readonly lastPush: number | null;
}

const PUSH_TIME = { metric: 'push_time_seconds', labels: { job: 'flowcollect' } };
/** Where Pushgateway itself was not scraped at the instant, its last word of this long before counts. */
const REACH = 24 * 3_600_000;

/** The devices that Pushgateway holds at an instant, silent ones included: it forgets none by itself. */
export async function presenceAt(prometheus: Prometheus, at: number): Promise<Presence[]> {
  const query = `last_over_time(${selectorText(PUSH_TIME)}[${durationText(REACH)}])`;
  const samples = await prometheus.instant(query, at);
  return samples.map(({ labels: { user = '', instance = '' }, value }) => ({
    user,
    device: instance,
    lastPush: value > 0 ? value * 1000 : null,
  }));
}
