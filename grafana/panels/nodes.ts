import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { MINUTE_BYTES, SUMMED_DAYS, sumRecord } from '../../core/traffic.ts';
import { heat, lines } from '../builders/charts.ts';
import { always, type PanelDefinition, trace } from '../builders/panel.ts';
import { bytesBars, bytesColumn, matrix, type RowKey, ranks, stateCells, table } from '../builders/tables.ts';
import { dashboardLink } from '../links.ts';
import { NODES, OWN_CELLS, renamed } from '../own-words.ts';
import { ACCENT, CLASS_STATES } from '../palette.ts';
import { hoursOfDay } from '../promql/days.ts';
import { busiest, grownOverRange, hourly, rate, select, today } from '../promql/select.ts';
import type { DashboardSettings } from '../settings.ts';

/** A matcher for a dashboard's variable `node`; dashboards without it take every node. */
export const CHOSEN_NODES = 'node=~"$node"';

/** Bytes a second of the busiest nodes. */
export function nodeRatePanel(...matchers: readonly string[]): PanelDefinition {
  const all = select(TRAFFIC_BYTES, ...matchers);
  const busy = `label_replace(${busiest(8, 'node', all)} ^ 0, "band", "$1", "node", "(.*)")`;
  const rest = `label_replace(count by (node) (${all}) ^ 0, "band", "other", "", "")`;
  // Rates are read once: each node is told its band.
  const bands = `sum by (node) (${rate(...matchers)}) * on (node) group_left (band) (${busy} or on (node) ${rest})`;
  return lines({
    title: { zh: '节点速率', en: 'Rate by node' },
    description: {
      zh: '每秒字节数，上传与下载合计；所选时间内最忙的 8 个节点，其余归入“其他”。',
      en: 'Bytes a second, both directions together, of the eight nodes used most in the range shown; the rest as "other".',
    },
    unit: 'binBps',
    min: 0,
    targets: [trace(`sum by (band) (${bands}) > 0`, '{{band}}')],
    coloring: 'by series',
    overrides: [...renamed(NODES), { of: { name: 'other' }, properties: [always('#8E8E8E')] }],
    stacked: true,
    noValue: { zh: '没有流量', en: 'No traffic' },
  });
}

/** A row a node, which leads to what it carried when. */
const NODE: RowKey = {
  label: 'node',
  name: { zh: '节点', en: 'Node' },
  width: 160,
  link: { title: { zh: '节点明细', en: 'Node' }, url: dashboardLink('nodes', 'node') },
  properties: [OWN_CELLS],
};
const CLASS: RowKey = {
  label: 'class',
  name: { zh: '去向', en: 'Class' },
  width: 90,
  properties: stateCells(CLASS_STATES, false),
};

/** Exact bytes of each node in the range of the time picker, today, and in the last 7 and 30 days. */
export function nodeTablePanel(...matchers: readonly string[]): PanelDefinition {
  const inRange = (...more: string[]): string =>
    `sum by (node, class) (${grownOverRange(select(TRAFFIC_BYTES, ...matchers, ...more))})`;
  const total = { zh: '合计', en: 'Total' };
  return table({
    title: { zh: '节点', en: 'Nodes' },
    description: {
      zh: '所选时间内每个节点的精确字节数（计数器之差，不外推），今日用量（与日报一致），以及近 7 天和 30 天（由 Prometheus 预先累加）。',
      en: 'Exact bytes of each node in the range shown (differences of counters, nothing extrapolated), of today (as in the mail), and of the last 7 and 30 days (summed ahead by Prometheus).',
    },
    keys: [NODE, CLASS],
    columns: [
      // First, since a phone shows no further one.
      bytesBars(total, inRange()),
      bytesColumn({ zh: '下载', en: 'Download' }, inRange('direction="download"')),
      bytesColumn({ zh: '上传', en: 'Upload' }, inRange('direction="upload"')),
      bytesColumn({ zh: '今日', en: 'Today' }, `sum by (node, class) (${today(...matchers)})`),
      ...SUMMED_DAYS.map((days) =>
        bytesColumn(
          { zh: `${days} 天`, en: `${days} days` },
          `sum by (node, class) (${select(sumRecord(days), ...matchers)})`,
        ),
      ),
    ],
    sortBy: total,
    noValue: { zh: '没有流量', en: 'No traffic' },
  });
}

/** The nodes used most in the range of the time picker; the rest is behind their link. */
export const nodesInRangePanel = ranks({
  title: { zh: '节点', en: 'Nodes' },
  description: {
    zh: '所选时间内用量最多的 20 个节点，精确到字节。点节点看明细。',
    en: 'The twenty nodes used most in the range shown, to the byte. Click a node for details.',
  },
  keys: [{ ...NODE, width: 220 }],
  expr: `topk(20, sum by (node) (${grownOverRange(select(TRAFFIC_BYTES))}) > 0)`,
  noValue: { zh: '没有流量', en: 'No traffic' },
});

/** Today's nodes, the largest first. */
export const nodesTodayPanel = ranks({
  title: { zh: '今日节点', en: "Today's nodes" },
  description: {
    zh: '今日用量最多的 20 个节点；与日报一致。点节点看明细。',
    en: 'The twenty nodes used most today; the figures of the mail. Click a node for details.',
  },
  keys: [{ ...NODE, width: 220 }],
  expr: `topk(20, sum by (node) (${today()}))`,
  noValue: { zh: '暂无数据', en: 'No data yet' },
});

const MINUTES = select(MINUTE_BYTES, CHOSEN_NODES);
/** Each node hour by hour. */
export const nodeHoursPanel = heat({
  title: { zh: '节点 × 小时', en: 'Node × hour' },
  description: {
    zh: '每个节点每小时的精确字节数；格子在该小时末，满一小时后显示。',
    en: 'Exact bytes of each node in each hour; a cell is at the end of its hour, the first comes when it is full.',
  },
  unit: 'bytes',
  interval: '1h',
  expr: `sum by (node) (${hourly(CHOSEN_NODES)}) > 0`,
  label: 'node',
  coloring: { fixed: ACCENT },
  rows: NODES,
  noValue: { zh: '满一小时后显示', en: 'Shown after the first full hour' },
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
    expr: hoursOfDay(MINUTES, settings),
    label: 'hour',
    coloring: { fixed: ACCENT },
    noValue: { zh: '第一天结束后显示', en: 'Shown when the first day is over' },
  });
}

const most = `topk(8, sum by (node) (${today(CHOSEN_NODES)}))`;
export const deviceNodesPanel = matrix({
  title: { zh: '今日：设备 × 节点', en: 'Today: device × node' },
  description: {
    zh: '今日每台设备经用量最多的 8 个节点的用量，其余归入“其他”；与日报一致。',
    en: 'Use of today of each device, cut by the eight nodes used most, the rest as "other"; the figures of the mail.',
  },
  unit: 'bytes',
  min: 0,
  expr: `(sum by (instance, node) (${today(CHOSEN_NODES)} and on (node) ${most}) or label_replace(sum by (instance) (${today(CHOSEN_NODES)} unless on (node) ${most}), "node", "other", "", "")) > 0`,
  row: 'instance',
  part: 'node',
  coloring: 'by series',
  overrides: renamed(NODES),
  noValue: { zh: '暂无数据', en: 'No data yet' },
});
