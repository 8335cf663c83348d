import type { Say } from '../language.ts';
import { ACCENT, PLAIN } from '../palette.ts';
import { bars, stat } from '../panels/figures.ts';
import { always, type Pane } from '../panels/pane.ts';
import { now } from '../panels/target.ts';
import { byAirport, select } from '../promql/select.ts';

/** This billing cycle, by node: where the quota went. */
export function cycleNodesPane(say: Say, width: number, height: number): Pane {
  return bars({
    title: say('本周期节点用量', 'Nodes in this cycle'),
    description: say(
      '从计费周期开始到现在各节点的精确字节数（未乘倍率）。',
      'Exact bytes of each node since the billing cycle began, before multipliers.',
    ),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    targets: [now(`topk(15, sum by (airport, node) (${select('flowcollect_cycle_bytes')}))`, '{{node}}')],
    coloring: { fixed: ACCENT },
    noValue: say('暂无数据', 'No data yet'),
  });
}

/** The cycle in two figures that should agree but for multipliers. */
export function cyclePane(say: Say, width: number, height: number): Pane {
  return stat({
    title: say('本周期', 'This cycle'),
    description: say(
      '机场在本计费周期的已用，与同期设备的精确用量（未乘倍率）。',
      'What the airport billed in this cycle, and the exact bytes of the devices since it began, before multipliers.',
    ),
    unit: 'bytes',
    decimals: 2,
    size: [width, height],
    targets: [
      now(byAirport('flowcollect_airport_used_bytes'), say('{{airport}} 已用', '{{airport}} used')),
      now(
        `sum by (user, airport) (${select('flowcollect_cycle_bytes')})`,
        say('{{airport}} 设备', '{{airport}} devices'),
      ),
    ],
    coloring: { fixed: PLAIN },
    overrides: [{ of: { target: 'B' }, properties: [always(ACCENT)] }],
    noValue: say('未知', 'Unknown'),
    names: true,
  });
}
