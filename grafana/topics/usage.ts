import type { Translate } from '../../core/language.ts';
import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { TRAFFIC_CLASSES } from '../../core/traffic.ts';
import type { BoardSettings } from '../board-settings.ts';
import { boardLink, CLICKED } from '../links.ts';
import { CLASS_COLORS, classNames, PLAIN } from '../palette.ts';
import { bars, stat } from '../panels/figures.ts';
import { columns, lines } from '../panels/graphs.ts';
import { always, named, type Override, type Pane } from '../panels/pane.ts';
import { now, refId, trace } from '../panels/target.ts';
import { perDay } from '../promql/days.ts';
import { select } from '../promql/select.ts';
import { rate, today } from '../promql/sums.ts';

/** Names and colours for series or fields called after classes, with an optional mark before them. */
export function classOverrides(translate: Translate, mark = ''): Override[] {
  const names = classNames(translate);
  return TRAFFIC_CLASSES.map((each) => ({
    of: { name: `${mark}${each}` },
    properties: [named(`${mark}${names[each]}`), always(CLASS_COLORS[each])],
  }));
}

/** Today by class and in all: the figures of the mail. */
export function todayPane(translate: Translate, width: number, height: number): Pane {
  const names = classNames(translate);
  return stat({
    title: translate({ zh: '今日用量', en: 'Today' }),
    description: translate({
      zh: '从账务日开始到现在的精确字节数（默认从前一日 23:55 起，按设置的时区），与日报、机器人是同一个数。',
      en: 'Exact bytes since the day of account began (23:55 of the day before unless set otherwise, in the configured zone): the same figures as in the mail and the bot.',
    }),
    unit: 'bytes',
    decimals: 2,
    size: [width, height],
    targets: [
      now(`sum(${today()})`, translate({ zh: '合计', en: 'Total' })),
      ...TRAFFIC_CLASSES.map((each) => now(`sum(${today(`class="${each}"`)})`, names[each])),
    ],
    coloring: { fixed: PLAIN },
    overrides: TRAFFIC_CLASSES.map((each, index) => ({
      of: { target: refId(index + 1) },
      properties: [always(CLASS_COLORS[each])],
    })),
    noValue: translate({ zh: '暂无数据', en: 'No data yet' }),
    names: true,
  });
}

/** Who uses it now: bytes a second by class, what flows to the devices above the axis, what leaves them below. */
export function ratePane(translate: Translate, width: number, height: number): Pane {
  const below: Override = {
    of: { target: 'B' },
    properties: [
      { id: 'custom.transform', value: 'negative-Y' },
      { id: 'custom.stacking', value: { mode: 'normal', group: 'B' } },
    ],
  };
  return lines({
    title: translate({ zh: '实时速率', en: 'Rate' }),
    description: translate({
      zh: '每秒字节数，按去向；轴上为下行，轴下为上行。',
      en: 'Bytes a second by class: download above the axis, upload below.',
    }),
    unit: 'binBps',
    size: [width, height],
    targets: [
      trace(`sum by (class) (${rate('direction="download"')})`, '↓ {{class}}'),
      trace(`sum by (class) (${rate('direction="upload"')})`, '↑ {{class}}'),
    ],
    coloring: 'by series',
    overrides: [below, ...classOverrides(translate, '↓ '), ...classOverrides(translate, '↑ ')],
    stacked: true,
    legendCalcs: ['lastNotNull', 'max'],
  });
}

/** Today's nodes, the largest first within each class, in the colour of the class. */
export function nodesTodayPane(translate: Translate, width: number, height: number): Pane {
  const shown = TRAFFIC_CLASSES.filter((each) => each !== 'unattributed');
  const most = (each: string): number => (each === 'proxy' ? 10 : 3);
  return bars({
    title: translate({ zh: '今日节点排行', en: "Today's nodes" }),
    description: translate({
      zh: '今日用量最多的节点，颜色是去向；与日报一致。点节点看明细。',
      en: 'The nodes used most today, coloured by class; the figures of the mail. Click a node for details.',
    }),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    targets: shown.map((each) => now(`topk(${most(each)}, sum by (node) (${today(`class="${each}"`)}))`, '{{node}}')),
    coloring: { fixed: PLAIN },
    overrides: shown.map((each, index) => ({ of: { target: refId(index) }, properties: [always(CLASS_COLORS[each])] })),
    noValue: translate({ zh: '暂无数据', en: 'No data yet' }),
    link: { title: translate({ zh: '节点明细', en: 'Node' }), url: boardLink('nodes', 'node', CLICKED.label('node')) },
  });
}

/** The last thirty days of account by class, exact, today up to now. */
export function daysPane(
  translate: Translate,
  settings: BoardSettings,
  matchers: readonly string[],
  width: number,
  height: number,
): Pane {
  return columns({
    title: translate({ zh: '近 30 天', en: 'Last 30 days' }),
    description: translate({
      zh: `每个账务日（${settings.dayEnds} 到次日 ${settings.dayEnds}，${settings.zone}）的精确字节数，今天算到现在。`,
      en: `Exact bytes of each day of account (${settings.dayEnds} to ${settings.dayEnds}, ${settings.zone}); today up to now.`,
    }),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    timeFrom: '30d',
    interval: '1d',
    targets: [trace(`sum by (class) (${perDay(select(TRAFFIC_BYTES, ...matchers), settings)})`, '{{class}}')],
    coloring: 'by series',
    overrides: classOverrides(translate),
    stacked: true,
    legendCalcs: ['sum'],
  });
}
