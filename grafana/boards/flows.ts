import type { Translate } from '../../core/language.ts';
import type { Board } from '../board.ts';
import { dimensionPane } from '../topics/dimensions.ts';
import { nodeTablePane } from '../topics/nodes.ts';

/** The same bytes cut every way: rule, group, node, then who and where to. */
export function flows(translate: Translate): Board {
  return {
    name: 'flows',
    title: translate({ zh: '流向', en: 'Flows' }),
    description: translate({
      zh: '同一批字节的不同切法：规则 → 策略组 → 节点，以及应用、域名、来源。每一面的合计都相同。',
      en: 'The same bytes cut in different ways: rule → group → node, then apps, hosts and sources. Each adds up to the same total.',
    }),
    shown: ['instance'],
    from: 'now-24h',
    rows: [
      [
        dimensionPane(translate, 'rule', [], 6, 11),
        dimensionPane(translate, 'group', [], 6, 11),
        nodeTablePane(translate, [], 12, 11),
      ],
      [
        dimensionPane(translate, 'process', [], 8, 11),
        dimensionPane(translate, 'host', [], 8, 11),
        dimensionPane(translate, 'source', [], 8, 11),
      ],
      [dimensionPane(translate, 'inbound_user', [], 24, 7)],
    ],
  };
}
