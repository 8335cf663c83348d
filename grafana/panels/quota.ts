import { percent } from '../../core/units.ts';
import { bars, lines, stat } from '../builders/charts.ts';
import { always, now, type PanelDefinition, steps, trace, words } from '../builders/panel.ts';
import { TEXT_CELLS, table } from '../builders/tables.ts';
import { ACCENT, BAD, GOOD, NEUTRAL, PLAIN, WATCH } from '../palette.ts';
import { byAirport, select, today } from '../promql/select.ts';
import type { DashboardSettings } from '../settings.ts';

const daysLeft = select('flowcollect_forecast_days_left');
const remaining = select('flowcollect_airport_remaining_bytes');
const quota = select('flowcollect_airport_quota_bytes');
const used = select('flowcollect_airport_used_bytes');
const reset = select('flowcollect_airport_reset_timestamp_seconds');
const expiry = select('flowcollect_airport_expiry_timestamp_seconds');

/** Days until an instant, never negative. */
const daysTo = (instant: string): string => `clamp_min((${instant} - time()) / 86400, 0)`;

/** Bytes a day that make the quota last to its reset (or to the end of the plan, where no reset is known). */
export function allowance(settings: Pick<DashboardSettings, 'dailyBudgetBytes'>): string {
  if (settings.dailyBudgetBytes !== undefined) return `vector(${settings.dailyBudgetBytes})`;
  return `sum(${remaining} / on (user, airport) clamp_min((max by (user, airport) (${reset} or ${expiry}) - time()) / 86400, 1))`;
}

/** How long will it last? Green when to the reset, whatever the number of days. */
export function daysLeftPanel({ limits }: DashboardSettings): PanelDefinition {
  const [few, more] = [limits.runsOutDays, 2 * limits.runsOutDays];
  const lasts = `on (user, airport) (${daysLeft} * 86400 >= ${reset} - time())`;
  return stat({
    title: { zh: '预计还可用', en: 'Days left' },
    description: {
      zh: `按目前的速度，配额还能用几天。绿色：撑得到下次重置；否则不足 ${more} 天变橙，不足 ${few} 天变红。`,
      en: `Days until the quota is used up at the present pace. Green: it lasts to the next reset; else orange below ${more} days and red below ${few}.`,
    },
    unit: { zh: 'suffix: 天', en: 'suffix: d' },
    decimals: 1,
    targets: [now(`${daysLeft} and ${lasts}`, '{{airport}}'), now(`${daysLeft} unless ${lasts}`, '{{airport}}')],
    coloring: steps(BAD, [few, WATCH], [more, PLAIN]),
    overrides: [{ of: { target: 'A' }, properties: [always(GOOD)] }],
    noValue: { zh: '暂不能估计', en: 'No estimate yet' },
    names: true,
  });
}

export const remainingPanel = stat({
  title: { zh: '剩余流量', en: 'Remaining' },
  description: { zh: '机场给出的配额减去已用。', en: "The airport's quota less what it billed." },
  unit: 'bytes',
  targets: [now(`max by (user, airport) (${remaining})`, '{{airport}}')],
  coloring: { fixed: PLAIN },
  noValue: { zh: '不限量或未知', en: 'Unlimited or unknown' },
  names: true,
});

export function quotaUsedPanel({ limits }: DashboardSettings): PanelDefinition {
  const [orange, red] = [percent(limits.quotaWarning), percent(limits.quotaCritical)];
  return bars({
    title: { zh: '配额已用', en: 'Quota used' },
    description: {
      zh: `本计费周期已用占配额的比例，${orange}% 变橙，${red}% 变红。`,
      en: `Share of the quota billed in this cycle: orange from ${orange} %, red from ${red} %.`,
    },
    unit: 'percentunit',
    min: 0,
    max: 1,
    decimals: 1,
    targets: [now(`max by (user, airport) (${used} / ${quota})`, '{{airport}}')],
    coloring: steps(GOOD, [limits.quotaWarning, WATCH], [limits.quotaCritical, BAD]),
    noValue: { zh: '不限量或未知', en: 'Unlimited or unknown' },
  });
}

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
    targets: [now(`sum(${today('class="proxy"')}) / ${allowance(settings)}`)],
    coloring: steps(ACCENT, [0.8, WATCH], [1, BAD]),
    noValue: { zh: '无预算', en: 'No budget' },
    background: true,
  });
}

