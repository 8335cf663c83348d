import { formatBytes, percent } from '../../core/units.ts';
import { dayPairs, lines, stat, timeline } from '../builders/charts.ts';
import { always, now, type PanelDefinition, steps, trace, words } from '../builders/panel.ts';
import { bytesColumn, coloredCells, stateCells, table, WIDTHS, WRAPPED } from '../builders/tables.ts';
import { ACCENT, BAD, GOOD, NEUTRAL, PENDING, PLAIN, WATCH } from '../palette.ts';
import { atDayEnd, NOW } from '../promql/days.ts';
import { byAirport, select, stateNumber } from '../promql/select.ts';
import type { DashboardSettings } from '../settings.ts';

const VERDICT = ['flowcollect_audit_verdict', 'verdict'] as const;
const UNKNOWN = ['flowcollect_audit_unknown', 'why'] as const;

/** The auditor's verdicts in the words of its report, the more urgent the later. */
const RANKED = [
  [...VERDICT, 'ok', { zh: '正常', en: 'OK' }, GOOD],
  [...UNKNOWN, 'first_day', { zh: '明天起对账', en: 'Tomorrow' }, NEUTRAL],
  [...UNKNOWN, 'first_days', { zh: '刚开始对账', en: 'Just begun' }, NEUTRAL],
  [...UNKNOWN, 'not_compared', { zh: '无法对账', en: 'No verdict' }, NEUTRAL],
  [...UNKNOWN, 'no_reading', { zh: '没有读数', en: 'No reading' }, NEUTRAL],
  [...VERDICT, 'underbilled', { zh: '扣得偏少', en: 'Bills less' }, ACCENT],
  [...VERDICT, 'drift', { zh: '扣得变多', en: 'Bills more' }, WATCH],
  [...VERDICT, 'incomplete', { zh: '数据不完整', en: 'Incomplete' }, PENDING],
  [...VERDICT, 'leak', { zh: '可能泄露', en: 'Leak?' }, BAD],
] as const;

/** One number an airport: the place of its verdict in the ranking, from 1. */
const VERDICT_RANK = stateNumber(RANKED.map(([metric, label, value]) => [metric, label, value]));
const VERDICT_WORDS = words(RANKED.map(([, , , text, color], index) => [String(index + 1), text, color]));

/** The verdict of each airport in a word and its colour. */
export const verdictColumn = {
  name: { zh: '结论', en: 'Verdict' },
  expr: VERDICT_RANK,
  unit: 'none',
  // Three columns more fit beside it on a phone; words that are longer go on in a second line.
  width: 90,
  properties: [...stateCells(VERDICT_WORDS, true), WRAPPED],
};

/** How far bill and explanation are apart, as a share of the difference that is taken for a leak. */
function shareOfLeakLine(of: (metric: string) => string, { limits }: DashboardSettings): string {
  const [difference, expected] = [of('flowcollect_audit_difference_bytes'), of('flowcollect_audit_billed_bytes')];
  return `${difference} / clamp_min(${expected} * ${limits.leakRatio}, ${limits.leakMinBytes})`;
}

/**
 * Airports with a quota before those without, in the order of the burn-down, which has only them: Grafana colours series by
 * their place, and Prometheus puts them in the order of their labels.
 *
 * @param expr a series by user and airport
 */
function quotaFirst(expr: string): string {
  const remaining = `${select('flowcollect_airport_remaining_bytes')} @ ${NOW}`;
  return `label_replace(${expr} and on (user, airport) ${remaining}, "a", "quota", "", "") or on (user, airport) ${expr}`;
}

