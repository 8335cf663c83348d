import type { Messages, Text } from '../../core/language.ts';
import type { SurplusCause } from '../verdict/finding.ts';

/** A size, range, date or number, already written out. */
type Figure = string;

const JOINED = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' });

/** Nothing where there are no parts. */
function inBrackets(open: string, parts: readonly string[], comma: string, close: string): string {
  const said = parts.filter((part) => part !== '').join(comma);
  return said === '' ? '' : `${open}${said}${close}`;
}

/** What is said of a steady surplus. */
const SURPLUS = {
  reported: (airport: string, since: string, daily: Figure, sureness: string) => ({
    zh: `机场 ${airport} ${since}每天扣的，比倍率和设置所能解释的多约 ${daily}${sureness}。`,
    en: `Airport ${airport} bills about ${daily} a day${sureness} more than multipliers and settings explain, ${since}.`,
  }),
  ongoing: (airport: string, daily: Figure, sureness: string) => ({
    zh: `机场 ${airport} 每天扣的，仍比倍率和设置所能解释的多约 ${daily}${sureness}。`,
    en: `Airport ${airport} still bills about ${daily} a day${sureness} more than multipliers and settings explain.`,
  }),
  known: (airport: string, daily: Figure) => ({
    zh: `机场 ${airport} 每天多约 ${daily}，您已说明。`,
    en: `Airport ${airport} bills about ${daily} a day more, as you explained.`,
  }),
  /** The same with what the person wrote to it. */
  knownAs: (airport: string, daily: Figure, note: string) => ({
    zh: `机场 ${airport} 每天多约 ${daily}，您已说明：${note}。`,
    en: `Airport ${airport} bills about ${daily} a day more, as you explained: ${note}.`,
  }),
  leak: (airport: string, daily: Figure, sureness: string) => ({
    zh: `机场 ${airport} 每天扣的，比倍率和设置所能解释的多约 ${daily}${sureness}，您已确认是泄露；在它消失之前都这样报告。`,
    en: `Airport ${airport} bills about ${daily} a day${sureness} more than multipliers and settings explain, which you called a leak; it is reported until it ends.`,
  }),
  sinceBeginning: { zh: '自开始以来', en: 'since the beginning' },
  since: (date: Figure) => ({ zh: `自 ${date} 起`, en: `since ${date}` }),
  /** Share in whole per cent and range, in brackets; either may be missing. */
  sureness: (percent: number | null, range: Figure | null) => ({
    zh: inBrackets(
      '（',
      [percent === null ? '' : percent < 1 ? '不到 1 %' : `约 ${percent} %`, range === null ? '' : `范围 ${range}`],
      '，',
      '）',
    ),
    en: inBrackets(
      ' (',
      [percent === null ? '' : percent < 1 ? 'below 1 %' : `${percent} %`, range === null ? '' : `range ${range}`],
      ', ',
      ')',
    ),
  }),
  /** @param likeliestFirst none where the bills do not tell causes apart */
  causes: ([first, second, ...others]: readonly string[]) => ({
    zh:
      first === undefined
        ? '账单还分不出是健康检查、没装采集器的设备、倍率、协议本身的开销，还是订阅链接泄露。'
        : `${[
            `最可能：${first}`,
            ...(second === undefined ? [] : [`其次：${second}`]),
            ...(others.length === 0 ? [] : [`也可能：${others.join('、')}`]),
          ].join('；')}。`,
    en:
      first === undefined
        ? 'The bills do not tell yet whether it is health checks, a device without an exporter, a multiplier, what the protocol adds, or a subscription link that got out.'
        : `${[
            `Most likely: ${first}`,
            ...(second === undefined ? [] : [`then: ${second}`]),
            ...(others.length === 0 ? [] : [`or: ${others.join(', ')}`]),
          ].join('; ')}.`,
  }),
  cause: {
    checks: { zh: '健康检查', en: 'health checks' },
    unwatched: { zh: '没装采集器的设备', en: 'a device without an exporter' },
    overhead: { zh: '协议本身的开销', en: 'what the protocol adds' },
    leak: { zh: '订阅链接泄露', en: 'a subscription link that got out' },
  } satisfies Record<Exclude<SurplusCause['kind'], 'multiplier'>, Text>,
  /** `node` is null where the nodes' table does not bear it out. */
  causeMultiplier: (node: string | null, factors: Figure) => ({
    zh: node === null ? '某个节点的倍率比名称所示的高' : `节点 ${node} 的倍率其实是 ${factors}`,
    en:
      node === null
        ? 'a node is multiplied by more than its name says'
        : `node ${node} is really multiplied by ${factors}`,
  }),
  answer: (known: string, leak: string) => ({
    zh: `确认后回答一次：${known}，或 ${leak}。`,
    en: `Answer once: ${known}, or ${leak}.`,
  }),
} as const satisfies Messages;

