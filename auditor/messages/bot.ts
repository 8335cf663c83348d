import { type Language, type Messages, type Text, type Translated, translateAll } from '../../core/language.ts';

/** What a chat can ask for. */
export const TOPICS = ['today', 'devices', 'nodes', 'airport', 'verdict', 'report'] as const;
export type Topic = (typeof TOPICS)[number];

/** What the bot says besides the words of the report. */
const BOT = {
  topics: {
    today: { zh: '今日', en: 'Today' },
    devices: { zh: '设备', en: 'Devices' },
    nodes: { zh: '节点', en: 'Nodes' },
    airport: { zh: '机场', en: 'Airport' },
    verdict: { zh: '对账', en: 'Verdict' },
    report: { zh: '日报', en: 'Report' },
  } satisfies Record<Topic, Text>,
  mute: { zh: '静音', en: 'Mute' },
  muteDays: (days: number) => ({ zh: `静音 ${days} 天`, en: days === 1 ? 'Mute for a day' : `Mute for ${days} days` }),
  unmute: { zh: '取消静音', en: 'Unmute' },
  muted: (until: string) => ({
    zh: `到 ${until} 为止不再发送警告，查询不受影响。`,
    en: `No warnings until ${until}; questions are answered as before.`,
  }),
  unmuted: { zh: '警告会发到这里。', en: 'Warnings come here.' },
  stop: { zh: '解除绑定', en: 'Unbind this chat' },
  stopped: {
    zh: '已解除绑定：这里不再回答问题，也不再收到警告。要重新绑定，请在 VPS 上运行 flowcollect telegram code。',
    en: 'This chat is bound no longer: it gets neither answers nor warnings. To bind it again, run flowcollect telegram code on the VPS.',
  },
  unbound: {
    zh: '这个聊天还没有绑定用户。请在 VPS 上运行 flowcollect telegram code，把得到的一次性代码发到这里。',
    en: 'This chat belongs to no user yet. Run flowcollect telegram code on the VPS and send its one-time code here.',
  },
  wrongCode: {
    zh: '代码不对、已用过或已过期。请在 VPS 上重新运行 flowcollect telegram code。',
    en: 'This code is wrong, used or too old. Run flowcollect telegram code on the VPS again.',
  },
  tooManyCodes: { zh: '试错太多次了，请一小时后再试。', en: 'Too many wrong codes; try again in an hour.' },
  bound: (user: string) => ({ zh: `已绑定用户 ${user}。`, en: `This chat is bound to user ${user} now.` }),
  choose: {
    zh: '想看什么？要解除这个聊天的绑定，请发送 /stop。',
    en: 'What would you like to see? To unbind this chat, send /stop.',
  },
  asOf: (time: string) => ({ zh: `截至 ${time}`, en: `As of ${time}` }),
  nothingYet: { zh: '还没有数据，请过一分钟再试。', en: 'There is no data yet; try again in a minute.' },
  noAirport: { zh: '没有属于您的机场，或者还没有读取过。', en: 'No airport is yours, or none was read yet.' },
} as const satisfies Messages;

export function botMessages(language: Language): Translated<typeof BOT> {
  return translateAll(BOT, language);
}
