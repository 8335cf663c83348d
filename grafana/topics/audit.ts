import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { formatBytes, percent } from '../../core/units.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
import { ACCENT, BAD, PLAIN } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { columns, lines, timeline } from '../panels/graphs.ts';
import { always, type Pane, steps } from '../panels/pane.ts';
import { now, trace } from '../panels/target.ts';
import { perDay } from '../promql/days.ts';
import { byAirport, select } from '../promql/select.ts';
import { verdictRank, verdictWords } from './verdict.ts';

const used = select('flowcollect_airport_used_bytes');

/** What the bill exceeds the devices' use by, over time. */
export function differencePane(say: Say, { limits }: BoardSettings, width: number, height: number): Pane {
  const [least, share] = [formatBytes(limits.leakMinBytes), percent(limits.leakRatio)];
  return lines({
    title: say('差值走势', 'Difference over time'),
    description: say(
      `每个审计窗口机场扣除减去应扣。正值是机场多扣；超过泄露线，即 ${least} 和应扣的 ${share}% 中较大者，判为疑似泄露。`,
      `What the airport billed less what it should have, window by window. Above zero it billed more; above the line, the greater of ${least} and ${share} % of what is expected, it counts as a suspected leak.`,
    ),
    unit: 'bytes',
    size: [width, height],
    timeFrom: '30d',
    targets: [
      trace(byAirport('flowcollect_audit_difference_bytes'), say('{{airport}} 差值', '{{airport}} difference')),
      trace(byAirport('flowcollect_audit_billed_bytes'), say('{{airport}} 应扣', '{{airport}} expected')),
      trace(
        `clamp_min(${byAirport('flowcollect_audit_billed_bytes')} * ${limits.leakRatio}, ${limits.leakMinBytes})`,
        say('{{airport}} 泄露线', '{{airport}} leak line'),
      ),
    ],
    coloring: 'by series',
    overrides: [{ of: { target: 'C' }, properties: [always(BAD)] }],
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
