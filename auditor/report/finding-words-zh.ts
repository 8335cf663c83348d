import type { FindingWords, SurplusWords } from './finding-words.ts';

const SURPLUS: SurplusWords = {
  told: (airport, since, daily, sureness) =>
    `机场 ${airport} ${since}每天扣的，比倍率和设置所能解释的多约 ${daily}${sureness}。`,
  untold: (airport, daily, sureness) => `机场 ${airport} 每天扣的，仍比倍率和设置所能解释的多约 ${daily}${sureness}。`,
  known: (airport, daily) => `机场 ${airport} 每天多约 ${daily}，您已说明。`,
  knownAs: (airport, daily, note) => `机场 ${airport} 每天多约 ${daily}，您已说明：${note}。`,
  leak: (airport, daily, sureness) =>
    `机场 ${airport} 每天扣的，比倍率和设置所能解释的多约 ${daily}${sureness}，您已确认是泄露；在它消失之前都这样报告。`,
  sinceBeginning: '自开始以来',
  since: (date) => `自 ${date} 起`,
  sureness: (percent, range) => {
    const parts = [
      ...(percent === null ? [] : [percent < 1 ? '不到 1 %' : `约 ${percent} %`]),
      ...(range === null ? [] : [`范围 ${range}`]),
    ];
    return parts.length === 0 ? '' : `（${parts.join('，')}）`;
  },
  causes: ([first, second, ...others]) =>
    first === undefined
      ? '账单还分不出是健康检查、没装采集程序的设备、倍率、协议本身的开销，还是订阅链接外泄。'
      : `${[
          `最可能：${first}`,
          ...(second === undefined ? [] : [`其次：${second}`]),
          ...(others.length === 0 ? [] : [`也可能：${others.join('、')}`]),
        ].join('；')}。`,
  cause: {
    checks: '健康检查',
    unwatched: '没装采集程序的设备',
    overhead: '协议本身的开销',
    leak: '订阅链接外泄',
  },
  causeMultiplier: (node, factors) =>
    node === null ? '某个节点的倍率比名称所示的高' : `节点 ${node} 的倍率其实是 ${factors}`,
  answer: (mend, leak) => `确认后回答一次：${mend}，或 ${leak}。`,
};

export const CHINESE_FINDINGS: FindingWords = {
  sentences: (parts) => parts.filter((part) => part !== '').join(''),
  joined: (airports) => airports.join('、'),
  end: (sentence) => `${sentence}。`,
  evidence: (airport, billed, expected, difference) =>
    `机场 ${airport} 扣除了 ${billed}，您的设备按倍率应计 ${expected}，${difference}。`,
  more: (size) => `多 ${size}`,
  less: (size) => `少 ${size}`,
  equal: '两者一致',
  likely: (size, range) => `${size}（可能 ${range}）`,
  because: (airport, reasons) => `机场 ${airport}：${reasons}。`,
  pooled: (airports, billed, expected, difference) =>
    `机场 ${airports.join('、')} 一起扣除了 ${billed}，您的设备按倍率应计 ${expected}，${difference}。`,
  ownerless: (shown, others) =>
    `节点 ${shown.join('、')} ${others === 0 ? '' : `等 ${shown.length + others} 个`}不知道属于哪个机场，所以只能一起核对：请在 [airport.名字] 里设置 Providers 或 Nodes。`,
  seeAbove: (airport, other) => `机场 ${airport} 与 ${other} 一起核对，见上。`,
  change: (since, days, total, daily) =>
    `自 ${since} 起的 ${days} 天里，账单比以往所示一共高出 ${total}${daily === null ? '' : `，约每天 ${daily}`}，不像是偶然误差。`,
  earlierLook: '这个窗口里较早的一次核对已明显超出。',
  credit: (size) => `其间机场退回了 ${size}；扣除只算实际增长，不受退回影响。`,
  lost: (size) => `设备漏看了至多 ${size}（内核重启，或采集程序停过），应计的范围因此更宽。`,
  silent: (device, since) => (since === null ? `${device} 没有上报记录` : `${device} 自 ${since} 起没有上报`),
  silentExplains: (size) => `，差额可能是它用的${size === null ? '' : `（至多约 ${size}）`}`,
  silentFallsShort: (size) => `，但至多能解释 ${size}`,
  wouldExplain: (node, share, needed, assumed) =>
    `可先排除倍率填错：用得最多的节点 ${node}（${share}）只有按 ${needed}（现按 ${assumed}）计费，才能独自解释这个差额。`,
  learned: (days, parts) => `（已按过去 ${days} 天的账单校准：${parts.join('，')}）`,
  learnedRatio: (percent) => `倍率之外 ${percent}`,
  learnedChecks: (size) => `健康检查每天约 ${size}`,
  learnedDaily: (size) => `每天 ${size} 与用量无关，如健康检查`,
  learnedLag: (hours) => `最多晚 ${hours} 小时入账`,
  learnedMultiplier: (factors) => `从账单学到 ${factors}`,
  adviceNewDevice: '从下一个窗口起重新核对。',
  resetHint: (airport) =>
    `不知道何时重置：请在 [airport.${airport}] 里设置 Reset，如 monthly 1（每月 1 日），不重置就写 never`,
  surplus: SURPLUS,
};
