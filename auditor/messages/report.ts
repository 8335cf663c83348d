import {
  capitalized,
  type Language,
  type Messages,
  type Text,
  type Translated,
  translateAll,
} from '../../core/language.ts';
import { CLASS_NAMES } from '../../core/traffic.ts';
import type { VerdictKind, VerdictState } from '../verdict/verdict.ts';
import { FINDINGS, PAST_FINDINGS } from './findings.ts';
import { REASONS } from './writing.ts';

/**
 * All that a report says. Sizes, ranges, dates and times arrive written out. Wording and order are those of the daily
 * report that people know, where it was right.
 */
const REPORT = {
  heading: (date: string) => ({ zh: `流量日报 - ${date}`, en: `Traffic report - ${date}` }),
  /** What a mail's subject ends with: a date such as `11-23`. */
  subject: (date: string) => ({ zh: `流量日报 ${date}`, en: `Traffic report ${date}` }),
  /** The verdict, or why there is none, in the words that dashboards have too; a mail's subject begins with it. */
  shortVerdict: {
    ok: { zh: '账单吻合', en: 'bill fits' },
    leak: { zh: '⚠ 可能泄露', en: '⚠ possible leak' },
    drift: { zh: '⚠ 扣得变多', en: '⚠ billed more than before' },
    underbilled: { zh: '扣得偏少', en: 'billed less than used' },
    incomplete: { zh: '数据不完整', en: 'data incomplete' },
    first_day: { zh: '明天起对账', en: 'comparison tomorrow' },
    first_days: { zh: '刚开始对账', en: 'comparison just begun' },
    no_reading: { zh: '没有读数', en: 'no reading' },
    not_compared: { zh: '无法对账', en: 'no verdict' },
  } satisfies Record<VerdictState, Text>,
  title: { zh: '流量日报', en: 'Traffic report' },
  span: (from: string, to: string, timezone: string) => ({
    zh: `${from} – ${to}（${timezone}）`,
    en: `${from} – ${to} (${timezone})`,
  }),
  /** Behind the span, and in the archive's list. */
  simulated: { zh: '模拟的一天', en: 'a simulated day' },
  /** The first line of a report. */
  headline: {
    ok: { zh: '账单吻合，没有发现泄露', en: 'The bill fits, no leak found' },
    leak: { zh: '可能存在代理泄露', en: 'There may be a leak' },
    drift: { zh: '机场扣的流量变多了，请留意', en: 'The airport bills more than it used to' },
    underbilled: { zh: '机场扣得比设备用的少', en: 'The airport billed less than the devices used' },
    incomplete: { zh: '数据还不完整，暂时不能下结论', en: 'Data is not complete yet, no conclusion' },
    unknown: { zh: '今天无法对账', en: 'No comparison is possible today' },
  } satisfies Record<VerdictKind, Text>,
  /** A leak that shows in the bill of its window alone. */
  headlineOverbilled: {
    zh: '机场多扣了流量，可能存在代理泄露',
    en: 'The airport billed too much: there may be a leak',
  },
  /** All is well but for a steady surplus that nobody has answered. */
  headlineUnexplained: {
    zh: '账单与往日一致，但每天有一部分还说不清',
    en: 'The bill is as usual, but a part of it is not explained yet',
  },
  headlineFirstDay: { zh: '今天开始记录，明天起对账', en: 'Recording begins today, comparison tomorrow' },
  /** While it is not known how an airport bills. */
  headlineFirstDays: { zh: '刚开始对账，还不能下结论', en: 'Comparison has just begun, no conclusion yet' },
  headlineWithoutAirports: { zh: '没有配置机场，只统计用量', en: 'No airport is configured: use only' },
  /** What to do about a verdict; empty when nothing. */
  advice: {
    ok: { zh: '', en: '' },
    leak: {
      zh: '请检查订阅链接是否泄露（可在机场面板重置订阅）、是否有没装采集器的设备，以及节点倍率是否正确。',
      en: 'Check whether the subscription link got out (reset it in the airport’s panel), whether a device runs without an exporter, and the multipliers of the nodes.',
    },
    drift: {
      zh: '请先检查从那天起用的节点的倍率，以及是否有没装采集器的设备。',
      en: 'Check first the multipliers of nodes used since then, and whether a device runs without an exporter.',
    },
    underbilled: {
      zh: '连续两个窗口都是这样；请先检查节点倍率是否比名称所示的低，以及节点是否都属于这个机场。',
      en: 'It is the second window in a row; check first whether a multiplier is lower than the name of its node says, and whether all these nodes belong to this airport.',
    },
    incomplete: {
      zh: '设备恢复推送后会自动补齐并重新对账。',
      en: 'When the device reports again, the gap is filled and compared by itself.',
    },
    unknown: { zh: '', en: '' },
  } satisfies Record<VerdictKind, Text>,
  /** What a verdict found. */
  findings: FINDINGS,
  summary: { zh: '今日汇总', en: 'Today' },
  classes: {
    proxy: capitalized(CLASS_NAMES.proxy),
    direct: capitalized(CLASS_NAMES.direct),
    local: capitalized(CLASS_NAMES.local),
    reject: capitalized(CLASS_NAMES.reject),
    unattributed: capitalized(CLASS_NAMES.unattributed),
  },
  proxyTraffic: { zh: '代理流量', en: 'Proxy traffic' },
  localTraffic: { zh: '本地流量', en: 'Local traffic' },
  totalTraffic: { zh: '合计流量', en: 'Total traffic' },
  otherTraffic: { zh: '其他流量', en: 'Other traffic' },
  localParts: (direct: string, local: string) => ({
    zh: `（直连 ${direct}，本地节点 ${local}）`,
    en: ` (direct ${direct}, local nodes ${local})`,
  }),
  /** In the place of a reason. */
  seeAbove: { zh: '原因见上', en: 'see above for why' },
  unknownToday: (reasons: string) => ({ zh: `未知：${reasons}`, en: `unknown: ${reasons}` }),
  /** Of a daily budget: the budget, and how much of it is used. */
  budget: (size: string, percent: number) => ({
    zh: `每日预算 ${size}，已用 ${percent} %`,
    en: `Daily budget ${size}, ${percent} % used`,
  }),
  comparedToWeek: (percent: number) => ({
    zh: percent === 0 ? '与前 7 日均值持平' : `比前 7 日均值${percent > 0 ? '高' : '低'} ${Math.abs(percent)} %`,
    en:
      percent === 0
        ? 'as on the 7 days before'
        : `${Math.abs(percent)} % ${percent > 0 ? 'above' : 'below'} the 7 days before`,
  }),
  lastDays: (days: number) => ({ zh: `最近 ${days} 天代理用量`, en: `Proxy traffic of the last ${days} days` }),
  today: { zh: '今天', en: 'today' },
  airports: { zh: '机场详情', en: 'Airports' },
  airport: (name: string) => ({ zh: `机场 (${name})`, en: `Airport (${name})` }),
  billedToday: { zh: '今日消耗', en: 'Billed today' },
  billedSince: (time: string) => ({ zh: `自 ${time} 起消耗`, en: `Billed since ${time}` }),
  atLeast: (size: string) => ({ zh: `至少 ${size}`, en: `at least ${size}` }),
  remaining: { zh: '剩余', en: 'Left' },
  used: { zh: '已用', en: 'Used' },
  unlimited: { zh: '不限量', en: 'unlimited' },
  unknown: { zh: '未知', en: 'unknown' },
  daysLeft: (days: string) => ({ zh: `预计还可用 ${days} 天`, en: `lasts about ${days} days` }),
  /** Longer than anybody plans ahead. */
  daysLeftBeyond: (days: number) => ({ zh: `预计还可用 ${days} 天以上`, en: `lasts more than ${days} days` }),
  /** The likely days with their range, which holds the truth four times of five. */
  daysRange: (likely: string, low: string, high: string | null) => ({
    zh: low === high ? likely : `${likely}（${high === null ? `至少 ${low} 天` : `${low}–${high} 天`}，80% 把握）`,
    en:
      low === high
        ? likely
        : `${likely} (${high === null ? `at least ${low}` : `${low}–${high}`}, with a chance of 80 %)`,
  }),
  expiresFirst: (days: string) => ({ zh: `套餐 ${days} 天后先到期`, en: `the plan ends first, in ${days} days` }),
  daysLeftUnknown: (reason: string) => ({ zh: `预计可用天数未知（${reason}）`, en: `days left unknown (${reason})` }),
  reachesReset: (days: string) => ({ zh: `够用到 ${days} 天后的重置`, en: `lasts until the reset in ${days} days` }),
  missesReset: (days: string, allowance: string) => ({
    zh: `撑不到 ${days} 天后的重置；要撑到那天，每天不能超过 ${allowance}`,
    en: `does not last until the reset in ${days} days; ${allowance} a day would`,
  }),
  missesExpiry: (days: string, allowance: string) => ({
    zh: `撑不到 ${days} 天后的到期；要撑到那天，每天不能超过 ${allowance}`,
    en: `does not last until the plan ends in ${days} days; ${allowance} a day would`,
  }),
  resetsOn: (date: string) => ({ zh: `${date} 重置`, en: `resets ${date}` }),
  expiresOn: (date: string) => ({ zh: `${date} 到期`, en: `expires ${date}` }),
  /** What changed of a plan since the last report. */
  planAdded: (size: string) => ({
    zh: `套餐流量增加了 ${size}（加油包或更换套餐）`,
    en: `the quota grew by ${size} (an add-on, or another plan)`,
  }),
  planReduced: (size: string) => ({
    zh: `套餐流量减少了 ${size}（加油包到期或更换套餐）`,
    en: `the quota shrank by ${size} (an add-on that ended, or another plan)`,
  }),
  planRenewed: (date: string) => ({ zh: `已续费到 ${date}`, en: `renewed until ${date}` }),
  leakCheck: { zh: '代理泄露检查', en: 'Leak check' },
  leakCheckFine: { zh: '正常', en: 'fine' },
  leakWarning: { zh: '⚠️ 代理泄露警告', en: '⚠️ Leak warning' },
  leakDifference: (billed: string, local: string, difference: string) => ({
    zh: `机场扣除流量(${billed}) 与 本地统计代理流量(${local}) 存在显著差异！差异值: ${difference}`,
    en: `What the airport billed (${billed}) and the proxy traffic of the devices (${local}) differ much! Difference: ${difference}`,
  }),
  devices: { zh: '设备', en: 'Devices' },
  lastReport: { zh: '最后推送', en: 'Last report' },
  justNow: { zh: '刚刚', en: 'just now' },
  never: { zh: '无记录', en: 'none' },
  nodes: { zh: '节点', en: 'Nodes' },
  withMultiplier: (size: string) => ({ zh: `按倍率计 ${size}`, en: `${size} with multiplier` }),
  /** How many nodes are left out of a list, and what they used. */
  moreNodes: (count: number, size: string) => ({ zh: `+${count} 个，${size}`, en: `+${count} more, ${size}` }),
  /** Of a node that another airport may own. */
  unsureNode: { zh: '可能属于别的机场', en: 'maybe of another airport' },
  multiplierNote: { zh: '倍率取自节点名或账单', en: 'Multipliers come from names or bills' },
  hosts: { zh: '用得最多的网站', en: 'Most used sites' },
  /** Connections to addresses, of which no name is known. */
  unnamedSites: { zh: '直接连接 IP 地址（没有域名）', en: 'IP addresses (connections without a name)' },
  settledShare: (percent: string) => ({
    zh: `其中 ${percent} % 按连接关闭前的速率结算归属（总量精确到字节）。`,
    en: `${percent} % of the bytes were attributed by the rate of connections before they closed (totals are exact).`,
  }),
  separator: { zh: '；', en: '; ' },
  archive: { zh: '历史日报', en: 'Reports' },
  dashboards: { zh: '仪表盘', en: 'Dashboards' },
  archiveDay: { zh: '日期', en: 'Day' },
  billedBy: (airport: string, size: string) => ({ zh: `${airport} 扣除 ${size}`, en: `${airport} billed ${size}` }),
  archiveEmpty: { zh: '还没有日报。', en: 'No report yet.' },
  archiveCsv: (month: string) => ({ zh: `${month} CSV`, en: `${month} as CSV` }),
  mailTest: {
    subject: { zh: 'FlowCollect 测试邮件', en: 'FlowCollect test mail' },
    body: { zh: '收到这封邮件，说明日报可以发送。', en: 'This mail has come through, and so will the reports.' },
    done: (server: string, to: string) => ({
      zh: `${server} 已接收测试邮件，收件人 ${to}；没看到的话请检查垃圾箱`,
      en: `${server} took the test mail for ${to}; if it does not arrive, look among the spam`,
    }),
    failed: (why: string) => ({ zh: `没有发出：${why}`, en: `not mailed: ${why}` }),
    /** A report that did not go out, and waits for the next try. */
    kept: (why: string) => ({
      zh: `没有发出：${why}；已保留，运行中的审计器会再试`,
      en: `not mailed: ${why}; kept, the running auditor tries again`,
    }),
    /** Taken, but not for these addresses. */
    refused: (server: string, to: string) => ({
      zh: `${server} 收下了邮件，但不收给 ${to} 的；请检查 EmailTo`,
      en: `${server} took the mail, but not for ${to}; check EmailTo`,
    }),
  },
  reasons: REASONS,
} as const satisfies Messages;

