import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
import { ACCENT, BAD, PLAIN, WATCH } from '../palette.ts';
import { bars, stat } from '../panels/figures.ts';
import { columns, lines, timeline } from '../panels/graphs.ts';
import { always, type Pane, steps } from '../panels/pane.ts';
import { coloredCells, table } from '../panels/tables.ts';
import { now, trace } from '../panels/target.ts';
import { perDay } from '../promql/days.ts';
import { select } from '../promql/select.ts';
import { verdictRank, verdictWords } from './verdict.ts';

const byAirport = (metric: string): string => `max by (user, airport) (${select(metric)})`;
const used = select('flowcollect_airport_used_bytes');

/** The evidence of the last window, and what is left, an airport a row. */
export function airportsPane(say: Say, width: number, height: number): Pane {
  return table({
    title: say('机场详情', 'Airports'),
    description: say(
      '上一个审计窗口：机场扣了多少，设备经它的节点走了多少，按倍率应扣多少，差多少；以及剩余与期限。',
      'The last audit window: what the airport billed, what devices sent through its nodes, what that should cost by the multipliers, and the difference; then what is left, and until when.',
    ),
    size: [width, height],
    keys: [{ label: 'airport', name: say('机场', 'Airport') }],
    columns: [
      {
        name: say('机场扣除', 'Billed'),
        expr: byAirport('flowcollect_audit_airport_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: say('设备用量', 'Devices'),
        expr: byAirport('flowcollect_audit_device_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      { name: say('应扣', 'Expected'), expr: byAirport('flowcollect_audit_billed_bytes'), unit: 'bytes', decimals: 2 },
      {
        name: say('差值', 'Difference'),
        expr: byAirport('flowcollect_audit_difference_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: say('剩余', 'Remaining'),
        expr: byAirport('flowcollect_airport_remaining_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: say('预计还可用', 'Days left'),
        expr: byAirport('flowcollect_forecast_days_left'),
        unit: say('suffix: 天', 'suffix: d'),
        decimals: 1,
        properties: coloredCells(steps(BAD, [3, WATCH], [7, PLAIN])),
      },
      {
        name: say('到期', 'Expiry'),
        expr: `${byAirport('flowcollect_airport_expiry_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
      {
        name: say('窗口截止', 'Window end'),
        expr: `${byAirport('flowcollect_audit_window_end_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
    ],
    sortBy: say('机场扣除', 'Billed'),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

/** What the bill exceeds the devices' use by, over time. */
export function differencePane(say: Say, width: number, height: number): Pane {
  return lines({
    title: say('差值走势', 'Difference over time'),
    description: say(
      '每个审计窗口机场扣除减去应扣。正值是机场多扣；超过 100 MB 且超过应扣的 20% 判为疑似泄露（默认）。',
      'What the airport billed less what it should have, window by window. Above zero it billed more; over 100 MB and 20 % of what is expected it counts as a leak, unless set otherwise.',
    ),
    unit: 'bytes',
    size: [width, height],
    timeFrom: '30d',
    targets: [
      trace(byAirport('flowcollect_audit_difference_bytes'), say('{{airport}} 差值', '{{airport}} difference')),
      trace(byAirport('flowcollect_audit_billed_bytes'), say('{{airport}} 应扣', '{{airport}} expected')),
    ],
    coloring: 'by series',
    legendCalcs: ['lastNotNull', 'max'],
  });
}

/** Each day of account: the airport's bill beside the devices' proxy bytes. */
export function dailyBillPane(say: Say, settings: BoardSettings, width: number, height: number): Pane {
  const billed = perDay(used, settings, 'falls at a reset');
  return columns({
    title: say('每日：机场扣除与设备代理', 'Daily: bill and proxy bytes'),
    description: say(
      '每个账务日机场的已用增加了多少（重置后从 0 起），以及各设备代理流量的精确和（未乘倍率）。',
      "How much the airport's use grew each day of account (from 0 after a reset), beside the exact proxy bytes of the devices (before multipliers).",
    ),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    timeFrom: '30d',
    interval: '1d',
    targets: [
      trace(`sum by (user, airport) (${billed})`, '{{airport}}'),
      trace(`sum(${perDay(select(TRAFFIC_BYTES, 'class="proxy"'), settings)})`, say('设备代理', 'Proxy bytes')),
    ],
    coloring: 'by series',
    overrides: [{ of: { target: 'B' }, properties: [always(ACCENT)] }],
    legendCalcs: ['sum', 'max'],
  });
}

export function verdictHistoryPane(say: Say, width: number, height: number): Pane {
  return timeline({
    title: say('结论历史（30 天）', 'Verdicts (30 days)'),
    description: say('每个机场各审计窗口的结论。', 'The verdict of each audit window, an airport a row.'),
    unit: 'none',
    size: [width, height],
    timeFrom: '30d',
    targets: [trace(verdictRank(), '{{airport}}')],
    coloring: steps(PLAIN),
    mappings: [verdictWords(say)],
  });
}

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

/** When the report was last accepted by the mail server. */
export function reportPane(say: Say, width: number, height: number): Pane {
  return stat({
    title: say('距上次日报', 'Since the last report'),
    description: say(
      '日报上次被邮件服务器接受至今。超过 25 小时变红。',
      'Since the mail server last accepted a report; red above 25 hours.',
    ),
    unit: 's',
    size: [width, height],
    targets: [
      now(`time() - max by (user) (${select('flowcollect_report_last_success_timestamp_seconds')})`, '{{user}}'),
    ],
    coloring: steps(PLAIN, [25 * 3600, BAD]),
    noValue: say('尚未发出', 'None yet'),
  });
}