export function deadlinesPanel({ limits }: DashboardSettings): PanelDefinition {
  return stat({
    title: { zh: '距重置 / 到期', en: 'To reset / expiry' },
    description: {
      zh: `距机场重置配额和套餐到期的天数。到期不足 ${limits.expiryDays} 天变橙，不足 1 天变红。`,
      en: `Days to the reset of the quota and to the plan's end; the latter is orange below ${limits.expiryDays} days, red below 1.`,
    },
    unit: { zh: 'suffix: 天', en: 'suffix: d' },
    decimals: 0,
    targets: [
      now(`min by (user, airport) (${daysTo(reset)})`, { zh: '{{airport}} 重置', en: '{{airport}} reset' }),
      now(`min by (user, airport) (${daysTo(expiry)})`, { zh: '{{airport}} 到期', en: '{{airport}} expiry' }),
    ],
    coloring: steps(BAD, [1, WATCH], [limits.expiryDays, PLAIN]),
    overrides: [{ of: { target: 'A' }, properties: [always(PLAIN)] }],
    noValue: { zh: '未知', en: 'Unknown' },
    names: true,
  });
}

/** What is left over the cycle, next to a use that would be even, and what would be left at the reset. */
// By the auditor's own forecast, as it stood at each moment; 0 where the quota would not have lasted.
const atReset = `max by (user, airport) (clamp_min(${remaining} * (1 - clamp_min(${reset} - time(), 0) / 86400 / ${daysLeft}), 0))`;
const even = `max by (user, airport) (${quota} * clamp((${reset} - time()) / (30 * 86400), 0, 1))`;
export const burnDownPanel = lines({
  title: { zh: '剩余流量走势（30 天）', en: 'Burn-down (30 days)' },
  description: {
    zh: '实线是剩余流量；灰线是把配额按 30 天均分时应剩的，实线在灰线之下，就是用得偏快；虚线是按当时的速度预计重置时还剩多少，到 0 就是撑不到重置。',
    en: 'What remains; in grey what would remain if the quota were spread evenly over 30 days: below that line, use runs ahead. Dashed: what would be left at the reset at the pace of that time; at 0 the quota does not last.',
  },
  unit: 'bytes',
  min: 0,
  timeFrom: '30d',
  targets: [
    trace(`max by (user, airport) (${remaining})`, '{{airport}}'),
    trace(even, { zh: '{{airport}} 均分', en: '{{airport}} even' }),
    trace(atReset, { zh: '{{airport}} 预计重置时', en: '{{airport}} forecast at reset' }),
  ],
  coloring: 'by series',
  overrides: [
    { of: { target: 'B' }, properties: [always('#8E8E8E'), { id: 'custom.fillOpacity', value: 0 }] },
    {
      of: { target: 'C' },
      properties: [
        { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } },
        { id: 'custom.fillOpacity', value: 0 },
      ],
    },
  ],
  legendCalcs: ['lastNotNull'],
});

/** This billing cycle, by node: where the quota went. */
export const cycleNodesPanel = bars({
  title: { zh: '本周期节点用量', en: 'Nodes in this cycle' },
  description: {
    zh: '从计费周期开始到现在各节点的精确字节数（未乘倍率）。',
    en: 'Exact bytes of each node since the billing cycle began, before multipliers.',
  },
  unit: 'bytes',
  min: 0,
  targets: [now(`topk(15, sum by (airport, node) (${select('flowcollect_cycle_bytes')}))`, '{{node}}')],
  coloring: { fixed: ACCENT },
  noValue: { zh: '暂无数据', en: 'No data yet' },
});

