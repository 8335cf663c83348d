import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
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
export function overview(say: Say, settings: BoardSettings): Board {
  return {
    name: 'overview',
    title: say('总览', 'Overview'),
    description: say('安全吗，还剩多少，谁在用。', 'Am I safe, how much is left, who uses it now.'),
    shown: ['instance'],
    from: 'now-6h',
    rows: [
      [
        verdictPane(say, 7, 5),
        daysLeftPane(say, settings, 4, 5),
        remainingPane(say, 5, 5),
        budgetPane(say, settings, 4, 5),
        deadlinesPane(say, settings, 4, 5),
      ],
      [todayPane(say, 13, 4), quotaUsedPane(say, settings, 5, 4), surplusPane(say, 6, 4)],
      [ratePane(say, 13, 9), devicesPane(say, settings, 11, 9)],
      [nodesTodayPane(say, 8, 9), deviceClassesPane(say, 8, 9), burnDownPane(say, 8, 9)],
    ],
  };
}
