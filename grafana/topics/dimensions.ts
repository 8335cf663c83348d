import { type Dimension, dimensionMetric } from '../../core/metric-contract.ts';
import type { Say } from '../language.ts';
import { ACCENT } from '../palette.ts';
import { bars } from '../panels/figures.ts';
import type { Pane } from '../panels/pane.ts';
import { now } from '../panels/target.ts';
import { select } from '../promql/select.ts';
import { overRange } from '../promql/sums.ts';

/** The most used keys of one dimension in the range of the time picker; every dimension cuts the same bytes. */
export function dimensionPane(
  say: Say,
  dimension: Dimension,
  matchers: readonly string[],
  width: number,
  height: number,
): Pane {
  const [zh, en] = DIMENSION_NAMES[dimension];
  return bars({
    title: say(zh, en),
    description: say(
      `所选时间内用量最多的 15 个${zh}，精确到字节；未单列的归入 other。`,
      `The fifteen most used in the range shown, to the byte; what is not named is in other.`,
    ),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    targets: [
      now(
        `topk(15, sum by (${dimension}) (${overRange(select(dimensionMetric(dimension), ...matchers))}) > 0)`,
        `{{${dimension}}}`,
      ),
    ],
    coloring: { fixed: ACCENT },
    noValue: say('没有流量', 'No traffic'),
  });
}

const DIMENSION_NAMES: Readonly<Record<Dimension, readonly [string, string]>> = {
  rule: ['规则', 'Rules'],
  group: ['策略组', 'Groups'],
  host: ['域名', 'Hosts'],
  process: ['应用', 'Apps'],
  source: ['来源地址', 'Sources'],
  inbound_user: ['入站用户', 'Inbound users'],
};
