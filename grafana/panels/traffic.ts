import type { Text } from '../../core/language.ts';
import { type Dimension, dimensionMetric, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { TRAFFIC_CLASSES } from '../../core/traffic.ts';
import { columns, lines, stat } from '../builders/charts.ts';
import {
  always,
  named,
  now,
  type Override,
  type PanelDefinition,
  refId,
  steps,
  trace,
  UNLISTED,
} from '../builders/panel.ts';
import { bytesColumn, coloredCells, ranks, rateColumn, table } from '../builders/tables.ts';
import { dashboardLink } from '../links.ts';
import { OWN_CELLS } from '../own-words.ts';
import { CLASS_COLORS, CLASS_WORDS, PLAIN, WATCH } from '../palette.ts';
import { perDay } from '../promql/days.ts';
import { grownOverRange, pushAge, rate, SILENT_AFTER_SECONDS, select, today } from '../promql/select.ts';
import type { DashboardSettings } from '../settings.ts';
import { CHOSEN_NODES } from './nodes.ts';

/** Names and colours for series or fields called after classes, with an optional mark before them. */
export function classOverrides(mark = ''): Override[] {
  return TRAFFIC_CLASSES.map((each) => ({
    of: { name: `${mark}${each}` },
    properties: [
      named({ zh: `${mark}${CLASS_WORDS[each].zh}`, en: `${mark}${CLASS_WORDS[each].en}` }),
      always(CLASS_COLORS[each]),
    ],
  }));
}

/** Today by class and in all: the figures of the mail. */
export const todayPanel = stat({
  title: { zh: '今日用量', en: 'Today' },
  description: {
    zh: '从账务日开始到现在的精确字节数（默认从前一日 23:55 起，按设置的时区），与日报、机器人是同一个数。',
    en: 'Exact bytes since the day of account began (23:55 of the day before unless set otherwise, in the configured zone): the same figures as in the mail and the bot.',
  },
  unit: 'bytes',
  decimals: 2,
  targets: [
    now(`sum(${today()})`, { zh: '合计', en: 'Total' }),
    ...TRAFFIC_CLASSES.map((each) => now(`sum(${today(`class="${each}"`)})`, CLASS_WORDS[each])),
  ],
  coloring: { fixed: PLAIN },
  overrides: TRAFFIC_CLASSES.map((each, index) => ({
    of: { target: refId(index + 1) },
    properties: [always(CLASS_COLORS[each])],
  })),
  noValue: { zh: '暂无数据', en: 'No data yet' },
  names: true,
});

const below: Override = {
  of: { target: 'B' },
  properties: [
    { id: 'custom.transform', value: 'negative-Y' },
    { id: 'custom.stacking', value: { mode: 'normal', group: 'B' } },
    UNLISTED,
  ],
};

/** Who uses it now: bytes a second by class, what flows to the devices above the axis, what leaves them below. */
export const ratePanel = lines({
  title: { zh: '实时速率', en: 'Rate' },
  description: {
    zh: '每秒字节数，按去向；轴上为下载，轴下为上传。',
    en: 'Bytes a second by class: download above the axis, upload below.',
  },
  unit: 'binBps',
  targets: [
    trace(`sum by (class) (${rate('direction="download"')}) > 0`, '{{class}}'),
    trace(`sum by (class) (${rate('direction="upload"')}) > 0`, '↑ {{class}}'),
  ],
  coloring: 'by series',
  overrides: [below, ...classOverrides(), ...classOverrides('↑ ')],
  stacked: true,
  noValue: { zh: '没有流量', en: 'No traffic' },
});

/** The last thirty days of account by class, exact, today up to now. */
export function daysPanel(settings: DashboardSettings): PanelDefinition {
  return columns({
    title: { zh: '近 30 天', en: 'Last 30 days' },
    description: {
      zh: `每个账务日（${settings.dayEnds} 到次日 ${settings.dayEnds}，${settings.zone}）的精确字节数，今天算到现在。`,
      en: `Exact bytes of each day of account (${settings.dayEnds} to ${settings.dayEnds}, ${settings.zone}); today up to now.`,
    },
    unit: 'bytes',
    min: 0,
    timeFrom: '30d',
    interval: '1d',
    targets: [trace(`sum by (class) (${perDay(select(TRAFFIC_BYTES, CHOSEN_NODES), settings)}) > 0`, '{{class}}')],
    coloring: 'by series',
    overrides: classOverrides(),
    legendCalc: 'sum',
    noValue: { zh: '暂无数据', en: 'No data yet' },
  });
}

/** The most used keys of one dimension in the range of the time picker; every dimension cuts the same bytes. */
export function dimensionPanel(dimension: Dimension): PanelDefinition {
  const name = DIMENSION_NAMES[dimension];
  return ranks({
    title: name,
    description: {
      zh: `所选时间内用量最多的 15 个${name.zh}，精确到字节；未单列的归入“其他”。`,
      en: 'The fifteen most used in the range shown, to the byte; what is not named is in "other".',
    },
    keys: [{ label: dimension, name, width: 230, properties: [OWN_CELLS] }],
    expr: `topk(15, sum by (${dimension}) (${grownOverRange(select(dimensionMetric(dimension)))}) > 0)`,
    noValue: { zh: '没有流量', en: 'No traffic' },
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

/** Each user: devices, series and use. */
export const usersPanel = table({
  title: { zh: '用户', en: 'Users' },
  description: {
    zh: '每个用户的设备数、序列数、速率与今日用量。点用户看他的总览。',
    en: 'Devices, series, rate and use of today of each user. Click a user for their overview.',
  },
  keys: [
    {
      label: 'user',
      name: { zh: '用户', en: 'User' },
      link: { title: { zh: '总览', en: 'Overview' }, url: dashboardLink('overview', 'user') },
    },
  ],
  columns: [
    bytesColumn({ zh: '今日合计', en: 'Today' }, `sum by (user) (${today()})`),
    {
      name: { zh: '设备', en: 'Devices' },
      expr: `count by (user) (${select('push_time_seconds')})`,
      unit: 'none',
      width: 80,
    },
    {
      name: { zh: '沉默', en: 'Silent' },
      expr: `sum by (user) (${pushAge()} >= bool ${SILENT_AFTER_SECONDS})`,
      unit: 'none',
      width: 80,
      properties: coloredCells(steps(PLAIN, [1, WATCH])),
    },
    {
      name: { zh: '序列', en: 'Series' },
      expr: `count by (user) (${select(TRAFFIC_BYTES)})`,
      unit: 'none',
      width: 80,
      properties: coloredCells(steps(PLAIN, [5000, WATCH])),
    },
    rateColumn({ zh: '速率', en: 'Rate' }, `sum by (user) (${rate()})`),
    bytesColumn({ zh: '今日代理', en: 'Proxy today' }, `sum by (user) (${today('class="proxy"')})`),
  ],
  sortBy: { zh: '今日合计', en: 'Today' },
  noValue: { zh: '还没有设备推送过', en: 'No device has pushed yet' },
});

export function userDaysPanel(settings: DashboardSettings): PanelDefinition {
  return columns({
    title: { zh: '近 30 天，按用户', en: 'Last 30 days by user' },
    description: {
      zh: '每个账务日每个用户代理流量的精确和，今天算到现在。',
      en: 'Exact proxy bytes of each user in each day of account; today up to now.',
    },
    unit: 'bytes',
    min: 0,
    timeFrom: '30d',
    interval: '1d',
    targets: [trace(`sum by (user) (${perDay(select(TRAFFIC_BYTES, 'class="proxy"'), settings)}) > 0`, '{{user}}')],
    coloring: 'by series',
    legendCalc: 'sum',
    noValue: { zh: '暂无数据', en: 'No data yet' },
  });
}

export const userRatePanel = lines({
  title: { zh: '速率，按用户', en: 'Rate by user' },
  description: { zh: '每秒字节数，上传与下载合计。', en: 'Bytes a second, both directions together.' },
  unit: 'binBps',
  min: 0,
  targets: [trace(`sum by (user) (${rate()}) > 0`, '{{user}}')],
  coloring: 'by series',
  stacked: true,
  noValue: { zh: '没有流量', en: 'No traffic' },
});
