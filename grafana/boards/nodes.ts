import type { Translate } from '../../core/language.ts';
import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import {
  CHOSEN_NODES,
  deviceNodesPane,
  hourOfDayPane,
  nodeHoursPane,
  nodeRatePane,
  nodeTablePane,
} from '../topics/nodes.ts';
import { daysPane } from '../topics/usage.ts';

/** Which node carried what, when. */
export function nodes(translate: Translate, settings: BoardSettings): Board {
  const chosen = [CHOSEN_NODES];
  return {
    name: 'nodes',
    title: translate({ zh: '节点', en: 'Nodes' }),
    description: translate({ zh: '哪个节点走了多少，什么时候走的。', en: 'Which node carried what, and when.' }),
    shown: ['instance', 'node'],
    from: 'now-24h',
    rows: [
      [nodeTablePane(translate, chosen, 14, 10), nodeRatePane(translate, chosen, 10, 10)],
      [nodeHoursPane(translate, chosen, 12, 9), deviceNodesPane(translate, chosen, 12, 9)],
      [daysPane(translate, settings, chosen, 12, 9), hourOfDayPane(translate, settings, chosen, 12, 9)],
    ],
  };
}
