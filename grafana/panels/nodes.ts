import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { MINUTE_BYTES, SUMMED_DAYS, sumRecord } from '../../core/traffic.ts';
import { heat, lines } from '../builders/charts.ts';
import { type PanelDefinition, steps, trace } from '../builders/panel.ts';
import { bytesColumn, matrix, table } from '../builders/tables.ts';
import { CLICKED, dashboardLink } from '../links.ts';
import { ACCENT, CLASS_MAPPING, PLAIN } from '../palette.ts';
import { hoursOfDay } from '../promql/days.ts';
import { hourly, overRange, rate, select, today } from '../promql/select.ts';
import type { DashboardSettings } from '../settings.ts';

/** A matcher for a dashboard's variable `node`; dashboards without it take every node. */
export const CHOSEN_NODES = 'node=~"$node"';

/** Bytes a second of the busiest nodes. */
export function nodeRatePanel(...matchers: readonly string[]): PanelDefinition {
  return lines({
    title: { zh: '节点速率', en: 'Rate by node' },
    description: {
      zh: '每秒字节数，上传与下载合计，最忙的 10 个节点。',
      en: 'Bytes a second, both directions together, of the ten busiest nodes.',
    },
    unit: 'binBps',
    min: 0,
    targets: [trace(`topk(10, sum by (node) (${rate(...matchers)}))`, '{{node}}')],
    coloring: 'by series',
    stacked: true,
    legendCalcs: ['lastNotNull', 'max'],
  });
}

/** Exact bytes of each node in the range of the time picker, and today. */
export function nodeTablePanel(...matchers: readonly string[]): PanelDefinition {
  const inRange = (...more: string[]): string =>
    `sum by (node, class) (${overRange(select(TRAFFIC_BYTES, ...matchers, ...more))})`;
  const whole = `scalar(sum(${overRange(select(TRAFFIC_BYTES, ...matchers))}))`;
  return table({
    title: { zh: '节点', en: 'Nodes' },
    description: {
      zh: '所选时间内每个节点的精确字节数（计数器之差，不外推），今日用量（与日报一致），以及近 7 天和 30 天（由 Prometheus 预先累加）。',
      en: 'Exact bytes of each node in the range shown (differences of counters, nothing extrapolated), of today (as in the mail), and of the last 7 and 30 days (summed ahead by Prometheus).',
    },
    keys: [
      {
        label: 'node',
        name: { zh: '节点', en: 'Node' },
        link: dashboardLink('nodes', 'node', CLICKED.cell),
        linkTitle: { zh: '只看此节点', en: 'This node only' },
      },
      { label: 'class', name: { zh: '去向', en: 'Class' }, properties: [CLASS_MAPPING] },
    ],
    columns: [
      bytesColumn({ zh: '下载', en: 'Download' }, inRange('direction="download"')),
      bytesColumn({ zh: '上传', en: 'Upload' }, inRange('direction="upload"')),
      bytesColumn({ zh: '合计', en: 'Total' }, inRange()),
      { name: { zh: '占比', en: 'Share' }, expr: `${inRange()} / ${whole}`, unit: 'percentunit', decimals: 1 },
      bytesColumn({ zh: '今日', en: 'Today' }, `sum by (node, class) (${today(...matchers)})`),
      ...SUMMED_DAYS.map((days) => ({
        name: { zh: `${days} 天`, en: `${days} days` },
        expr: `sum by (node, class) (${select(sumRecord(days), ...matchers)})`,
        unit: 'bytes',
        decimals: 2,
      })),
    ],
    sortBy: { zh: '合计', en: 'Total' },
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

/** Each node hour by hour. */
export const nodeHoursPanel = heat({
  title: { zh: '节点 × 小时', en: 'Node × hour' },
  description: {
    zh: '每个节点每小时的精确字节数；格子在该小时末。',
    en: 'Exact bytes of each node in each hour; a cell is at the end of its hour.',
  },
  unit: 'bytes',
  interval: '1h',
  targets: [trace(`sum by (node) (${hourly(CHOSEN_NODES)}) > 0`, '{{node}}')],
  coloring: { fixed: ACCENT },
});

/** At which hours of the day traffic moves: a row an hour, a column a day. */
export function hourOfDayPanel(settings: DashboardSettings): PanelDefinition {
  return heat({
    title: { zh: '钟点 × 日', en: 'Hour × day' },
    description: {
      zh: `近 30 天每天每个钟点的精确字节数（${settings.zone}，标准时间）；一列是一个自然日，今天过完才出现。`,
      en: `Exact bytes of each hour (${settings.zone}, standard time) of the last 30 days; a column is a calendar day, that of today comes when it is over.`,
    },
    unit: 'bytes',
    timeFrom: '30d',
    interval: '1d',
    targets: [trace(hoursOfDay(select(MINUTE_BYTES, CHOSEN_NODES), settings), '{{hour}}')],
    coloring: { fixed: ACCENT },
  });
}

export const deviceNodesPanel = matrix({
  title: { zh: '今日：设备 × 节点', en: 'Today: device × node' },
  description: {
    zh: '今日每台设备经各节点的用量，与日报一致。',
    en: 'Use of today of each device, cut by node; the figures of the mail.',
  },
  unit: 'bytes',
  min: 0,
  expr: `topk(40, sum by (instance, node) (${today(CHOSEN_NODES)}))`,
  row: 'instance',
  part: 'node',
  coloring: 'by series',
  noValue: { zh: '暂无数据', en: 'No data yet' },
});
