import type { Text, TextTable } from './language.ts';

/** What is said of settings that every part reads. */
export const TEXTS = {
  missing: ['缺少此项，请补上', 'is missing; add it'],
  unknownKey: ['不是已知的键，已忽略', 'is not a known key and is ignored'],
  unknownKeyNear: (near: string): Text => [
    `不是已知的键，已忽略；是不是 ${near}？`,
    `is not a known key and is ignored; did you mean ${near}?`,
  ],
  /** @param problem what is wrong with a value that holds what looks like a comment */
  commentInValue: ([zh, en]: Text): Text => [
    `${zh}；注释要独占一行，写在值后面的也算值`,
    `${en}; a comment must stand on a line of its own, else it is part of the value`,
  ],
  perhapsComment: [
    '“#”或“;”之后的也是值；若是注释，请移到单独一行',
    'what follows "#" or ";" is part of the value; move it to a line of its own if it is a comment',
  ],
  duration: (min: number, max: number): Text => [
    `须为 ${min} 到 ${max} 毫秒的时长，如 1000、10s 或 6h`,
    `must be a duration from ${min} ms to ${max} ms, such as 1000, 10s or 6h`,
  ],
  size: ['须为大小，如 100MB 或 2GB', 'must be a size, such as 100MB or 2GB'],
  onOff: ['须为 on 或 off', 'must be on or off'],
  number: (min: number, max: number): Text => [
    `须为 ${min} 到 ${max} 之间的数`,
    `must be a number from ${min} to ${max}`,
  ],
  timeZone: ['须为 IANA 时区，如 Asia/Shanghai', 'must be an IANA time zone, such as Asia/Shanghai'],
  timeOfDay: ['须为时刻，如 23:55', 'must be a time such as 23:55'],
  address: (example: string): Text => [`须为地址，如 ${example}`, `must be an address such as ${example}`],
  noSignIn: [
    '不能含有用户名和密码，它们不会被发送；请让它在本机回环地址上免登录应答',
    'must hold no name and password, which would not be sent; let it answer on loopback without',
  ],
  listen: (one: string, another: string): Text => [
    `须为地址，如 ${one} 或 ${another}`,
    `must be an address such as ${one} or ${another}`,
  ],
  language: ['须为 zh 或 en', 'must be zh or en'],
  logLevel: ['须为 debug、info、warn、error 或 silent', 'must be debug, info, warn, error or silent'],
  atLeast: (characters: number): Text => [
    `至少要有 ${characters} 个字符`,
    `must have at least ${characters} characters`,
  ],
  botToken: ['须为 BotFather 给的令牌，如 123456:ABC-DEF', 'must be a token of BotFather, such as 123456:ABC-DEF'],
  oldDatabase: [
    '已忽略：数据现由 Prometheus 保存，可以删去这个键',
    'is ignored: Prometheus stores the data now; the key can be removed',
  ],
  criticalBelowWarning: ['不能小于 QuotaWarning', 'must not be below QuotaWarning'],
  mailAddress: ['须为邮箱地址，如 name@qq.com', 'must be a mail address such as name@qq.com'],
  alertsNowhere: [
    '没有写 EmailTo 或 TelegramChat；这个用户的告警仍发给主人',
    'has neither EmailTo nor TelegramChat; the alerts of this user go to the owner still',
  ],
  needsTelegramToken: ['还需要设置 [alerts] TelegramToken', 'needs a TelegramToken in [alerts]'],
  chat: ['须为会话的编号，如 123456789', 'must be the number of a chat, such as 123456789'],

  iniSectionHeader: ['节的标题须写成 [名称]', 'a section header must read [name]'],
  iniLine: ['此行应为“键 = 值”、“[节]”或注释', 'expected "key = value", "[section]" or a comment'],
  iniFullWidth: [
    '等号和方括号须为半角：写 = 和 [ ]，不写 ＝ 和 ［ ］',
    'the equals sign and brackets must be = and [ ], not the full-width ＝ and ［ ］',
  ],
  iniKeyFirst: ['第一个 [节] 之前不能有键', 'a key stands before the first [section]'],
  iniTwice: (key: string, section: string, line: number): Text => [
    `[${section}] 里 ${key} 写了两次，第一次在第 ${line} 行`,
    `${key} stands twice in [${section}], first on line ${line}`,
  ],
  atLine: (line: number, [zh, en]: Text): Text => [`第 ${line} 行：${zh}`, `line ${line}: ${en}`],

  nameEmpty: ['为空', 'is empty'],
  nameLong: ['超过 64 个字符', 'is longer than 64 characters'],
  nameDots: ['不能是“.”或“..”', 'must not be "." or ".."'],
  nameSlash: ['不能含有“/”', 'must not contain "/"'],
  nameControl: ['不能含有控制字符', 'must not contain control characters'],
  nameUnicode: ['须为有效的 Unicode 文本', 'must be valid Unicode text'],
} as const satisfies TextTable;