/** How a report says what a verdict found. */
export const FINDINGS = {
  /** Joins sentences; empty ones are left out. */
  sentences: (parts: readonly string[]) => ({
    zh: parts.filter((part) => part !== '').join(''),
    en: parts.filter((part) => part !== '').join(' '),
  }),
  /** Names of airports as one. */
  joined: (airports: readonly string[]) => ({ zh: airports.join('、'), en: JOINED.format(airports) }),
  /** Ends a sentence. */
  end: (sentence: string) => ({ zh: `${sentence}。`, en: `${sentence}.` }),
  /** What was billed against what was expected, in one sentence; the difference has its sign in words. @param since or empty */
  evidence: (airport: string, billed: Figure, expected: Figure, difference: string, since: string) => ({
    zh: `机场 ${airport} ${since === '' ? '' : `自 ${since} 起`}扣除了 ${billed}，您的设备按倍率应计 ${expected}，${difference}。`,
    en: `Airport ${airport} billed ${billed}${since === '' ? '' : ` since ${since}`}; your devices should have cost ${expected} with multipliers; ${difference}.`,
  }),
  more: (size: Figure) => ({ zh: `多 ${size}`, en: `${size} more` }),
  less: (size: Figure) => ({ zh: `少 ${size}`, en: `${size} less` }),
  equal: { zh: '两者一致', en: 'no difference' },
  likely: (size: Figure, range: Figure) => ({ zh: `${size}（可能 ${range}）`, en: `${size} (possibly ${range})` }),
  because: (airport: string, reasons: string) => ({
    zh: `机场 ${airport}：${reasons}。`,
    en: `Airport ${airport}: ${reasons}.`,
  }),
  /** The same of several airports together. */
  pooled: (airports: readonly string[], billed: Figure, expected: Figure, difference: string, since: string) => ({
    zh: `机场 ${airports.join('、')} ${since === '' ? '' : `自 ${since} 起`}一起扣除了 ${billed}，您的设备按倍率应计 ${expected}，${difference}。`,
    en: `Airports ${JOINED.format(airports)} together billed ${billed}${since === '' ? '' : ` since ${since}`}; your devices should have cost ${expected} with multipliers; ${difference}.`,
  }),
  /** @param shown the first of the nodes; @param others how many are left out */
  ownerless: (shown: readonly string[], others: number) => ({
    zh: `节点 ${shown.join('、')} ${others === 0 ? '' : `等 ${shown.length + others} 个`}不知道属于哪个机场，所以只能一起对账：请在 [airport.名字] 里设置 Providers 或 Nodes。`,
    en: `It is not known whose node ${shown.join(', ')}${others === 0 ? '' : ` (and ${others} more)`} is, so these airports can only be compared together: set Providers or Nodes in [airport.NAME].`,
  }),
  /** An airport whose evidence stands with another. */
  seeAbove: (airport: string, other: string) => ({
    zh: `机场 ${airport} 与 ${other} 一起对账，见上。`,
    en: `Airport ${airport} is compared together with ${other}, see above.`,
  }),
  /** An excess that began and stayed; `daily` is null for less than a day. */
  change: (since: Figure, days: number, total: Figure, daily: Figure | null) => ({
    zh: `自 ${since} 起的 ${days} 天里，账单比以往所示一共高出 ${total}${daily === null ? '' : `，约每天 ${daily}`}，不像是偶然误差。`,
    en: `In the ${days === 1 ? 'day' : `${days} days`} since ${since} the bill was ${total} higher than earlier bills let expect${daily === null ? '' : `, about ${daily} a day`}, which is hardly chance.`,
  }),
  /** A leak that an earlier observation of the same window saw. */
  earlierObservation: {
    zh: '这个窗口里较早的一次审计已明显超出。',
    en: 'An earlier look at this window already saw a clear excess.',
  },
  credit: (size: Figure) => ({
    zh: `其间机场退回了 ${size}；扣除只算实际增长，不受退回影响。`,
    en: `The airport gave back ${size} meanwhile; what it billed is counted without that.`,
  }),
  lost: (size: Figure) => ({
    zh: `设备漏看了至多 ${size}（内核重启，或采集器停过），应计的范围因此更宽。`,
    en: `Devices lost sight of up to ${size} (a kernel restart, or an exporter that stood still), which widens the range.`,
  }),
  silent: (device: string, since: Figure | null) => ({
    zh: since === null ? `${device} 没有推送记录` : `${device} 自 ${since} 起没有推送`,
    en: since === null ? `${device} has no report` : `${device} has not reported since ${since}`,
  }),
  /** What a silent device could have used, where that explains the difference. */
  silentExplains: (size: Figure | null) => ({
    zh: `，差额可能是它用的${size === null ? '' : `（至多约 ${size}）`}`,
    en: ` and may have used the difference${size === null ? '' : ` (up to about ${size})`}`,
  }),
  /** The same, where it does not. */
  silentFallsShort: (size: Figure) => ({ zh: `，但至多能解释 ${size}`, en: `, but explains ${size} at most` }),
  wouldExplain: (node: string, share: Figure, needed: Figure, assumed: Figure) => ({
    zh: `可先排除倍率填错：用得最多的节点 ${node}（${share}）只有按 ${needed}（现按 ${assumed}）计费，才能独自解释这个差额。`,
    en: `To rule out a wrong multiplier: the busiest node, ${node} (${share}), alone would explain the difference only at ${needed} instead of ${assumed}.`,
  }),
  /** What was learned of an airport's bill; parts are those below. */
  learned: (days: number, parts: readonly string[]) => ({
    zh: `（已按过去 ${days} 天的账单校准：${parts.join('，')}）`,
    en: `(Calibrated by the bills of ${days} days: ${parts.join(', ')}.)`,
  }),
  learnedRatio: (percent: Figure) => ({ zh: `倍率之外 ${percent}`, en: `${percent} besides the multipliers` }),
  learnedChecks: (size: Figure) => ({ zh: `健康检查每天约 ${size}`, en: `about ${size} a day for health checks` }),
  learnedDaily: (size: Figure) => ({
    zh: `每天 ${size} 与用量无关，如健康检查`,
    en: `${size} a day whatever is used, such as health checks`,
  }),
  learnedDailyBesides: (size: Figure) => ({ zh: `此外每天 ${size}`, en: `${size} a day besides` }),
  learnedLag: (hours: number) => ({
    zh: `最多晚 ${hours} 小时入账`,
    en: `up to ${hours === 1 ? 'an hour' : `${hours} hours`} late`,
  }),
  /** Besides a node. */
  learnedMultiplier: (factors: Figure) => ({ zh: `从账单学到 ${factors}`, en: `learned ${factors}` }),
  /** The advice for a leak, where multipliers were spoken of already. */
  adviceBesidesMultipliers: {
    zh: '请检查订阅链接是否泄露（可在机场面板重置订阅），以及是否有没装采集器的设备。',
    en: 'Check whether the subscription link got out (reset it in the airport’s panel), and whether a device runs without an exporter.',
  },
  adviceNewDevice: { zh: '从下一个窗口起重新对账。', en: 'Comparison starts again with the next window.' },
  resetHint: (airport: string) => ({
    zh: `不知道何时重置：请在 [airport.${airport}] 里设置 Reset，如 monthly 1（每月 1 日），不重置就写 never`,
    en: `when it resets is not known: set Reset in [airport.${airport}], such as monthly 1, or never`,
  }),
  surplus: SURPLUS,
} as const satisfies Messages;

