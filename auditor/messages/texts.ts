import type { Messages, Text } from '../../core/language.ts';
import { TEXTS as COMMON } from '../../runtime/texts.ts';

/** What the auditor's commands say; reports, mail and bot have words of their own. */
export const TEXTS = {
  config: COMMON.config,
  json: COMMON.json,
  now: {
    zh: '审计当前这一天和未结束的窗口，不改变它们',
    en: 'of the running day and the open windows, which stay as they are',
  },
  window: {
    zh: '用保存的读数审计过去的一天或一段：2026-11-20 或 2026-11-01..2026-11-20',
    en: 'of a day or FROM..TO that is over, from what was kept, such as 2026-11-20 or 2026-11-01..2026-11-20',
  },
  user: {
    zh: '只看这个用户，以及 [airport.NAME] 写明属于他的机场',
    en: 'of this user, with the airports whose [airport.NAME] names them',
  },
  mailToo: { zh: '同时邮寄报告', en: 'mail the report too' },
  figures: { zh: '以 JSON 打印报告的数字', en: "print the report's figures as JSON" },
  auditing: (seconds: number): Text => ({ zh: `正在审计，已 ${seconds} 秒`, en: `auditing for ${seconds} s` }),
  nowOrWindow: { zh: '请给出 --now 或 --window 起..止', en: "give '--now' or '--window FROM..TO'" },
  badWindow: (given: string, { zh, en }: Text): Text => ({
    zh: `--window ${given}：${zh}`,
    en: `--window ${given}: ${en}`,
  }),
  windowForms: {
    zh: '须为“起..止”或某一天，如 2026-11-20、2026-11-01..2026-11-20 或 2026-11-20T08:00..2026-11-20T20:00',
    en: 'must read FROM..TO or one day, such as 2026-11-20, 2026-11-01..2026-11-20 or 2026-11-20T08:00..2026-11-20T20:00',
  },
  windowOrder: { zh: '开始须早于结束', en: 'must begin before it ends' },
  windowRuns: {
    zh: '须已经结束；未结束的请用 --now 审计',
    en: 'must have ended; what runs still is audited with --now',
  },
  notMailed: (file: string): Text => ({
    zh: `没有邮寄：请设置 ${file} 中 [smtp] 的 EmailUser 和 EmailTo`,
    en: `not mailed: set EmailUser and EmailTo in [smtp] of ${file}`,
  }),

  amend: { zh: '更正历史，之后重新审计有关的窗口', en: 'correct history; windows are then audited again' },
  acknowledge: { zh: '某一天的结论已核实，没有问题', en: "a day's verdict was looked into, and all is well" },
  multiplier: { zh: '节点真正的倍率', en: 'what a node is really multiplied by' },
  node: { zh: '节点属于哪个机场', en: 'which airport a node belongs to' },
  device: { zh: '设备改了名，或换了一台', en: 'a device was renamed or replaced' },
  known: {
    zh: '机场每天多出来的部分是已知的（测速、没装采集器的设备……）；此后只有变化才提醒',
    en: 'what an airport bills above use is known (health checks, a device without an exporter …); then only a change is told',
  },
  isLeak: {
    zh: '机场每天多出来的部分是泄露；在它消失之前都按泄露报告',
    en: 'what an airport bills above use is a leak, and is reported as one until it ends',
  },
  perDay: { zh: '每天多少，如 300MB', en: 'bytes a day, such as 300MB' },
  share: { zh: '或占应计的百分之几，如 6%', en: 'or per cent of what is expected, such as 6%' },
  note: { zh: '一行备注，如 客厅的 iPad', en: 'one line for you to remember it by, such as "the iPad"' },
  airportName: { zh: '机场的名字', en: 'its name' },
  date: { zh: '日期，如 2026-11-23', en: 'such as 2026-11-23' },
  nodeName: { zh: '节点的全名', en: 'its whole name' },
  factor: { zh: '如 2；会变的写 1-1.5', en: 'such as 2, or 1-1.5 where it changes' },
  before: { zh: '原来的 DeviceID', en: 'its old DeviceID' },
  after: { zh: '新的 DeviceID', en: 'the new one' },
  badDate: (given: string): Text => ({
    zh: `${given} 不是日期，应如 2026-11-23`,
    en: `${given} must be a date such as 2026-11-23`,
  }),
  badFactor: (given: string): Text => ({
    zh: `${given} 不是倍率，应为数如 2，或范围如 1-1.5`,
    en: `${given} must be a number such as 2, or a range such as 1-1.5`,
  }),
  perDayOrShare: {
    zh: '请给出 --per-day 大小 或 --share 百分比，二者之一',
    en: "give either '--per-day SIZE' or '--share PERCENT'",
  },
  badSize: (given: string): Text => ({
    zh: `${given} 不是大小，应如 300MB 或 1.5GB`,
    en: `${given} must be a size such as 300MB or 1.5GB`,
  }),
  badPercent: (given: string): Text => ({
    zh: `${given} 不是百分比，应如 6 或 6.5%`,
    en: `${given} must be per cent such as 6 or 6.5%`,
  }),
  badNote: (longest: number): Text => ({
    zh: `--note 须为一行，1 到 ${longest} 个字，不含控制字符`,
    en: `--note must be one line of 1 to ${longest} characters, without control characters`,
  }),
  noAirport: (given: string, known: string): Text => ({
    zh: `没有机场 ${given}；已有：${known}`,
    en: `there is no airport ${given}; there are: ${known}`,
  }),
  noNode: (given: string, near: string): Text => ({
    zh: `没有设备报告过节点 ${given}，没有改动；相近的有：${near || '（还没有）'}`,
    en: `no device ever reported a node ${given}, and nothing was changed; those like it: ${near || '(there is none yet)'}`,
  }),
  noDevice: (given: string, near: string): Text => ({
    zh: `没有推送过流量的设备 ${given}，没有改动；相近的有：${near || '（还没有）'}`,
    en: `no device ${given} ever pushed traffic, and nothing was changed; those like it: ${near || '(there is none yet)'}`,
  }),
  namesUnchecked: ({ zh, en }: Text): Text => ({
    zh: `未能核对名字是否存在，照写的保存：${zh}`,
    en: `whether the name exists could not be checked, so it is kept as it was given: ${en}`,
  }),
  amended: { zh: '已保存；运行中的审计器下次查看时生效', en: 'kept; the running auditor applies it at its next audit' },
  nothingChanges: { zh: '已结束的窗口，结论都不变', en: 'no verdict of a closed window changes' },

  parse: { zh: 'Subscription-Userinfo 响应头的含义', en: 'what a Subscription-Userinfo header says' },
  header: {
    zh: '响应头，或代替它的正文里的一行或 JSON',
    en: 'the header, or the line or JSON of a body that stands in for it',
  },
  nodeMultiplier: {
    zh: '从节点名看，它的流量按多少倍计',
    en: "by how much a node's name says its bytes are multiplied",
  },

  mailTest: {
    zh: '按 [smtp] 的设置发一封测试邮件，并说明问题所在',
    en: 'send a mail by the settings of [smtp], and explain what goes wrong',
  },
  noMail: (file: string): Text => ({
    zh: `请设置 ${file} 中 [smtp] 的 EmailUser 和 EmailTo`,
    en: `set EmailUser and EmailTo in [smtp] of ${file}`,
  }),

  code: {
    zh: '生成一次性代码；15 分钟内把它发给机器人的聊天，就能看到这个用户',
    en: 'make a one-time code; the chat that sends it to the bot within 15 minutes sees that user',
  },
  chatUser: { zh: '聊天可以看到谁的数据', en: 'whose figures the chat may see' },
  listChats: {
    zh: '列出已绑定的聊天：用户和聊天的编号',
    en: 'list the chats that are bound: the user and the number of the chat',
  },
  unbind: {
    zh: '解除聊天的绑定，运行中的审计器立即照办；列出解除了哪些',
    en: 'unbind chats, which a running auditor follows at once, and list them',
  },
  unbindUser: { zh: '这个用户的所有聊天', en: 'all chats of this user' },
  unbindChat: { zh: '这个编号的聊天', en: 'the chat of this number' },
  unbindWhom: {
    zh: '要解除谁的绑定？请给出 --user 或 --chat；telegram list 列出已绑定的聊天',
    en: 'whose chat? give --user or --chat; telegram list shows those that are bound',
  },
  noChat: {
    zh: '没有这样的聊天；telegram list 列出已绑定的聊天',
    en: 'no such chat is bound; telegram list shows those that are',
  },
  noBot: (file: string): Text => ({
    zh: `没有机器人：请设置 ${file} 中 [telegram] 的 BotToken`,
    en: `there is no bot: set BotToken in [telegram] of ${file}`,
  }),
  noUser: (given: string, known: string): Text => ({
    zh: `没有用户 ${given}；已有：${known}`,
    en: `there is no user ${given}; there are: ${known}`,
  }),
} as const satisfies Messages;

