import type { LocalDay } from '../../core/local-day.ts';
import { dimensionMetric, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { type Prometheus, PrometheusError } from '../../runtime/prometheus.ts';
import type { AuditorConfig } from '../config.ts';
import type { AuditedAirport } from '../report/model.ts';
import { type ReportModel, reportModel, type TodayInput } from '../report/model.ts';
import { reportUserOf } from '../report/users.ts';
import { type AuditState, userOf } from '../state/audit-state.ts';
import type { ExactSums } from '../usage/exact-sums.ts';
import { presenceAt } from '../usage/window-use.ts';

type Sources = { readonly prometheus: Prometheus; readonly sums: ExactSums };

/** What the reports of one audit are made from. */
export interface ReportMaterial {
  readonly airports: readonly AuditedAirport[];
  readonly state: AuditState;
  readonly day: LocalDay;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The report of one user: what their devices used, and the airports that stand in it. */
export async function userReport(
  sources: Sources,
  config: AuditorConfig,
  { airports, state, day, at }: ReportMaterial,
  user: string,
): Promise<ReportModel> {
  const { day: rule, dailyBudget: budget } = config;
  return reportModel({
    user,
    at,
    timezone: rule.zone,
    day,
    today: await readUse(sources, user, day.start, Math.min(day.end, at)),
    budget,
    airports: airports.filter((each) => reportUserOf(config, each.user) === user),
    days: userOf(state, user).days,
  });
}

/** What devices used in a span, for the report; an unreachable Prometheus is an outcome. */
export async function readUse(
  { prometheus, sums }: Sources,
  user: string,
  from: number,
  to: number,
): Promise<TodayInput> {
  const labels = { job: 'flowcollect', user };
  try {
    const traffic = await sums.between({ metric: TRAFFIC_BYTES, labels }, from, to);
    const hosts = await sums.between({ metric: dimensionMetric('host'), labels }, from, to);
    const presence = (await presenceAt(prometheus, to)).filter((each) => each.user === user);
    return { known: true, traffic, hosts, presence };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return { known: false, reasons: [error.reason] };
  }
}
