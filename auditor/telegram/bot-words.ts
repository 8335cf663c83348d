import type { Language } from '../../core/language.ts';

/** What a chat can ask for. */
export const TOPICS = ['today', 'devices', 'nodes', 'airport', 'verdict', 'report'] as const;
export type Topic = (typeof TOPICS)[number];

/** What the bot says beside the report's own words. */
export interface BotWords {
  readonly topics: Readonly<Record<Topic, string>>;
  readonly mute: string;
  readonly muteDays: (days: number) => string;
  readonly unmute: string;
  readonly muted: (until: string) => string;
  readonly unmuted: string;
  readonly unbound: string;
  readonly wrongCode: string;
  readonly tooManyCodes: string;
  readonly bound: (user: string) => string;
  readonly choose: string;
  readonly asOf: (time: string) => string;
  readonly nothingYet: string;
  readonly noAirport: string;
}

const CHINESE: BotWords = {
  topics: { today: '今日', devices: '设备', nodes: '节点', airport: '机场', verdict: '对账', report: '日报' },
  mute: '静音',
  muteDays: (days) => `静音 ${days} 天`,
  unmute: '取消静音',
  muted: (until) => `到 ${until} 为止不再推送警告，查询不受影响。`,
  unmuted: '警告会推送到这里。',
  unbound: '这个聊天还没有绑定用户。请在 VPS 上运行 flowcollect telegram code，把得到的一次性代码发到这里。',
  wrongCode: '代码不对、已用过或已过期。请在 VPS 上重新运行 flowcollect telegram code。',
  tooManyCodes: '试错太多次了，请一小时后再试。',
  bound: (user) => `已绑定用户 ${user}。`,
  choose: '想看什么？',
  asOf: (time) => `截至 ${time}`,
  nothingYet: '还没有数据，请过一分钟再试。',
  noAirport: '没有属于您的机场，或者还没有读取过。',
};

const ENGLISH: BotWords = {
  topics: {
    today: 'Today',
    devices: 'Devices',
    nodes: 'Nodes',
    airport: 'Airport',
    verdict: 'Verdict',
    report: 'Report',
  },
  mute: 'Mute',
  muteDays: (days) => (days === 1 ? 'Mute for a day' : `Mute for ${days} days`),
  unmute: 'Unmute',
  muted: (until) => `No warnings until ${until}; questions are answered as before.`,
  unmuted: 'Warnings come here.',
  unbound:
    'This chat belongs to no user yet. Run flowcollect telegram code on the VPS and send its one-time code here.',
  wrongCode: 'This code is wrong, used or too old. Run flowcollect telegram code on the VPS again.',
  tooManyCodes: 'Too many wrong codes; try again in an hour.',
  bound: (user) => `This chat is bound to user ${user} now.`,
  choose: 'What would you like to see?',
  asOf: (time) => `As of ${time}`,
  nothingYet: 'There is no data yet; try again in a minute.',
  noAirport: 'No airport is yours, or none was read yet.',
};

export function botWordsOf(language: Language): BotWords {
  return language === 'zh' ? CHINESE : ENGLISH;
}