/** What was found in a window of the past: in the past, and without asking for an answer, as the daily report does. */
export const PAST_FINDINGS = {
  silent: (device: string, since: Figure | null) => ({
    zh: FINDINGS.silent(device, since).zh,
    en: since === null ? `${device} had no report` : `${device} had not reported since ${since}`,
  }),
  surplus: {
    ...SURPLUS,
    reported: (airport: string, since: string, daily: Figure, sureness: string) => ({
      zh: SURPLUS.reported(airport, since, daily, sureness).zh,
      en: `Airport ${airport} billed about ${daily} a day${sureness} more than multipliers and settings explained, ${since}.`,
    }),
    ongoing: (airport: string, daily: Figure, sureness: string) => ({
      zh: `机场 ${airport} 每天扣的，比倍率和设置所能解释的多约 ${daily}${sureness}。`,
      en: `Airport ${airport} billed about ${daily} a day${sureness} more than multipliers and settings explained.`,
    }),
    known: (airport: string, daily: Figure) => ({
      zh: SURPLUS.known(airport, daily).zh,
      en: `Airport ${airport} billed about ${daily} a day more, as you explained.`,
    }),
    knownAs: (airport: string, daily: Figure, note: string) => ({
      zh: SURPLUS.knownAs(airport, daily, note).zh,
      en: `Airport ${airport} billed about ${daily} a day more, as you explained: ${note}.`,
    }),
    leak: (airport: string, daily: Figure, sureness: string) => ({
      zh: `机场 ${airport} 每天扣的，比倍率和设置所能解释的多约 ${daily}${sureness}，您已确认是泄露。`,
      en: `Airport ${airport} billed about ${daily} a day${sureness} more than multipliers and settings explained, which you called a leak.`,
    }),
    answer: (_known: string, _leak: string) => ({ zh: '', en: '' }),
  },
} as const satisfies Messages;
