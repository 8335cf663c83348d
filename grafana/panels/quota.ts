import { percent } from '../../core/units.ts';
import { lines, stat } from '../builders/charts.ts';
import { always, NOT_SHOWN, now, type PanelDefinition, steps, trace, UNLISTED, words } from '../builders/panel.ts';
import {
  bytesColumn,
  coloredCells,
  gaugeCells,
  type RowKey,
  ranks,
  stateCells,
  stepColors,
  table,
} from '../builders/tables.ts';
import { ACCENT, BAD, GOOD, PLAIN, QUIET, WATCH } from '../palette.ts';
import { NOW } from '../promql/days.ts';
import { byAirport, select, stateNumber, today } from '../promql/select.ts';
import type { DashboardSettings } from '../settings.ts';
import { verdictColumn } from './audit.ts';

const daysLeft = select('flowcollect_forecast_days_left');
const remaining = select('flowcollect_airport_remaining_bytes');
const quota = select('flowcollect_airport_quota_bytes');
const used = select('flowcollect_airport_used_bytes');
const reset = select('flowcollect_airport_reset_timestamp_seconds');
const expiry = select('flowcollect_airport_expiry_timestamp_seconds');

/** Days until an instant, never negative. */
const daysTo = (instant: string): string => `clamp_min((${instant} - time()) / 86400, 0)`;

/** Bytes a day that make the quota last to its reset (or to the end of the plan, where no reset is known). */
function allowance(settings: Pick<DashboardSettings, 'dailyBudgetBytes'>): string {
  if (settings.dailyBudgetBytes !== undefined) return `vector(${settings.dailyBudgetBytes})`;
  return `sum(${remaining} / on (user, airport) clamp_min((max by (user, airport) (${reset} or ${expiry}) - time()) / 86400, 1))`;
}

/** How urgent the days left are: the auditor's rule, which mail and bot go by too. */
const URGENCY = ['plain', 'short', 'last_day'].map(
  (each) => ['flowcollect_forecast_urgency', 'urgency', each] as const,
);
const URGENCY_WORDS = words([
  ['1', { zh: ' ', en: ' ' }, PLAIN],
  ['2', { zh: '撑不到', en: 'Too few' }, WATCH],
  ['3', { zh: '不足一天', en: 'Last day' }, BAD],
]);

/** Of what is not there; a bar of it would end in a mark. */
const NO_FILL = 'transparent';
/** Am I safe, and how much is left? An airport a row, the worst first; what a phone shows of it comes first. */
export function overviewPanel({ limits }: DashboardSettings): PanelDefinition {
  const [orange, red] = [percent(limits.quotaWarning), percent(limits.quotaCritical)];
  const enough = { zh: '够吗', en: 'OK?' };
  const days = { unit: { zh: 'suffix: 天', en: 'suffix: d' } };
  return table({
    title: { zh: '机场：安全吗，还剩多少', en: 'Airports: safe, and how much is left' },
    description: {
      zh: `结论是上一个审计窗口的，与日报相同。“还可用”按近来的用量；“撑不到”是撑不到重置或到期，“不足一天”是剩不到一天、又撑不到那时或不知道是哪时。配额已用 ${orange}% 变橙，${red}% 变红；到期不足 ${limits.expiryDays} 天变橙，不足 1 天变红。`,
      en: `The verdict is that of the last audit window, as in the report. Days left go by the use of late; "too few" do not reach the reset or the end of the plan, and on the "last day" less than one is left, unless that reaches it. Quota used is orange from ${orange} %, red from ${red} %; the end of the plan orange below ${limits.expiryDays} days, red below 1.`,
    },
    keys: [{ label: 'airport', name: { zh: '机场', en: 'Airport' } }],
    columns: [
      verdictColumn,
      {
        name: { zh: '还可用', en: 'Lasts' },
        expr: byAirport('flowcollect_forecast_days_left'),
        decimals: 1,
        width: 68,
        ...days,
      },
      {
        name: enough,
        expr: stateNumber(URGENCY),
        unit: 'none',
        width: 74,
        properties: stateCells(URGENCY_WORDS, false),
      },
      bytesColumn({ zh: '剩余', en: 'Left' }, byAirport('flowcollect_airport_remaining_bytes')),
      {
        name: { zh: '配额已用', en: 'Quota used' },
        expr: `max by (user, airport) (${used} / ${quota})`,
        unit: 'percentunit',
        decimals: 0,
        properties: gaugeCells(
          stepColors(steps(NO_FILL, [0, GOOD], [limits.quotaWarning, WATCH], [limits.quotaCritical, BAD])),
          1,
        ),
      },
      {
        name: { zh: '距重置', en: 'Reset in' },
        expr: `max by (user, airport) (${daysTo(reset)})`,
        decimals: 0,
        width: 74,
        ...days,
      },
      {
        name: { zh: '距到期', en: 'Ends in' },
        expr: `max by (user, airport) (${daysTo(expiry)})`,
        decimals: 0,
        width: 74,
        ...days,
        properties: coloredCells(steps(PLAIN, [0, BAD], [1, WATCH], [limits.expiryDays, PLAIN])),
      },
    ],
    sortBy: verdictColumn.name,
    thenBy: enough,
    noValue: { zh: '还没有读到机场，一两分钟后再看', en: 'No airport was read yet; look again in a minute or two' },
  });
}

