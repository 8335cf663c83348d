import type { Language } from '../core/language.ts';
import type { DayCut } from './promql/days.ts';

/** What a build of the dashboards depends on; the committed ones are built with {@link DEFAULTS}. */
export interface DashboardSettings extends DayCut {
  readonly language: Language;
  /** Bytes a day through proxies; without it the quota left is spread over the days to the reset. */
  readonly dailyBudgetBytes?: number;
  readonly limits: Limits;
}

/** Where figures change colour: what verdict and alerts go by too. */
export interface Limits {
  /** A leak exceeds both, the ratio being of what should have been billed. */
  readonly leakMinBytes: number;
  readonly leakRatio: number;
  /** Shares of the quota. */
  readonly quotaWarning: number;
  readonly quotaCritical: number;
  /** Days of the plan that are few. */
  readonly expiryDays: number;
  readonly silentAfterSeconds: number;
}

export const DEFAULTS = {
  zone: 'Asia/Shanghai',
  dayEnds: '23:55',
  limits: {
    leakMinBytes: 100 * 2 ** 20,
    leakRatio: 0.2,
    quotaWarning: 0.8,
    quotaCritical: 0.95,
    expiryDays: 7,
    silentAfterSeconds: 900,
  },
} as const satisfies DayCut & Pick<DashboardSettings, 'limits'>;

/** What Grafana calls the languages. */
export const GRAFANA_LANGUAGES: Readonly<Record<Language, string>> = { zh: 'zh-Hans', en: 'en-US' };
