import type { Translate } from '../../core/language.ts';
import { percent } from '../../core/units.ts';
import type { BoardSettings } from '../board-settings.ts';
import { ACCENT, BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { bars, stat } from '../panels/figures.ts';
import { lines } from '../panels/graphs.ts';
import { always, type Pane, steps } from '../panels/pane.ts';
import { now, trace } from '../panels/target.ts';
import { select } from '../promql/select.ts';
import { today } from '../promql/sums.ts';

const daysLeft = select('flowcollect_forecast_days_left');
const remaining = select('flowcollect_airport_remaining_bytes');
const quota = select('flowcollect_airport_quota_bytes');
const used = select('flowcollect_airport_used_bytes');
const reset = select('flowcollect_airport_reset_timestamp_seconds');
const expiry = select('flowcollect_airport_expiry_timestamp_seconds');

/** Days until an instant, never negative. */
const daysTo = (instant: string): string => `clamp_min((${instant} - time()) / 86400, 0)`;

/** Bytes a day that make the quota last to its reset (or to the end of the plan, where no reset is known). */
export function allowance(settings: Pick<BoardSettings, 'dailyBudgetBytes'>): string {
  if (settings.dailyBudgetBytes !== undefined) return `vector(${settings.dailyBudgetBytes})`;
  return `sum(${remaining} / on (user, airport) clamp_min((max by (user, airport) (${reset} or ${expiry}) - time()) / 86400, 1))`;
}

/** How long will it last? Green when to the reset, whatever the number of days. */
export function daysLeftPane(translate: Translate, { limits }: BoardSettings, width: number, height: number): Pane {
  const [few, more] = [limits.runsOutDays, 2 * limits.runsOutDays];
  const lasts = `on (user, airport) (${daysLeft} * 86400 >= ${reset} - time())`;
  return stat({
    title: translate({ zh: '预计还可用', en: 'Days left' }),
    description: translate({
      zh: `按目前的速度，配额还能用几天。绿色：撑得到下次重置；否则不足 ${more} 天变橙，不足 ${few} 天变红。`,
      en: `Days until the quota is used up at the present pace. Green: it lasts to the next reset; else orange below ${more} days and red below ${few}.`,
    }),
    unit: translate({ zh: 'suffix: 天', en: 'suffix: d' }),
    decimals: 1,
    size: [width, height],
    targets: [now(`${daysLeft} and ${lasts}`, '{{airport}}'), now(`${daysLeft} unless ${lasts}`, '{{airport}}')],
    coloring: steps(BAD, [few, WATCH], [more, PLAIN]),
    overrides: [{ of: { target: 'A' }, properties: [always(GOOD)] }],
    noValue: translate({ zh: '暂不能估计', en: 'No estimate yet' }),
    names: true,
  });
}

export function remainingPane(translate: Translate, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '剩余流量', en: 'Remaining' }),
    description: translate({ zh: '机场给出的配额减去已用。', en: "The airport's quota less what it billed." }),
    unit: 'bytes',
    size: [width, height],
    targets: [now(`max by (user, airport) (${remaining})`, '{{airport}}')],
    coloring: { fixed: PLAIN },
    noValue: translate({ zh: '不限量或未知', en: 'Unlimited or unknown' }),
    names: true,
  });
}

export function quotaUsedPane(translate: Translate, { limits }: BoardSettings, width: number, height: number): Pane {
  const [orange, red] = [percent(limits.quotaWarning), percent(limits.quotaCritical)];
  return bars({
    title: translate({ zh: '配额已用', en: 'Quota used' }),
    description: translate({
      zh: `本计费周期已用占配额的比例，${orange}% 变橙，${red}% 变红。`,
      en: `Share of the quota billed in this cycle: orange from ${orange} %, red from ${red} %.`,
    }),
    unit: 'percentunit',
    min: 0,
    max: 1,
    decimals: 1,
    size: [width, height],
    targets: [now(`max by (user, airport) (${used} / ${quota})`, '{{airport}}')],
    coloring: steps(GOOD, [limits.quotaWarning, WATCH], [limits.quotaCritical, BAD]),
    noValue: translate({ zh: '不限量或未知', en: 'Unlimited or unknown' }),
  });
}