/** A share of the daily budget that no day has. */
const USED_UP = 10_000;
/** Today against what a day may cost: the background turns from blue to red. */
export function budgetPanel(settings: DashboardSettings): PanelDefinition {
  const own = settings.dailyBudgetBytes !== undefined;
  return stat({
    title: { zh: '今日代理 / 每日预算', en: "Today's proxy / daily budget" },
    description: own
      ? {
          zh: '今日代理流量占每日预算的比例。',
          en: 'Proxy traffic of today as a share of the daily budget that was set.',
        }
      : {
          zh: '今日代理流量（未乘倍率）占每日预算的比例；预算 = 剩余流量 ÷ 距重置（未知时距到期）天数。',
          en: "Proxy traffic of today (before multipliers) as a share of the daily budget: what remains over the days to the reset, or to the plan's end where no reset is known.",
        },
    unit: 'percentunit',
    decimals: 0,
    // Where nothing remains a share of it would be endless.
    targets: [now(`clamp_max(sum(${today('class="proxy"')}) / clamp_min(${allowance(settings)}, 1), ${USED_UP})`)],
    mappings: [words([[String(USED_UP), { zh: '已用完', en: 'Used up' }, BAD]])],
    coloring: steps(NO_FILL, [0, ACCENT], [0.8, WATCH], [1, BAD]),
    noValue: { zh: '无预算', en: 'No budget' },
    background: true,
  });
}

const even = `max by (user, airport) (${quota} * clamp((${reset} - time()) / (30 * 86400), 0, 1))`;
/** What is left over the cycle, next to a use that would be even. */
export const burnDownPanel = lines({
  title: { zh: '剩余流量走势（30 天）', en: 'Burn-down (30 days)' },
  description: {
    zh: '实线是剩余流量；灰线是把配额按 30 天均分时应剩的，实线在灰线之下，就是用得偏快。',
    en: 'What remains; in grey what would remain if the quota were spread evenly over 30 days: below that line, use runs ahead.',
  },
  unit: 'bytes',
  min: 0,
  timeFrom: '30d',
  targets: [
    trace(`max by (user, airport) (${remaining})`, '{{airport}}'),
    trace(even, { zh: '{{airport}} 均分', en: '{{airport}} even' }),
  ],
  coloring: 'by series',
  overrides: [{ of: { target: 'B' }, properties: [always(QUIET), UNLISTED] }],
  noValue: { zh: '记录不满一两小时，或配额未知、不限量', en: 'No record of an hour or two yet, or no quota' },
});

