import type { Text, TextTable } from '../core/language.ts';

/** What `version`, `pair`, `backup` and `restore` say. */
export const TEXTS = {
  serverConfig: ['VPS 的配置文件', 'the settings file of the VPS'],

  version: [
    '打印版本；加 --check 询问有没有更新的版本',
    'print the version; with --check, ask a release feed for a newer one',
  ],
  check: ['询问一次有没有更新的版本', 'ask once whether there is a newer version'],
  from: [
    '以 JSON 公布版本的地址，如 https://api.github.com/repos/OWNER/NAME/releases/latest；没有内置的',
    'where releases are told as JSON, such as https://api.github.com/repos/OWNER/NAME/releases/latest; none is built in',
  ],
  fromIsForCheck: ['--from 只与 --check 同用', '--from is for --check'],
  checkNeedsFrom: [
    '--check 需要 --from，写您取得 FlowCollect 之处的版本地址，如 https://api.github.com/repos/OWNER/NAME/releases/latest',
    '--check needs --from with the address of the releases where you got FlowCollect, such as https://api.github.com/repos/OWNER/NAME/releases/latest',
  ],
  newer: (newest: string, own: string): Text => [
    `有新版本 ${newest}，当前是 ${own}`,
    `${newest} is newer than this ${own}`,
  ],
  newest: (own: string): Text => [`${own} 已是最新版本`, `${own} is the newest version`],
  feedNamesNone: (origin: string): Text => [
    `${origin} 没有给出 v1.2.0 这样的版本`,
    `${origin} names no version such as v1.2.0`,
  ],
  feedAnswered: (origin: string, status: number): Text => [`${origin} 应答 ${status}`, `${origin} answered ${status}`],
  feedTooLong: (origin: string): Text => [`${origin} 的应答超过 4 MiB`, `${origin} answered with more than 4 MiB`],
  feedOther: (origin: string): Text => [`${origin} 的应答不是版本信息`, `${origin} answered with something else`],
  feedExpected: ([zh, en]: Text): Text => [
    `${zh}；--from 须指向 JSON 格式的版本信息，如 https://api.github.com/repos/OWNER/NAME/releases/latest`,
    `${en}; --from must lead to releases as JSON, such as https://api.github.com/repos/OWNER/NAME/releases/latest`,
  ],
  feedLate: (origin: string, seconds: number): Text => [
    `${origin} 在 ${seconds} 秒内没有应答；请检查地址和网络，或用 HTTPS_PROXY 指定代理`,
    `${origin} did not answer within ${seconds} s; look at the address and the connection, or name a proxy in HTTPS_PROXY`,
  ],
  feedSilent: (origin: string, code: string): Text => [
    `${origin} 没有应答（${code}）；请检查地址和网络，或用 HTTPS_PROXY 指定代理`,
    `${origin} did not answer (${code}); look at the address and the connection, or name a proxy in HTTPS_PROXY`,
  ],

  pair: [
    '在 VPS 上：为设备生成令牌，打印在设备上运行的那一行',
    'on the VPS: make a token for a device and print the line to run there',
  ],
  pairServer: [
    '设备所见的网关地址，如 https://vps.example.com',
    'the gateway as the device reaches it, such as https://vps.example.com',
  ],
  pairDevice: ['设备的 DeviceID', 'the DeviceID'],
  pairUser: ['设备属于谁', 'whose device it is'],
  badServer: [
    '--server 须为地址，如 https://vps.example.com',
    '--server must be an address such as https://vps.example.com',
  ],
  badDevice: ([zh, en]: Text): Text => [`--device 的名字${zh}`, `--device ${en}`],
  runOnDevice: [
    '在设备上运行下面这一行；它含有令牌，不要公开。',
    'Run this line on the device; it holds the token: keep it secret.',
  ],

  backup: [
    '把 VPS 的设置和数据打包成一个文件，其中含有密钥',
    'pack the settings and data of a VPS into one file, which holds secrets',
  ],
  backupFile: ['要写的备份文件，如 flowcollect.tar.gz', 'the archive to write, such as flowcollect.tar.gz'],
  backupMore: [
    '另外要打包的文件或目录，如 Prometheus 的；打包时应停止它',
    'more files or folders, such as those of Prometheus, which should be stopped meanwhile',
  ],
  config: ['配置文件', 'the settings file'],
  restore: ['恢复备份的内容；请先停止各服务', 'bring back what a backup holds; stop the services before'],
  restoreFile: ['备份文件', 'the archive'],
  restoreInto: ['写到这个目录之下，而不是原处', 'write below this folder instead of where it came from'],
  restoreReplace: ['已有的改名为 .before-restore 保留', 'put aside what is there, with .before-restore at its name'],
  nothingToPack: (path: string, code: string): Text => [
    `${path} 无法打包（${code}），请检查路径和权限`,
    `${path} cannot be packed (${code}); check the path and its permissions`,
  ],
  inTheWay: (path: string): Text => [
    `${path} 已存在：请移走它，或用 --replace 改名保留`,
    `${path} exists: move it away, or let --replace put it aside`,
  ],
  leftAside: (path: string): Text => [
    `${path} 是上次恢复时留下的：请先删除它`,
    `${path} is left of an earlier restore: remove it first`,
  ],
  unreadableArchive: (path: string, code: string): Text => [
    `${path} 无法读取（${code}），请检查路径和权限`,
    `${path} cannot be read (${code}); check the path and its permissions`,
  ],
  noBackup: (path: string): Text => [
    `${path} 不是完整的 FlowCollect 备份`,
    `${path} is not a whole backup of FlowCollect`,
  ],
  laterBackup: (path: string, version: string): Text => [
    `${path} 由较新的版本 ${version} 写成；请先安装那个版本`,
    `${path} was made by the later version ${version}; install that first`,
  ],
  noTar: ['备份需要 tar 程序', 'backups need the program tar'],
  tarFailed: (said: string): Text => [`tar 失败：${said}`, `tar failed: ${said}`],

  needsAnswer: (question: string): Text => [`需要回答：${question}`, `an answer is needed: ${question}`],
  badName: (name: string, [zh, en]: Text): Text => [`${name}：${zh}`, `${name}: ${en}`],
} as const satisfies TextTable;