/** The cycle in two figures that should agree but for multipliers. */
export const cyclePanel = stat({
  title: { zh: '本周期', en: 'This cycle' },
  description: {
    zh: '机场在本计费周期的已用，与同期设备的精确用量（未乘倍率）。',
    en: 'What the airport billed in this cycle, and the exact bytes of the devices since it began, before multipliers.',
  },
  unit: 'bytes',
  decimals: 2,
  targets: [
    now(byAirport('flowcollect_airport_used_bytes'), { zh: '{{airport}} 已用', en: '{{airport}} used' }),
    now(`sum by (user, airport) (${select('flowcollect_cycle_bytes')})`, {
      zh: '{{airport}} 设备',
      en: '{{airport}} devices',
    }),
  ],
  coloring: { fixed: PLAIN },
  overrides: [{ of: { target: 'B' }, properties: [always(ACCENT)] }],
  noValue: { zh: '未知', en: 'Unknown' },
  names: true,
});

/** How a surplus was answered, in words that say what to do. */
const ANSWER_WORDS = [
  {
    id: 'mappings',
    value: [
      words([
        ['no', { zh: '待回答', en: 'Asks for an answer' }, WATCH],
        ['known', { zh: '已知', en: 'Known' }, NEUTRAL],
        ['leak', { zh: '泄露：重置订阅', en: 'Leak: renew the subscription' }, BAD],
      ]),
    ],
  },
  ...TEXT_CELLS,
];

const answer = { zh: '说明', en: 'Answer' };
const daily = { zh: '每天多出', en: 'A day' };

/** What airports bill day by day above what is explained, and whether somebody said what it is. */
export const surplusPanel = table({
  title: { zh: '每天多出的部分', en: 'Steady surplus' },
  description: {
    zh: '机场每天比倍率、设置和设备所能解释的多计多少；可能的原因见日报。确认后回答一次：flowcollect audit amend known 机场 --per-day 大小，或 flowcollect audit amend leak 机场。',
    en: 'What an airport bills day by day above what names, settings and devices explain; the report tells what it can be. Answer once: flowcollect audit amend known AIRPORT --per-day SIZE, or flowcollect audit amend leak AIRPORT.',
  },
  keys: [
    { label: 'airport', name: { zh: '机场', en: 'Airport' } },
    { label: 'answered', name: answer, properties: ANSWER_WORDS },
  ],
  columns: [
    {
      name: daily,
      expr: `max by (user, airport, answered) (${select('flowcollect_audit_surplus_bytes')})`,
      unit: 'bytes',
      decimals: 0,
    },
  ],
  sortBy: daily,
  coloring: steps(PLAIN),
  noValue: { zh: '没有', en: 'None' },
});

const low = { zh: '下限', en: 'Low' };
const bound = (which: 'low' | 'high'): string =>
  `max by (user, airport, node) (${select('flowcollect_audit_multiplier', `bound="${which}"`)})`;

/** What bills show of the multipliers of nodes. */
export const multipliersPanel = table({
  title: { zh: '从账单学到的倍率', en: 'Learned multipliers' },
  description: {
    zh: '名称和设置没有说明的节点倍率，由已结束的窗口的账单算出，十次有九次在上下限之间；最多 50 个节点。',
    en: 'The multipliers that names and settings leave open, as the bills of closed windows show them, between these bounds nine times of ten; of at most 50 nodes.',
  },
  keys: [
    { label: 'airport', name: { zh: '机场', en: 'Airport' } },
    { label: 'node', name: { zh: '节点', en: 'Node' } },
  ],
  columns: [
    { name: low, expr: bound('low'), unit: 'suffix:×', decimals: 2 },
    { name: { zh: '上限', en: 'High' }, expr: bound('high'), unit: 'suffix:×', decimals: 2 },
  ],
  sortBy: low,
  coloring: steps(PLAIN),
  noValue: { zh: '还没有', en: 'None yet' },
});
