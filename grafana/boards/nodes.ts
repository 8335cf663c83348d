import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
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
export function nodes(say: Say, settings: BoardSettings): Board {
  const chosen = [CHOSEN_NODES];
  return {
    name: 'nodes',
    title: say('节点', 'Nodes'),
    description: say('哪个节点走了多少，什么时候走的。', 'Which node carried what, and when.'),
    shown: ['instance', 'node'],
    from: 'now-24h',
    rows: [
      [nodeTablePane(say, chosen, 14, 10), nodeRatePane(say, chosen, 10, 10)],
      [nodeHoursPane(say, chosen, 12, 9), deviceNodesPane(say, chosen, 12, 9)],
      [daysPane(say, settings, chosen, 12, 9), hourOfDayPane(say, settings, chosen, 12, 9)],
    ],
  };
}