// By the auditor's own forecast, as it stood at each moment; 0 where the quota would not have lasted.
const atReset = `max by (user, airport) (clamp_min(${remaining} * (1 - clamp_min(${reset} - time(), 0) / 86400 / ${daysLeft}), 0))`;
const atResetNow = `max by (user, airport) (${remaining} @ ${NOW} + ${reset} @ ${NOW} + ${daysLeft} @ ${NOW})`;
/** Takes the place of an airport that has a quota, but no forecast beside those that have one; no forecast is below 0. */
const PLACE = -1;
const places = `(max by (user, airport) (${remaining}) * 0 + ${PLACE} unless on (user, airport) ${atResetNow} and on () ${atResetNow})`;
/** How the forecast of what is left at the reset went, in a plot of its own: each airport has its line in the legend. */
export const forecastPanel = lines({
  title: { zh: '预计重置时剩余', en: 'Left at reset, forecast' },
  description: {
    zh: '按当时的速度，到重置时预计还剩多少；到 0 就是撑不到重置。',
    en: 'What would be left at the reset at the pace of that time; at 0 the quota does not last.',
  },
  unit: 'bytes',
  min: 0,
  timeFrom: '30d',
  // Colours go by place: an airport has that of the burn-down.
  targets: [trace(`${atReset} or ${places}`, '{{airport}}')],
  coloring: 'by series',
  overrides: [{ of: { below: 0 }, properties: [NOT_SHOWN] }],
  noValue: { zh: '还没有预计，或配额、重置日未知', en: 'No forecast yet, or no quota or reset known' },
});

/** Airport and node in one column: on a phone there is no room for two beside a figure. */
export const AIRPORT_NODE: RowKey = {
  label: 'airport_node',
  name: { zh: '机场 · 节点', en: 'Airport · node' },
  width: 190,
};
// In a label of its own, since VictoriaMetrics writes into those that it still reads.
export const airportNode = (byNode: string): string =>
  `label_join(${byNode}, "${AIRPORT_NODE.label}", " · ", "airport", "node")`;

/** This billing cycle, by node: where the quota went. */
export const cycleNodesPanel = ranks({
  title: { zh: '本周期节点用量', en: 'Nodes in this cycle' },
  description: {
    zh: '从计费周期开始到现在各节点的精确字节数（未乘倍率），最多的 20 个。',
    en: 'Exact bytes of each node since the billing cycle began, before multipliers; the twenty used most.',
  },
  // Wide enough for most names in one line.
  keys: [{ ...AIRPORT_NODE, width: 230 }],
  expr: airportNode(`topk(20, sum by (user, airport, node) (${select('flowcollect_cycle_bytes')}))`),
  noValue: { zh: '暂无数据', en: 'No data yet' },
});

const billedInCycle = { zh: '机场已用', en: 'Billed' };

/** The cycle in two figures that should agree but for multipliers. */
export const cyclePanel = table({
  title: { zh: '本周期', en: 'This cycle' },
  description: {
    zh: '机场在本计费周期的已用，与同期设备的精确用量（未乘倍率）；第一个周期里，设备从第一次读到机场时算起。',
    en: 'What the airport billed in this cycle, and the exact bytes of the devices since it began, before multipliers; in the first cycle, since the airport was first read.',
  },
  keys: [{ label: 'airport', name: { zh: '机场', en: 'Airport' } }],
  columns: [
    bytesColumn(billedInCycle, byAirport('flowcollect_airport_used_bytes')),
    bytesColumn({ zh: '设备用量', en: 'Devices' }, `sum by (user, airport) (${select('flowcollect_cycle_bytes')})`),
  ],
  sortBy: billedInCycle,
  noValue: { zh: '还没有读到机场', en: 'No airport was read yet' },
});
