import type { Translate } from '../../core/language.ts';
import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { formatBytes, percent } from '../../core/units.ts';
import type { BoardSettings } from '../board-settings.ts';
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
export function differencePane(translate: Translate, { limits }: BoardSettings, width: number, height: number): Pane {
  const [least, share] = [formatBytes(limits.leakMinBytes), percent(limits.leakRatio)];
  return lines({
    title: translate({ zh: '差值走势', en: 'Difference over time' }),
    description: translate({
      zh: `每个审计窗口机场扣除减去应扣。正值是机场多扣；超过泄露线，即 ${least} 和应扣的 ${share}% 中较大者，判为疑似泄露。`,
      en: `What the airport billed less what it should have, window by window. Above zero it billed more; above the line, the greater of ${least} and ${share} % of what is expected, it counts as a suspected leak.`,
    }),
    unit: 'bytes',
    size: [width, height],
    timeFrom: '30d',
    targets: [
      trace(
        byAirport('flowcollect_audit_difference_bytes'),
        translate({ zh: '{{airport}} 差值', en: '{{airport}} difference' }),
      ),
      trace(
        byAirport('flowcollect_audit_billed_bytes'),
        translate({ zh: '{{airport}} 应扣', en: '{{airport}} expected' }),
      ),
      trace(
        `clamp_min(${byAirport('flowcollect_audit_billed_bytes')} * ${limits.leakRatio}, ${limits.leakMinBytes})`,
        translate({ zh: '{{airport}} 泄露线', en: '{{airport}} leak line' }),
      ),
    ],
    coloring: 'by series',
    overrides: [{ of: { target: 'C' }, properties: [always(BAD)] }],
    legendCalcs: ['lastNotNull', 'max'],
  });
}

/** Each day of account: the airport's bill beside the devices' proxy bytes. */
export function dailyBillPane(translate: Translate, settings: BoardSettings, width: number, height: number): Pane {
  const billed = perDay(used, settings, 'falls at a reset');
  return columns({
    title: translate({ zh: '每日：机场扣除与设备代理', en: 'Daily: bill and proxy bytes' }),
    description: translate({
      zh: '每个账务日机场的已用增加了多少（重置后从 0 起），以及各设备代理流量的精确和（未乘倍率）。',
      en: "How much the airport's use grew each day of account (from 0 after a reset), beside the exact proxy bytes of the devices (before multipliers).",
    }),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    timeFrom: '30d',
    interval: '1d',
    targets: [
      trace(`sum by (user, airport) (${billed})`, '{{airport}}'),
      trace(
        `sum(${perDay(select(TRAFFIC_BYTES, 'class="proxy"'), settings)})`,
        translate({ zh: '设备代理', en: 'Proxy bytes' }),
      ),
    ],
    coloring: 'by series',
    overrides: [{ of: { target: 'B' }, properties: [always(ACCENT)] }],
    legendCalcs: ['sum', 'max'],
  });
}

export function verdictHistoryPane(translate: Translate, width: number, height: number): Pane {
  return timeline({
    title: translate({ zh: '结论历史（30 天）', en: 'Verdicts (30 days)' }),
    description: translate({
      zh: '每个机场各审计窗口的结论。',
      en: 'The verdict of each audit window, an airport a row.',
    }),
    unit: 'none',
    size: [width, height],
    timeFrom: '30d',
    targets: [trace(verdictRank(), '{{airport}}')],
    coloring: steps(PLAIN),
    mappings: [verdictWords(translate)],
  });
}

/** When the report was last accepted by the mail server. */
export function reportPane(translate: Translate, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '距上次日报', en: 'Since the last report' }),
    description: translate({
      zh: '日报上次被邮件服务器接受至今。超过 25 小时变红。',
      en: 'Since the mail server last accepted a report; red above 25 hours.',
    }),
    unit: 's',
    size: [width, height],
    targets: [
      now(`time() - max by (user) (${select('flowcollect_report_last_success_timestamp_seconds')})`, '{{user}}'),
    ],
    coloring: steps(PLAIN, [25 * 3600, BAD]),
    noValue: translate({ zh: '尚未发出', en: 'None yet' }),
  });
}
