import type { Language } from './language.ts';
import type { DayCut } from './promql/days.ts';

/** What a build of the dashboards depends on; the committed ones are built with {@link DEFAULTS}. */
export interface BoardSettings extends DayCut {
  readonly language: Language;
  /** Bytes a day through proxies; without it the quota left is spread over the days to the reset. */
  readonly dailyBudgetBytes?: number;
}

export const DEFAULTS = { zone: 'Asia/Shanghai', dayEnds: '23:55' } as const satisfies DayCut;
