import { formatBytes, percent } from '../../core/units.ts';
import { AIRPORT, type Alert, DURATION } from '../alert.ts';
import type { RuleSettings } from '../rule-settings.ts';

const DAY = 86_400;
const HOUR = 3600;

const figure = (aggregate: 'max' | 'min', selector: string): string =>
  `${aggregate} by (user, airport) (flowcollect_${selector})`;
const verdict = (kind: string): string => `${figure('max', `audit_verdict{verdict="${kind}"}`)} == 1`;

/** The last day: what goes on for weeks has not ended because one check could not tell, or the auditor was restarted. */
const lately = (overTime: 'max' | 'last', selector: string): string =>
  `max by (user, airport) (${overTime}_over_time(flowcollect_${selector}[1d]))`;

/** How far bill and use are apart, without a sign; looked up, since the value of the alert is that of the verdict. */
const difference = (unknown: string): string =>
  `{{ with printf "max by (user, airport) (abs(flowcollect_audit_difference_bytes{user=%q,airport=%q}))" $labels.user $labels.airport | query }}{{ . | first | value | humanize1024 }}B{{ else }}${unknown}{{ end }}`;

/** How to answer a steady surplus. */
const answer = (kind: 'known' | 'leak'): string => `flowcollect audit amend ${kind} {{ printf "%q" $labels.airport }}`;

/** What an airport bills, holds and says. Labels are user and airport: those of the auditor's scrape say nothing. */
export function airportAlerts(settings: RuleSettings): Alert[] {
  return [...billAlerts(settings), ...quotaAlerts(settings), ...expiryAlerts(settings), ...readingAlerts()];
}

/** The verdict is the auditor's: thresholds, multipliers and silent devices are weighed there, once for mail and alert. */
function billAlerts({ leakMinBytes, leakRatio }: RuleSettings): Alert[] {
  const bounds = formatBytes(leakMinBytes);
  const share = `${percent(leakRatio)}%`;
  return [
    {
      name: 'FlowCollectLeakSuspected',
      expr: verdict('leak'),
      for: '5m',
      severity: 'critical',
      summary: {
        zh: `机场 ${AIRPORT} 可能泄露`,
        en: `Airport ${AIRPORT} may be leaking: it billed more than your devices used`,
      },
      description: {
        zh: `这一时段机场扣除比设备应计多 ${difference('未知数量')}；这一时段或连日累计超过 ${bounds} 和 ${share} 两个阈值（或您已认定为泄露），且没有静默设备可以解释。`,
        en: `In this window the airport billed ${difference('an unknown amount')} more than the devices' traffic explains. The window, or days together, are above both ${bounds} and ${share}, or you called it a leak; no silent device accounts for it.`,
      },
    },
    {
      name: 'FlowCollectBillBelowUse',
      expr: verdict('underbilled'),
      for: '30m',
      severity: 'warning',
      summary: {
        zh: `机场 ${AIRPORT} 的账单少于设备用量`,
        en: `Airport ${AIRPORT} billed less than your devices used`,
      },
      description: {
        zh: `机场扣除流量比设备应计流量少 ${difference('未知数量')}：倍率或节点归属可能有误。`,
        en: `The airport billed ${difference('an unknown amount')} less than the devices' traffic: a multiplier, or the airport of a node, may be wrong.`,
      },
    },
    {
      name: 'FlowCollectBillDrifts',
      expr: `${lately('max', 'audit_verdict{verdict="drift"}')} == 1`,
      for: '30m',
      severity: 'info',
      summary: { zh: `机场 ${AIRPORT} 扣的流量变多了`, en: `Airport ${AIRPORT} bills more than it used to` },
      description: {
        zh: '账单比以往所示的高出一些，一直没有恢复，不像是偶然误差。日报里写着从哪天起、一共多少。',
        en: 'The bill is somewhat higher than earlier bills let expect, and stays so, which is hardly chance. The report tells since when, and how much.',
      },
    },
    {
      name: 'FlowCollectSteadySurplus',
      expr: `${lately('last', 'audit_surplus_bytes{answered="no"}')}\nunless on (user, airport)\nflowcollect_audit_surplus_bytes{answered!="no"}`,
      for: '30m',
      severity: 'info',
      summary: {
        zh: `机场 ${AIRPORT} 每天扣的比倍率和设置所能解释的多`,
        en: `Airport ${AIRPORT} bills more every day than multipliers and settings explain`,
      },
      description: {
        zh: `每天约多 {{ $value | humanize1024 }}B，可能的原因见日报。确认后回答一次：${answer('known')} --per-day 大小，或 ${answer('leak')}。`,
        en: `About {{ $value | humanize1024 }}B a day; the report tells what it can be. Answer once: ${answer('known')} --per-day SIZE, or ${answer('leak')}.`,
      },
    },
  ];
}

