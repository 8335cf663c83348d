import type { Text, Translate } from '../../core/language.ts';
import { type Dimension, dimensionMetric } from '../../core/metric-contract.ts';
import { ACCENT } from '../palette.ts';
import { bars } from '../panels/figures.ts';
import type { Pane } from '../panels/pane.ts';
import { now } from '../panels/target.ts';
import { select } from '../promql/select.ts';
import { overRange } from '../promql/sums.ts';

/** The most used keys of one dimension in the range of the time picker; every dimension cuts the same bytes. */
export function dimensionPane(
  translate: Translate,
  dimension: Dimension,
  matchers: readonly string[],
  width: number,
  height: number,
): Pane {
  const name = DIMENSION_NAMES[dimension];
  return bars({
    title: translate(name),
    description: translate({
      zh: `所选时间内用量最多的 15 个${name.zh}，精确到字节；未单列的归入 other。`,
      en: 'The fifteen most used in the range shown, to the byte; what is not named is in other.',
    }),
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
    noValue: translate({ zh: '没有流量', en: 'No traffic' }),
  });
}

const DIMENSION_NAMES: Readonly<Record<Dimension, Text>> = {
  rule: { zh: '规则', en: 'Rules' },
  group: { zh: '策略组', en: 'Groups' },
  host: { zh: '域名', en: 'Hosts' },
  process: { zh: '应用', en: 'Apps' },
  source: { zh: '来源地址', en: 'Sources' },
  inbound_user: { zh: '入站用户', en: 'Inbound users' },
};
