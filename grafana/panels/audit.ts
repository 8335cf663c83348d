import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { formatBytes, percent } from '../../core/units.ts';
import { columns, lines, stat, timeline } from '../builders/charts.ts';
import { always, now, type PanelDefinition, steps, trace, words } from '../builders/panel.ts';
import { bytesColumn, coloredCells, table } from '../builders/tables.ts';
import { ACCENT, BAD, GOOD, NEUTRAL, PLAIN, WATCH } from '../palette.ts';
import { perDay } from '../promql/days.ts';
import { byAirport, select } from '../promql/select.ts';
import type { DashboardSettings } from '../settings.ts';

/** The auditor's verdicts, the more urgent the higher; a panel turns the number back into words. */
const RANKED = [
  ['ok', { zh: '正常：账单与设备一致', en: 'OK: bill and devices agree' }, GOOD],
  ['underbilled', { zh: '少计：机场扣得比用的少', en: 'Underbilled: the bill is below use' }, NEUTRAL],
  ['unknown', { zh: '未知：没有机场读数', en: 'Unknown: no reading of the airport' }, NEUTRAL],
  ['incomplete', { zh: '待定：有设备未推送', en: 'Incomplete: a device is silent' }, WATCH],
  ['drift', { zh: '偏差：扣的变多了，查倍率', en: 'Drift: bills more than before, check multipliers' }, WATCH],
  ['leak', { zh: '疑似泄露：立即重置订阅', en: 'Suspected leak: renew the subscription' }, BAD],
] as const;

/** One number an airport: the place of its verdict in the ranking, from 1. */
const VERDICT_RANK = `sum by (user, airport) (${RANKED.map(
  ([verdict], index) => `${select('flowcollect_audit_verdict', `verdict="${verdict}"`)} * ${index + 1}`,
).join(' or ')})`;

const VERDICT_WORDS = words([
  ...RANKED.map(([, text, color], index) => [String(index + 1), text, color] as const),
  // Every verdict is 0 until the first window is closed.
  ['0', { zh: '明天见分晓', en: 'Tomorrow' }, NEUTRAL],
]);

/** Am I safe? One field an airport, in words and from afar in colour. */
export const verdictPanel = stat({
  title: { zh: '审计结论', en: 'Verdict' },
  description: {
    zh: '上一个审计窗口里，机场扣的流量与各设备按倍率应扣的流量相比。首日没有结论，明天的日报之后可见。',
    en: 'What the airport billed in the last audit window, against what the devices should cost by the multipliers. The first day has no verdict yet; it comes with the report of tomorrow.',
  },
  unit: 'none',
  targets: [now(`sort_desc(${VERDICT_RANK})`, '{{airport}}')],
  coloring: steps(NEUTRAL),
  mappings: [VERDICT_WORDS],
  noValue: { zh: '明天见分晓', en: 'Tomorrow' },
  background: true,
  names: true,
});

