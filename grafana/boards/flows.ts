import type { Board } from '../board.ts';
import type { Say } from '../language.ts';
import { dimensionPane } from '../topics/dimensions.ts';
import { nodeTablePane } from '../topics/nodes.ts';

/** The same bytes cut every way: rule, group, node, then who and where to. */
export function flows(say: Say): Board {
  return {
    name: 'flows',
    title: say('流向', 'Flows'),
    description: say(
      '同一批字节的不同切法：规则 → 策略组 → 节点，以及应用、域名、来源。每一面的合计都相同。',
      'The same bytes cut in different ways: rule → group → node, then apps, hosts and sources. Each adds up to the same total.',
    ),
    shown: ['instance'],
    from: 'now-24h',
    rows: [
      [dimensionPane(say, 'rule', [], 6, 11), dimensionPane(say, 'group', [], 6, 11), nodeTablePane(say, [], 12, 11)],
      [
        dimensionPane(say, 'process', [], 8, 11),
        dimensionPane(say, 'host', [], 8, 11),
        dimensionPane(say, 'source', [], 8, 11),
      ],
      [dimensionPane(say, 'inbound_user', [], 24, 7)],
    ],
  };
}
