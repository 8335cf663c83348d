import { localDayAt } from '../../core/local-day.ts';
import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import type { Cycle } from '../airport/cycle.ts';
import { ownershipOf } from '../airport/nodes.ts';
import type { Amendments } from '../amend/amendments.ts';
import type { AuditorConfig } from '../config.ts';
import { type ExactSums, type Group, sumBy } from './exact-sums.ts';

export type TodaySum = Group<'user' | 'instance' | 'class' | 'node' | 'direction'>;
export type CycleSum = Group<'user' | 'airport' | 'instance' | 'node'>;

const JOB = { job: 'flowcollect' };

/**
 * Exact bytes of every user since the running day began.
 *
 * @param now epoch milliseconds
 * @throws PrometheusError
 */
export async function todaySums(sums: ExactSums, { day }: AuditorConfig, now: number): Promise<TodaySum[]> {
  const traffic = await sums.between({ metric: TRAFFIC_BYTES, labels: JOB }, localDayAt(now, day).start, now);
  return sumBy(traffic, ['user', 'instance', 'class', 'node', 'direction']);
}

/**
 * Exact proxy bytes of each airport since its billing cycle began, as far as its readings showed, by what a person
 * corrected of its nodes.
 *
 * @param remembered what is known of each airport by name
 * @throws PrometheusError
 */
export async function cycleSums(
  sums: ExactSums,
  { user: ownUser, subscriptions }: AuditorConfig,
  remembered: ReadonlyMap<string, { readonly cycle: Pick<Cycle, 'start'> | null }>,
  amendments: Amendments,
  now: number,
): Promise<CycleSum[]> {
  const all: CycleSum[] = [];
  for (const { name: airport, rules } of subscriptions) {
    const user = rules?.user ?? ownUser;
    const owners = subscriptions.filter((each) => (each.rules?.user ?? ownUser) === user);
    const start = remembered.get(airport)?.cycle?.start;
    if (start === undefined) continue;
    const labels = { ...JOB, user, class: 'proxy' };
    const traffic = await sums.between({ metric: TRAFFIC_BYTES, labels }, start, now);
    const own = traffic.filter(({ labels: { node = '', provider = '' } }) => {
      return ownershipOf(airport, node, provider, owners, amendments.ownerOf(node)) === 'sure';
    });
    for (const { labels: group, bytes } of sumBy(own, ['user', 'instance', 'node'])) {
      all.push({ labels: { ...group, airport }, bytes });
    }
  }
  return all;
}