/** What is said of the auditor's settings. */
export const SETTINGS_TEXTS = {
  subUrlsForm: (entry: number): Text => ({
    zh: `第 ${entry} 项须写成 ["名字"]="https://…"`,
    en: `entry ${entry} must read ["name"]="https://…"`,
  }),
  subUrlsAddress: (entry: number): Text => ({
    zh: `第 ${entry} 项的地址须以 http:// 或 https:// 开头`,
    en: `the address of entry ${entry} must begin with http:// or https://`,
  }),
  subUrlsTwice: (entry: number): Text => ({
    zh: `第 ${entry} 项的名字重复了`,
    en: `the name of entry ${entry} appears twice`,
  }),
  dataElsewhere: (folder: string): Text => ({
    zh: `本机没有 ${folder}：这些设置属于容器或别的机器，所以什么也没做。请在审计器运行的地方执行，用 Docker 时是 docker compose run --rm auditor …… --config /config/ServerSetting.ini`,
    en: `there is no ${folder} here: these settings are of a container or another machine, so nothing was done. Run it where the auditor runs, with Docker: docker compose run --rm auditor … --config /config/ServerSetting.ini`,
  }),
  noSubUrls: {
    zh: '没有设置：报告里不会有机场，也不检查泄露',
    en: 'is not set: reports will hold no airport and no leak check',
  },
  cron: { zh: '须为 cron 的五个字段，如 55 23 * * *', en: 'must be five fields of cron, such as 55 23 * * *' },
  noMail: {
    zh: '没有设置 EmailUser 或 EmailTo：不会邮寄日报',
    en: 'EmailUser or EmailTo is not set: no report will be mailed',
  },
  sameArchiveToken: { zh: '与别人的相同；请另换一个', en: "is somebody else's too; make a new one" },
  inSubUrls: { zh: 'SubUrls 里也有它；请只留一处', en: 'is in SubUrls too; leave one of them out' },
  noUrl: {
    zh: '缺少此项；请补上它或 UrlFile，或在 SubUrls 里加一项',
    en: 'is missing; add it, UrlFile, or a SubUrls entry',
  },
  badUserName: ({ zh, en }: Text): Text => ({ zh: `“user.”之后的名字${zh}`, en: `the name after "user." ${en}` }),
  isOwner: {
    zh: '就是主人：请改为设置 [smtp] 的 EmailTo 和 [server] 的 ArchiveToken',
    en: 'is the owner: set EmailTo in [smtp] and ArchiveToken in [server] instead',
  },
  needsMailTo: {
    zh: '还需要 MailTo：收到自己日报的人才有历史日报',
    en: 'needs a MailTo: only who gets reports of their own has an archive',
  },
  origin: (known: string): Text => ({ zh: `须为 ${known} 之一`, en: `must be ${known}` }),
  needsName: { zh: '需要名字，如 [airport.NAME]', en: 'needs a name, such as [airport.NAME]' },
  httpUrl: { zh: '须以 http:// 或 https:// 开头', en: 'must begin with http:// or https://' },
  proxy: {
    zh: '须为地址，如 http://127.0.0.1:7890、https://… 或 socks5://…',
    en: 'must be an address such as http://127.0.0.1:7890, https://… or socks5://…',
  },
  secret: { zh: '只用于 Origin = kernel', en: 'is for Origin = kernel alone' },
  urlTwice: { zh: '不能与 Url 同时设置', en: 'and Url exclude each other' },
  reset: {
    zh: '须为 daily、weekly mon、monthly 16、yearly 12-31 或 never，除 never 外后面可写时刻，如 monthly 16 08:00',
    en: 'must be daily, weekly mon, monthly 16, yearly 12-31 or never; all but never may end with a time, as in monthly 16 08:00',
  },
  resetTwice: { zh: '不能与 ResetDay 同时设置', en: 'and ResetDay exclude each other' },
  resetDay: { zh: '须为 1 到 31 的整数', en: 'must be a day from 1 to 31' },
  /** @param why in the words of JavaScript */
  pattern: (why: string): Text => ({
    zh: `须为正则表达式，如 ^(HK|JP)，或 Mihomo 的 filter 那样，如 (?i)港|hk，多个用 \` 分开（${why}）`,
    en: `must be a regular expression, such as ^(HK|JP), or as in a filter of Mihomo, (?i)hk|sg, several divided by \` (${why})`,
  }),
  headers: {
    zh: '须写成 名字: 值，以逗号或换行分隔，如 X-HWID: 1a2b, X-Device-OS: iOS；不能是 Host 之类 HTTP 自己用的',
    en: 'must read NAME: VALUE, separated by commas or lines, such as X-HWID: 1a2b, X-Device-OS: iOS; none that is for HTTP itself, such as Host',
  },
  multipliers: { zh: '须写成 文字=2 或 文字=1-2，以逗号分隔', en: 'must read TEXT=2 or TEXT=1-2, separated by commas' },
} as const satisfies Messages;