/** The evidence of the last window, an airport a row. */
export function airportsPanel(settings: DashboardSettings): PanelDefinition {
  return table({
    title: { zh: '机场详情', en: 'Airports' },
    description: {
      zh: '上一个审计窗口：机场扣了多少，设备经它的节点走了多少，按倍率应扣多少，差多少，差额占泄露线的几成。怎么办见日报，或运行 flowcollect audit。',
      en: 'The last audit window: what the airport billed, what devices sent through its nodes, what that should cost by the multipliers, the difference, and its share of the leak line. What to do is in the report, or run flowcollect audit.',
    },
    keys: [{ label: 'airport', name: { zh: '机场', en: 'Airport' } }],
    columns: [
      verdictColumn,
      {
        name: { zh: '占泄露线', en: 'Of leak line' },
        expr: shareOfLeakLine(byAirport, settings),
        unit: 'percentunit',
        decimals: 0,
        width: 104,
        properties: coloredCells(steps(PLAIN, [1, BAD])),
      },
      bytesColumn({ zh: '差值', en: 'Difference' }, byAirport('flowcollect_audit_difference_bytes')),
      bytesColumn({ zh: '机场扣除', en: 'Billed' }, byAirport('flowcollect_audit_airport_bytes')),
      bytesColumn({ zh: '设备用量', en: 'Devices' }, byAirport('flowcollect_audit_device_bytes')),
      bytesColumn({ zh: '应扣', en: 'Expected' }, byAirport('flowcollect_audit_billed_bytes')),
      {
        name: { zh: '窗口截止', en: 'Window end' },
        expr: `${byAirport('flowcollect_audit_window_end_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
        width: WIDTHS.date,
      },
    ],
    sortBy: verdictColumn.name,
    noValue: { zh: '还没有读到机场', en: 'No airport was read yet' },
  });
}

/** Day by day, whether what an airport billed too much comes near the line of a leak. */
export function differencePanel(settings: DashboardSettings): PanelDefinition {
  const [least, share] = [formatBytes(settings.limits.leakMinBytes), percent(settings.limits.leakRatio)];
  const ofDay = (metric: string): string => `max by (user, airport) (${atDayEnd(select(metric), settings)})`;
  return lines({
    title: { zh: '差值占泄露线', en: 'Difference, of the leak line' },
    description: {
      zh: `每个账务日，机场扣除减去应扣，占泄露线（${least} 和应扣的 ${share}% 中较大者）的比例；正值是多扣，超过 100% 就是当天的可能泄露。`,
      en: `Each day of account: what the airport billed less what it should have, as a share of the leak line (the greater of ${least} and ${share} % of what is expected). Above 0 it billed more; above 100 % that day alone is a suspected leak.`,
    },
    unit: 'percentunit',
    decimals: 0,
    interval: '1d',
    targets: [trace(quotaFirst(shareOfLeakLine(ofDay, settings)), '{{airport}}')],
    coloring: { limit: 1 },
    overrides: [
      {
        of: { target: 'A' },
        properties: [
          { id: 'custom.lineWidth', value: 2 },
          { id: 'custom.axisSoftMin', value: -0.5 },
          { id: 'custom.axisSoftMax', value: 1.2 },
        ],
      },
    ],
    legendCalc: 'max',
    noValue: { zh: '第一个账务日结束后显示', en: 'Shown when the first day of account is over' },
  });
}

/** Each day of account: what airports billed next to what explains it. */
export function dailyBillPanel(settings: DashboardSettings): PanelDefinition {
  const ofDay = (metric: string): string => `sum(${atDayEnd(select(metric), settings)})`;
  const [billed, expected] = [
    { zh: '机场扣除', en: 'Billed' },
    { zh: '应扣', en: 'Expected' },
  ];
  return dayPairs({
    title: { zh: '每日：扣除与应扣', en: 'Daily: billed and expected' },
    description: {
      zh: '每个账务日结束时，各机场在它的审计窗口里合计扣了多少，设备用量按倍率应扣多少。静默设备补推前的窗口可能长于一天。',
      en: 'What airports billed in the window that each day of account ended with, and what the use of the devices should have cost by the multipliers. A window that waits for a silent device may be longer than a day.',
    },
    unit: 'bytes',
    min: 0,
    interval: '1d',
    targets: [
      trace(ofDay('flowcollect_audit_airport_bytes'), billed),
      trace(ofDay('flowcollect_audit_billed_bytes'), expected),
    ],
    coloring: { fixed: PLAIN },
    overrides: [
      { of: { name: billed }, properties: [always(ACCENT)] },
      { of: { name: expected }, properties: [always(NEUTRAL)] },
    ],
    noValue: { zh: '第一个账务日结束后显示', en: 'Shown when the first day of account is over' },
  });
}

export const verdictHistoryPanel = timeline({
  title: { zh: '结论历史', en: 'Verdicts' },
  description: {
    zh: '每个机场各审计窗口的结论，从窗口结束到下一个结束：某天的差额，结论显示在下一天。',
    en: 'The verdict of each audit window, an airport a row, from its end to that of the next: of an odd day it stands on the day after.',
  },
  unit: 'none',
  targets: [trace(VERDICT_RANK, '{{airport}}')],
  mappings: [VERDICT_WORDS],
  noValue: { zh: '一两小时后显示', en: 'Shown in an hour or two' },
});

/** When the report was last accepted by the mail server. */
export const reportPanel = stat({
  title: { zh: '距上次日报', en: 'Last report' },
  description: {
    zh: '定时的日报上次被邮件服务器接受至今，按用户；用命令寄出的不算。超过 25 小时变红。',
    en: 'Since the mail server last accepted a report of the plan, by user; one that a command sent does not count. Red above 25 hours.',
  },
  unit: 's',
  decimals: 0,
  targets: [now(`time() - max by (user) (${select('flowcollect_report_last_success_timestamp_seconds')})`, '{{user}}')],
  coloring: steps(PLAIN, [25 * 3600, BAD]),
  noValue: { zh: '还没有按时寄出过', en: 'None on time yet' },
  names: true,
});