function quotaAlerts({ quotaWarning, quotaCritical, runsOutDays, dailyBudgetBytes }: RuleSettings): Alert[] {
  const used = 'max by (user, airport) (flowcollect_airport_used_bytes / flowcollect_airport_quota_bytes)';
  const daysLeft = figure('min', 'forecast_days_left');
  const untilReset = `(${figure('min', 'airport_reset_timestamp_seconds')} - time() > 0)`;
  const quota = (name: string, above: number, severity: 'warning' | 'critical'): Alert => ({
    name,
    expr: `${used} > ${above}`,
    for: '15m',
    severity,
    summary: {
      zh: `机场 ${AIRPORT} 流量已用超过 ${percent(above)}%`,
      en: `Airport ${AIRPORT}: more than ${percent(above)}% of the quota is used`,
    },
    description: {
      zh: '本周期流量已用 {{ $value | humanizePercentage }}。',
      en: '{{ $value | humanizePercentage }} of the quota of this cycle is used.',
    },
  });
  return [
    quota('FlowCollectQuotaHigh', quotaWarning, 'warning'),
    quota('FlowCollectQuotaExhausting', quotaCritical, 'critical'),
    {
      name: 'FlowCollectQuotaRunsOut',
      expr: `${daysLeft} < on (user, airport) ${untilReset} / ${DAY}\nor\n(${daysLeft} < ${runsOutDays} unless on (user, airport) ${untilReset})`,
      for: '1h',
      severity: 'warning',
      summary: {
        zh: `机场 ${AIRPORT} 的流量撑不到重置`,
        en: `Airport ${AIRPORT}: the quota runs out before it resets`,
      },
      description: {
        zh: '按目前的速度，剩余流量还可用 {{ $value | printf "%.1f" }} 天。',
        en: 'At the present pace the quota lasts {{ $value | printf "%.1f" }} more days.',
      },
    },
    ...(dailyBudgetBytes === undefined ? [] : [budgetAlert(dailyBudgetBytes)]),
  ];
}

function budgetAlert(bytes: number): Alert {
  return {
    name: 'FlowCollectDailyBudgetExceeded',
    expr: `sum by (user) (flowcollect_today_bytes{class="proxy"}) > ${bytes}`,
    for: '5m',
    severity: 'warning',
    summary: {
      zh: `今日代理流量超过预算 ${formatBytes(bytes)}`,
      en: `Today's proxy traffic is above the budget of ${formatBytes(bytes)}`,
    },
    description: {
      zh: '用户 {{ $labels.user }} 今日代理流量已有 {{ $value | humanize1024 }}B。',
      en: 'User {{ $labels.user }} has used {{ $value | humanize1024 }}B through proxies today.',
    },
  };
}

function expiryAlerts({ expiryDays }: RuleSettings): Alert[] {
  const left = `${figure('min', 'airport_expiry_timestamp_seconds')} - time()`;
  const ending = (name: string, days: number, severity: 'warning' | 'critical', summary: Alert['summary']): Alert => ({
    name,
    expr: `${left} < ${days * DAY}`,
    for: '1h',
    severity,
    summary,
    description: { zh: `距到期还有 ${DURATION}。`, en: `The plan expires in ${DURATION}.` },
  });
  return [
    ending('FlowCollectSubscriptionExpiring', expiryDays, 'warning', {
      zh: `机场 ${AIRPORT} 即将到期`,
      en: `The plan of airport ${AIRPORT} expires soon`,
    }),
    ending('FlowCollectSubscriptionEnding', 1, 'critical', {
      zh: `机场 ${AIRPORT} 一天内到期或已到期`,
      en: `The plan of airport ${AIRPORT} ends within a day, or has ended`,
    }),
  ];
}

/** The auditor reads the airports every two hours. */
function readingAlerts(): Alert[] {
  const unreadable = (name: string, hours: number, severity: 'warning' | 'critical'): Alert => ({
    name,
    expr: `time() - ${figure('max', 'airport_last_success_timestamp_seconds')} > ${hours * HOUR}`,
    for: '10m',
    severity,
    summary: {
      zh: `机场 ${AIRPORT} 已有 ${hours} 小时读不到流量信息`,
      en: `Airport ${AIRPORT} could not be read for ${hours} hours`,
    },
    description: {
      zh: `上次成功读取在 ${DURATION} 之前；在此期间无法判断是否泄露。`,
      en: `It was last read ${DURATION} ago; until it can be read there is no verdict.`,
    },
  });
  return [
    unreadable('FlowCollectAirportUnreadable', 6, 'warning'),
    unreadable('FlowCollectAirportLost', 24, 'critical'),
    {
      name: 'FlowCollectAuditStale',
      // Three looks, with their jitter.
      expr: `time() - ${figure('max', 'audit_window_end_timestamp_seconds')} > 23400`,
      for: '10m',
      severity: 'warning',
      summary: { zh: `机场 ${AIRPORT} 的审计没有更新`, en: `The audit of airport ${AIRPORT} is stale` },
      description: { zh: `上次审计截至 ${DURATION} 之前。`, en: `The last audit reached up to ${DURATION} ago.` },
    },
  ];
}
