import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
import { airportsPane } from '../topics/airports.ts';
import { dailyBillPane, differencePane, reportPane, verdictHistoryPane } from '../topics/audit.ts';
import { cycleNodesPane, cyclePane } from '../topics/cycle.ts';
import { burnDownPane } from '../topics/quota.ts';
import { multipliersPane, surplusPane } from '../topics/surplus.ts';
import { todayPane } from '../topics/usage.ts';
import { verdictPane } from '../topics/verdict.ts';

/** The mail as a dashboard, in its order, with the history behind each figure. */
export function audit(say: Say, settings: BoardSettings): Board {
  return {
    name: 'audit',
    title: say('审计', 'Audit'),
    description: say('机场的账单与设备的用量对得上吗。', "Does the airport's bill agree with the devices' use."),
    shown: [],
    from: 'now-7d',
    rows: [
      [verdictPane(say, 7, 5), todayPane(say, 13, 5), reportPane(say, 4, 5)],
      [airportsPane(say, settings, 24, 6)],
      [dailyBillPane(say, settings, 14, 8), burnDownPane(say, 10, 8)],
      [differencePane(say, settings, 14, 8), verdictHistoryPane(say, 10, 8)],
      [surplusPane(say, 10, 7), multipliersPane(say, 14, 7)],
      [cyclePane(say, 8, 9), cycleNodesPane(say, 16, 9)],
    ],
  };
}