/** Today against what a day may cost: the background turns from blue to red. */
export function budgetPane(translate: Translate, settings: BoardSettings, width: number, height: number): Pane {
  const own = settings.dailyBudgetBytes !== undefined;
  return stat({
    title: translate({ zh: '今日代理 / 每日预算', en: "Today's proxy / daily budget" }),
    description: own
      ? translate({
          zh: '今日代理流量占设定的每日预算的比例。',
          en: 'Proxy traffic of today as a share of the daily budget that was set.',
        })
      : translate({
          zh: '今日代理流量（未乘倍率）占每日预算的比例；预算 = 剩余流量 ÷ 距重置（未知时距到期）天数。',
          en: "Proxy traffic of today (before multipliers) as a share of the daily budget: what remains over the days to the reset, or to the plan's end where no reset is known.",
        }),
    unit: 'percentunit',
    decimals: 0,
    size: [width, height],
    targets: [now(`sum(${today('class="proxy"')}) / ${allowance(settings)}`)],
    coloring: steps(ACCENT, [0.8, WATCH], [1, BAD]),
    noValue: translate({ zh: '无预算', en: 'No budget' }),
    background: true,
  });
}

export function deadlinesPane(translate: Translate, { limits }: BoardSettings, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '距重置 / 到期', en: 'To reset / expiry' }),
    description: translate({
      zh: `距机场重置配额和套餐到期的天数。到期不足 ${limits.expiryDays} 天变橙，不足 1 天变红。`,
      en: `Days to the reset of the quota and to the plan's end; the latter is orange below ${limits.expiryDays} days, red below 1.`,
    }),
    unit: translate({ zh: 'suffix: 天', en: 'suffix: d' }),
    decimals: 0,
    size: [width, height],
    targets: [
      now(`min by (user, airport) (${daysTo(reset)})`, translate({ zh: '{{airport}} 重置', en: '{{airport}} reset' })),
      now(
        `min by (user, airport) (${daysTo(expiry)})`,
        translate({ zh: '{{airport}} 到期', en: '{{airport}} expiry' }),
      ),
    ],
    coloring: steps(BAD, [1, WATCH], [limits.expiryDays, PLAIN]),
    overrides: [{ of: { target: 'A' }, properties: [always(PLAIN)] }],
    noValue: translate({ zh: '未知', en: 'Unknown' }),
    names: true,
  });
}

/** What is left over the cycle, beside a use that would be even, and what would be left at the reset. */
export function burnDownPane(translate: Translate, width: number, height: number): Pane {
  // By the auditor's own forecast, as it stood at each moment; 0 where the quota would not have lasted.
  const atReset = `max by (user, airport) (clamp_min(${remaining} * (1 - clamp_min(${reset} - time(), 0) / 86400 / ${daysLeft}), 0))`;
  const even = `max by (user, airport) (${quota} * clamp((${reset} - time()) / (30 * 86400), 0, 1))`;
  return lines({
    title: translate({ zh: '剩余流量走势（30 天）', en: 'Burn-down (30 days)' }),
    description: translate({
      zh: '实线是剩余流量；灰线是把配额按 30 天均分时应剩的，实线在灰线之下，就是用得偏快；虚线是按当时的速度预计重置时还剩多少，到 0 就是撑不到重置。',
      en: 'What remains; in grey what would remain if the quota were spread evenly over 30 days: below that line, use runs ahead. Dashed: what would be left at the reset at the pace of that time; at 0 the quota does not last.',
    }),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    timeFrom: '30d',
    targets: [
      trace(`max by (user, airport) (${remaining})`, '{{airport}}'),
      trace(even, translate({ zh: '{{airport}} 均分', en: '{{airport}} even' })),
      trace(atReset, translate({ zh: '{{airport}} 预计重置时', en: '{{airport}} forecast at reset' })),
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
}