/** The evidence of the last window, and what is left, an airport a row. */
export function airportsPanel({ limits }: DashboardSettings): PanelDefinition {
  return table({
    title: { zh: '机场详情', en: 'Airports' },
    description: {
      zh: '上一个审计窗口：机场扣了多少，设备经它的节点走了多少，按倍率应扣多少，差多少；以及剩余与期限。',
      en: 'The last audit window: what the airport billed, what devices sent through its nodes, what that should cost by the multipliers, and the difference; then what is left, and until when.',
    },
    keys: [{ label: 'airport', name: { zh: '机场', en: 'Airport' } }],
    columns: [
      bytesColumn({ zh: '机场扣除', en: 'Billed' }, byAirport('flowcollect_audit_airport_bytes')),
      bytesColumn({ zh: '设备用量', en: 'Devices' }, byAirport('flowcollect_audit_device_bytes')),
      bytesColumn({ zh: '应扣', en: 'Expected' }, byAirport('flowcollect_audit_billed_bytes')),
      bytesColumn({ zh: '差值', en: 'Difference' }, byAirport('flowcollect_audit_difference_bytes')),
      bytesColumn({ zh: '剩余', en: 'Remaining' }, byAirport('flowcollect_airport_remaining_bytes')),
      {
        name: { zh: '预计还可用', en: 'Days left' },
        expr: byAirport('flowcollect_forecast_days_left'),
        unit: { zh: 'suffix: 天', en: 'suffix: d' },
        decimals: 1,
        properties: coloredCells(steps(BAD, [limits.runsOutDays, WATCH], [2 * limits.runsOutDays, PLAIN])),
      },
      {
        name: { zh: '到期', en: 'Expiry' },
        expr: `${byAirport('flowcollect_airport_expiry_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
      {
        name: { zh: '窗口截止', en: 'Window end' },
        expr: `${byAirport('flowcollect_audit_window_end_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
    ],
    sortBy: { zh: '机场扣除', en: 'Billed' },
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

const used = select('flowcollect_airport_used_bytes');

/** What the bill exceeds the devices' use by, over time. */
export function differencePanel({ limits }: DashboardSettings): PanelDefinition {
  const [least, share] = [formatBytes(limits.leakMinBytes), percent(limits.leakRatio)];
  return lines({
    title: { zh: '差值走势', en: 'Difference over time' },
    description: {
      zh: `每个审计窗口机场扣除减去应扣。正值是机场多扣；超过泄露线，即 ${least} 和应扣的 ${share}% 中较大者，判为疑似泄露。`,
      en: `What the airport billed less what it should have, window by window. Above zero it billed more; above the line, the greater of ${least} and ${share} % of what is expected, it counts as a suspected leak.`,
    },
    unit: 'bytes',
    timeFrom: '30d',
    targets: [
      trace(byAirport('flowcollect_audit_difference_bytes'), { zh: '{{airport}} 差值', en: '{{airport}} difference' }),
      trace(byAirport('flowcollect_audit_billed_bytes'), { zh: '{{airport}} 应扣', en: '{{airport}} expected' }),
      trace(`clamp_min(${byAirport('flowcollect_audit_billed_bytes')} * ${limits.leakRatio}, ${limits.leakMinBytes})`, {
        zh: '{{airport}} 泄露线',
        en: '{{airport}} leak line',
      }),
    ],
    coloring: 'by series',
    overrides: [{ of: { target: 'C' }, properties: [always(BAD)] }],
    legendCalcs: ['lastNotNull', 'max'],
  });
}

/** Each day of account: the airport's bill next to the devices' proxy bytes. */
export function dailyBillPanel(settings: DashboardSettings): PanelDefinition {
  const billed = perDay(used, settings, 'falls at a reset');
  return columns({
    title: { zh: '每日：机场扣除与设备代理', en: 'Daily: bill and proxy bytes' },
    description: {
      zh: '每个账务日机场的已用增加了多少（重置后从 0 起），以及各设备代理流量的精确和（未乘倍率）。',
      en: "How much the airport's use grew each day of account (from 0 after a reset), next to the exact proxy bytes of the devices (before multipliers).",
    },
    unit: 'bytes',
    min: 0,
    timeFrom: '30d',
    interval: '1d',
    targets: [
      trace(`sum by (user, airport) (${billed})`, '{{airport}}'),
      trace(`sum(${perDay(select(TRAFFIC_BYTES, 'class="proxy"'), settings)})`, { zh: '设备代理', en: 'Proxy bytes' }),
    ],
    coloring: 'by series',
    overrides: [{ of: { target: 'B' }, properties: [always(ACCENT)] }],
    legendCalcs: ['sum', 'max'],
  });
}

export const verdictHistoryPanel = timeline({
  title: { zh: '结论历史（30 天）', en: 'Verdicts (30 days)' },
  description: { zh: '每个机场各审计窗口的结论。', en: 'The verdict of each audit window, an airport a row.' },
  unit: 'none',
  timeFrom: '30d',
  targets: [trace(VERDICT_RANK, '{{airport}}')],
  coloring: steps(PLAIN),
  mappings: [VERDICT_WORDS],
});

/** When the report was last accepted by the mail server. */
export const reportPanel = stat({
  title: { zh: '距上次日报', en: 'Since the last report' },
  description: {
    zh: '日报上次被邮件服务器接受至今。超过 25 小时变红。',
    en: 'Since the mail server last accepted a report; red above 25 hours.',
  },
  unit: 's',
  targets: [now(`time() - max by (user) (${select('flowcollect_report_last_success_timestamp_seconds')})`, '{{user}}')],
  coloring: steps(PLAIN, [25 * 3600, BAD]),
  noValue: { zh: '尚未发出', en: 'None yet' },
});
