import type { Translate } from '../../core/language.ts';
import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import { deviceClassesPane, devicesPane } from '../topics/devices.ts';
import {
  budgetPane,
  burnDownPane,
  daysLeftPane,
  deadlinesPane,
  quotaUsedPane,
  remainingPane,
} from '../topics/quota.ts';
import { surplusPane } from '../topics/surplus.ts';
import { nodesTodayPane, ratePane, todayPane } from '../topics/usage.ts';
import { verdictPane } from '../topics/verdict.ts';

/**
 * Answers in five seconds: am I safe, how much is left, who uses it now. Every total is a look-up of the auditor's
 * gauges; of the counters, only rates are read, over the least window that holds.
 */
export function overview(translate: Translate, settings: BoardSettings): Board {
  return {
    name: 'overview',
    title: translate({ zh: '总览', en: 'Overview' }),
    description: translate({ zh: '安全吗，还剩多少，谁在用。', en: 'Am I safe, how much is left, who uses it now.' }),
    shown: ['instance'],
    from: 'now-6h',
    rows: [
      [
        verdictPane(translate, 7, 5),
        daysLeftPane(translate, settings, 4, 5),
        remainingPane(translate, 5, 5),
        budgetPane(translate, settings, 4, 5),
        deadlinesPane(translate, settings, 4, 5),
      ],
      [todayPane(translate, 13, 4), quotaUsedPane(translate, settings, 5, 4), surplusPane(translate, 6, 4)],
      [ratePane(translate, 13, 9), devicesPane(translate, settings, 11, 9)],
      [nodesTodayPane(translate, 8, 9), deviceClassesPane(translate, 8, 9), burnDownPane(translate, 8, 9)],
    ],
  };
}
