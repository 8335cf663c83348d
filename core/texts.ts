import type { Messages, Text } from './language.ts';
import { shellWord } from './shell-word.ts';

/** What is said of settings that every part reads. */
export const TEXTS = {
  missing: { zh: '缺少此项，请补上', en: 'is missing; add it' },
  unknownKey: { zh: '不是已知的键，已忽略', en: 'is not a known key and is ignored' },
  unknownKeyNear: (near: string): Text => ({
    zh: `不是已知的键，已忽略；是不是 ${near}？`,
    en: `is not a known key and is ignored; did you mean ${near}?`,
  }),
  unknownSection: (near: string): Text => ({
    zh: `不是已知的节，已忽略；是不是 [${near}]？`,
    en: `is not a known section and is ignored; did you mean [${near}]?`,
  }),
  standsTwice: (key: string): Text => ({
    zh: `已忽略：本节里还有 ${key}`,
    en: `is ignored: the section has ${key} too`,
  }),
  /** @param problem what is wrong with a value that holds a full-width character */
  wideInValue: ({ zh, en }: Text, character: string): Text => ({
    zh: `${zh}；值里有全角字符“${character}”，请改用半角`,
    en: `${en}; the value holds the full-width ${character}, which must be typed in ASCII`,
  }),
  wideQuotes: {
    zh: '两端的全角引号是值的一部分；若不是，请去掉',
    en: 'the full-width quotes around it are part of the value; remove them if they are not meant',
  },
  /** @param problem what is wrong with a value that holds what looks like a comment */
  commentInValue: ({ zh, en }: Text): Text => ({
    zh: `${zh}；注释要独占一行，写在值后面的也算值`,
    en: `${en}; a comment must be on a line of its own, else it is part of the value`,
  }),
  perhapsComment: {
    zh: '“#”或“;”之后的也是值；若是注释，请移到单独一行',
    en: 'what follows "#" or ";" is part of the value; move it to a line of its own if it is a comment',
  },
  belowProc: { zh: '不能在 /proc 之下：那里存不了文件', en: 'must not be below /proc, where no file can be kept' },
  duration: (min: number, max: number): Text => ({
    zh: `须为 ${min} 到 ${max} 毫秒的时长，如 1000、10s 或 6h`,
    en: `must be a duration from ${min} ms to ${max} ms, such as 1000, 10s or 6h`,
  }),
  size: { zh: '须为大小，如 100MB 或 2GB', en: 'must be a size, such as 100MB or 2GB' },
  onOff: { zh: '须为 on 或 off', en: 'must be on or off' },
  number: (min: number, max: number): Text => ({
    zh: `须为 ${min} 到 ${max} 之间的数`,
    en: `must be a number from ${min} to ${max}`,
  }),
  timeZone: { zh: '须为 IANA 时区，如 Asia/Shanghai', en: 'must be an IANA time zone, such as Asia/Shanghai' },
  timeOfDay: { zh: '须为时刻，如 23:55', en: 'must be a time such as 23:55' },
  address: (example: string): Text => ({ zh: `须为地址，如 ${example}`, en: `must be an address such as ${example}` }),
  noSignIn: {
    zh: '不能含有用户名和密码，它们不会被发送；请让它在本机回环地址上免登录应答',
    en: 'must hold no name and password, which would not be sent; let it answer on loopback without',
  },
  listen: (one: string, another: string): Text => ({
    zh: `须为地址，如 ${one} 或 ${another}`,
    en: `must be an address such as ${one} or ${another}`,
  }),
  language: { zh: '须为 zh 或 en', en: 'must be zh or en' },
  logLevel: { zh: '须为 debug、info、warn、error 或 silent', en: 'must be debug, info, warn, error or silent' },
  atLeast: (characters: number): Text => ({
    zh: `至少要有 ${characters} 个字符`,
    en: `must have at least ${characters} characters`,
  }),
  exampleSecret: {
    zh: '是示例里的值，人人皆知，因此不起作用；请换成自己的',
    en: 'is the one of the example, which everybody knows, so it opens nothing; make your own',
  },
  noHash: {
    zh: '不是哈希：sha256: 之后须为 64 个十六进制数字',
    en: 'is no hash: behind sha256: there must be 64 hexadecimal digits',
  },
  shortToken: (characters: number, command: string): Text => ({
    zh: `不到 ${characters} 个字符，容易被猜中；仍可使用，请尽快用此命令另生成一个：${command}`,
    en: `has fewer than ${characters} characters and can be guessed; it goes on working, but make another one soon: ${command}`,
  }),
  newShortToken: (characters: number, command: string): Text => ({
    zh: `新令牌至少要有 ${characters} 个字符；请用此命令生成：${command}`,
    en: `a new token must have at least ${characters} characters; make one with: ${command}`,
  }),
  network: {
    zh: '须为地址或网段，如 127.0.0.1、172.31.86.0/24',
    en: 'must be addresses or networks, such as 127.0.0.1, 172.31.86.0/24',
  },
  botToken: {
    zh: '须为 BotFather 给的令牌，如 123456:ABC-DEF',
    en: 'must be a token of BotFather, such as 123456:ABC-DEF',
  },
  oldDatabase: {
    zh: '已忽略：数据现由 Prometheus 保存，可以删去这个键',
    en: 'is ignored: Prometheus stores the data now; the key can be removed',
  },
  criticalBelowWarning: { zh: '不能小于 QuotaWarning', en: 'must not be below QuotaWarning' },
  mailAddress: { zh: '须为邮箱地址，如 name@qq.com', en: 'must be a mail address such as name@qq.com' },
  otherMailServer: (provider: string, host: string): Text => ({
    zh: `是 ${provider} 的服务器，EmailUser 的是 ${host}；可以删去 SMTPHost 和 SMTPPort`,
    en: `is a server of ${provider}, while that of EmailUser is ${host}; SMTPHost and SMTPPort can be removed`,
  }),
  noMailPassword: (provider: string): Text => ({
    zh: `${provider} 不再让程序用密码登录，邮件发不出去；请换一个邮箱，如 QQ、163 或 Gmail`,
    en: `${provider} lets no program sign in by a password any more, so no mail will go out; take an account elsewhere, such as QQ, 163 or Gmail`,
  }),
  alertsNowhere: {
    zh: '没有写 EmailTo 或 TelegramChat；这个用户的告警仍发给主人',
    en: 'has neither EmailTo nor TelegramChat; the alerts of this user go to the owner still',
  },
  needsTelegramToken: { zh: '还需要设置 [alerts] TelegramToken', en: 'needs a TelegramToken in [alerts]' },
  chat: { zh: '须为会话的编号，如 123456789', en: 'must be the number of a chat, such as 123456789' },

  iniSectionHeader: { zh: '节的标题须写成 [名称]', en: 'a section header must read [name]' },
  iniLine: { zh: '此行应为“键 = 值”、“[节]”或注释', en: 'expected "key = value", "[section]" or a comment' },
  iniFullWidth: {
    zh: '等号和方括号须为半角：写 = 和 [ ]，不写 ＝ 和 ［ ］',
    en: 'the equals sign and brackets must be = and [ ], not the full-width ＝ and ［ ］',
  },
  iniKeyFirst: { zh: '第一个 [节] 之前不能有键', en: 'a key comes before the first [section]' },
  iniTwice: (key: string, section: string, line: number): Text => ({
    zh: `[${section}] 里 ${key} 写了两次，第一次在第 ${line} 行`,
    en: `${key} appears twice in [${section}], first on line ${line}`,
  }),
  iniControl: (section: string, key: string): Text => ({
    zh: `[${section}] ${key} 不能含有换行或其他控制字符，没有写入任何东西`,
    en: `[${section}] ${key} must hold no line break or other control character; nothing was written`,
  }),
  iniUnwritable: (section: string, key: string): Text => ({
    zh: `[${section}] ${key} 的写法 INI 文件无法保存，没有写入任何东西`,
    en: `[${section}] ${key} cannot be kept in an INI file as it is; nothing was written`,
  }),
  atLine: (line: number, { zh, en }: Text): Text => ({ zh: `第 ${line} 行：${zh}`, en: `line ${line}: ${en}` }),

  headerCharacters: {
    zh: '只能含有 HTTP 请求头可以携带的字符',
    en: 'must hold only characters that an HTTP header can carry',
  },

  nameEmpty: { zh: '为空', en: 'is empty' },
  nameLong: { zh: '超过 64 个字符', en: 'is longer than 64 characters' },
  nameDots: { zh: '不能是“.”或“..”', en: 'must not be "." or ".."' },
  nameSlash: { zh: '不能含有“/”', en: 'must not contain "/"' },
  nameControl: { zh: '不能含有控制字符', en: 'must not contain control characters' },
  nameUnicode: { zh: '须为有效的 Unicode 文本', en: 'must be valid Unicode text' },
  openToOthers: (path: string): Text => ({
    zh: `本机其他用户可以读写配置文件，其中有令牌：请运行 chmod 600 ${shellWord(path)}`,
    en: `other users of this machine may read or write the settings file, which holds tokens: run chmod 600 ${shellWord(path)}`,
  }),
} as const satisfies Messages;