/** What a report of a window of the past says in other words. */
const PAST = {
  ...REPORT,
  heading: (dates: string) => ({ zh: `流量报告 - ${dates}`, en: `Traffic report - ${dates}` }),
  subject: (dates: string) => ({ zh: `流量报告 ${dates}`, en: `Traffic report ${dates}` }),
  title: { zh: '流量报告', en: 'Traffic report' },
  headline: {
    ok: { zh: '账单吻合，没有发现泄露', en: 'The bill fitted, no leak was found' },
    leak: { zh: '可能有过代理泄露', en: 'There may have been a leak' },
    drift: { zh: '机场扣的流量变多了', en: 'The airport billed more than it used to' },
    underbilled: { zh: '机场扣得比设备用的少', en: 'The airport billed less than the devices used' },
    incomplete: { zh: '数据不完整，不能下结论', en: 'Data was not complete, no conclusion' },
    unknown: { zh: '无法对账', en: 'No comparison was possible' },
  } satisfies Record<VerdictKind, Text>,
  headlineOverbilled: {
    zh: '机场多扣了流量，可能有过代理泄露',
    en: 'The airport billed too much: there may have been a leak',
  },
  headlineUnexplained: {
    zh: '账单与往日一致，但有一部分说不清',
    en: 'The bill was as usual, but a part of it was not explained',
  },
  headlineFirstDays: { zh: '那时刚开始对账，不能下结论', en: 'Comparison had just begun, no conclusion' },
  advice: { ...REPORT.advice, incomplete: { zh: '', en: '' } },
  findings: { ...FINDINGS, ...PAST_FINDINGS },
  summary: { zh: '这段时间的用量', en: 'Use of that time' },
  billedToday: { zh: '消耗', en: 'Billed' },
} as const satisfies Messages;

/** All that a report says, in one language. */
export type Words = Translated<typeof REPORT>;

/** @param past of a window that is over */
export function wordsOf(language: Language, past = false): Words {
  return translateAll(past ? PAST : REPORT, language);
}
