import type { Translate } from '../../core/language.ts';
import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import { airportsPane } from '../topics/airports.ts';
import { dailyBillPane, differencePane, reportPane, verdictHistoryPane } from '../topics/audit.ts';
import { cycleNodesPane, cyclePane } from '../topics/cycle.ts';
import { burnDownPane } from '../topics/quota.ts';
import { multipliersPane, surplusPane } from '../topics/surplus.ts';
import { todayPane } from '../topics/usage.ts';
import { verdictPane } from '../topics/verdict.ts';

/** The mail as a dashboard, in its order, with the history behind each figure. */
export function audit(translate: Translate, settings: BoardSettings): Board {
  return {
    name: 'audit',
    title: translate({ zh: '审计', en: 'Audit' }),
    description: translate({
      zh: '机场的账单与设备的用量对得上吗。',
      en: "Does the airport's bill agree with the devices' use.",
    }),
    shown: [],
    from: 'now-7d',
    rows: [
      [verdictPane(translate, 7, 5), todayPane(translate, 13, 5), reportPane(translate, 4, 5)],
      [airportsPane(translate, settings, 24, 6)],
      [dailyBillPane(translate, settings, 14, 8), burnDownPane(translate, 10, 8)],
      [differencePane(translate, settings, 14, 8), verdictHistoryPane(translate, 10, 8)],
      [surplusPane(translate, 10, 7), multipliersPane(translate, 14, 7)],
      [cyclePane(translate, 8, 9), cycleNodesPane(translate, 16, 9)],
    ],
  };
}
