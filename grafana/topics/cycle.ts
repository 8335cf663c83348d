import type { Translate } from '../../core/language.ts';
import { ACCENT, PLAIN } from '../palette.ts';
import { bars, stat } from '../panels/figures.ts';
import { always, type Pane } from '../panels/pane.ts';
import { now } from '../panels/target.ts';
import { byAirport, select } from '../promql/select.ts';

/** This billing cycle, by node: where the quota went. */
export function cycleNodesPane(translate: Translate, width: number, height: number): Pane {
  return bars({
    title: translate({ zh: '本周期节点用量', en: 'Nodes in this cycle' }),
    description: translate({
      zh: '从计费周期开始到现在各节点的精确字节数（未乘倍率）。',
      en: 'Exact bytes of each node since the billing cycle began, before multipliers.',
    }),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    targets: [now(`topk(15, sum by (airport, node) (${select('flowcollect_cycle_bytes')}))`, '{{node}}')],
    coloring: { fixed: ACCENT },
    noValue: translate({ zh: '暂无数据', en: 'No data yet' }),
  });
}

/** The cycle in two figures that should agree but for multipliers. */
export function cyclePane(translate: Translate, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '本周期', en: 'This cycle' }),
    description: translate({
      zh: '机场在本计费周期的已用，与同期设备的精确用量（未乘倍率）。',
      en: 'What the airport billed in this cycle, and the exact bytes of the devices since it began, before multipliers.',
    }),
    unit: 'bytes',
    decimals: 2,
    size: [width, height],
    targets: [
      now(byAirport('flowcollect_airport_used_bytes'), translate({ zh: '{{airport}} 已用', en: '{{airport}} used' })),
      now(
        `sum by (user, airport) (${select('flowcollect_cycle_bytes')})`,
        translate({ zh: '{{airport}} 设备', en: '{{airport}} devices' }),
      ),
    ],
    coloring: { fixed: PLAIN },
    overrides: [{ of: { target: 'B' }, properties: [always(ACCENT)] }],
    noValue: translate({ zh: '未知', en: 'Unknown' }),
    names: true,
  });
}
