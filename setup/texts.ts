import type { Messages, Text } from '../core/language.ts';
import { TEXTS as COMMON } from '../runtime/texts.ts';

/** What `version`, `pair`, `backup` and `restore` say. */
export const TEXTS = {
  serverConfig: { zh: 'VPS 的配置文件', en: 'the settings file of the VPS' },

  check: { zh: '询问一次有没有更新的版本', en: 'ask once whether there is a newer version' },
  from: {
    zh: '以 JSON 公布版本的地址，如 https://api.github.com/repos/OWNER/NAME/releases/latest；没有内置的',
    en: 'where releases are told as JSON, such as https://api.github.com/repos/OWNER/NAME/releases/latest; none is built in',
  },
  fromIsForCheck: { zh: '--from 只与 --check 同用', en: '--from is for --check' },
  checkNeedsFrom: {
    zh: '--check 需要 --from，写您取得 FlowCollect 之处的版本地址，如 https://api.github.com/repos/OWNER/NAME/releases/latest',
    en: '--check needs --from with the address of the releases where you got FlowCollect, such as https://api.github.com/repos/OWNER/NAME/releases/latest',
  },
  newer: (newest: string, own: string): Text => ({
    zh: `有新版本 ${newest}，当前是 ${own}`,
    en: `${newest} is newer than this ${own}`,
  }),
  newest: (own: string): Text => ({ zh: `${own} 已是最新版本`, en: `${own} is the newest version` }),
  feedNamesNone: (origin: string): Text => ({
    zh: `${origin} 没有给出 v1.2.0 这样的版本`,
    en: `${origin} names no version such as v1.2.0`,
  }),
  feedAnswered: (origin: string, status: number): Text => ({
    zh: `${origin} 应答 ${status}`,
    en: `${origin} answered ${status}`,
  }),
  feedTooLong: (origin: string): Text => ({
    zh: `${origin} 的应答超过 4 MiB`,
    en: `${origin} answered with more than 4 MiB`,
  }),
  feedOther: (origin: string): Text => ({
    zh: `${origin} 的应答不是版本信息`,
    en: `${origin} answered with something else`,
  }),
  feedExpected: ({ zh, en }: Text): Text => ({
    zh: `${zh}；--from 须指向 JSON 格式的版本信息，如 https://api.github.com/repos/OWNER/NAME/releases/latest`,
    en: `${en}; --from must lead to releases as JSON, such as https://api.github.com/repos/OWNER/NAME/releases/latest`,
  }),
  feedLate: (origin: string, seconds: number): Text => ({
    zh: `${origin} 在 ${seconds} 秒内没有应答；请检查地址和网络，或用 HTTPS_PROXY 指定代理`,
    en: `${origin} did not answer within ${seconds} s; look at the address and the connection, or name a proxy in HTTPS_PROXY`,
  }),
  feedSilent: (origin: string, code: string): Text => ({
    zh: `${origin} 没有应答（${code}）；请检查地址和网络，或用 HTTPS_PROXY 指定代理`,
    en: `${origin} did not answer (${code}); look at the address and the connection, or name a proxy in HTTPS_PROXY`,
  }),

  pairServer: {
    zh: '设备所见的网关地址，如 https://vps.example.com',
    en: 'the gateway as the device reaches it, such as https://vps.example.com',
  },
  pairDevice: { zh: '设备的 DeviceID', en: 'the DeviceID' },
  pairUser: { zh: '设备属于谁', en: 'whose device it is' },
  badServer: {
    zh: '--server 须为地址，如 https://vps.example.com',
    en: '--server must be an address such as https://vps.example.com',
  },
  badDevice: ({ zh, en }: Text): Text => ({ zh: `--device 的名字${zh}`, en: `--device ${en}` }),
  spoken: (given: string, spoken: string): Text => ({
    zh: `${given} 那里说的不是这种协议，配对码里写的是 ${spoken}`,
    en: `what answers at ${given} does not speak that, so the code holds ${spoken}`,
  }),
  runOnDevice: {
    zh: '在设备上运行下面这一行；它含有令牌，不要公开。',
    en: 'Run this line on the device; it holds the token: keep it secret.',
  },

  scan: {
    zh: '手机上也可以扫描这个二维码，得到同一行：',
    en: 'On a phone, this code gives the same line:',
  },

  backupFile: { zh: '要写的备份文件，如 flowcollect.tar.gz', en: 'the archive to write, such as flowcollect.tar.gz' },
  backupMore: {
    zh: '另外要打包的文件或目录，如 Prometheus 的；打包时应停止它',
    en: 'more files or folders, such as those of Prometheus, which should be stopped meanwhile',
  },
  config: COMMON.config,
  restoreFile: { zh: '备份文件', en: 'the archive' },
  restoreInto: { zh: '写到这个目录之下，而不是原处', en: 'write below this folder instead of where it came from' },
  restoreReplace: {
    zh: '已有的改名为 .before-restore 保留',
    en: 'put aside what is there, with .before-restore at its name',
  },
  backupExists: (path: string): Text => ({
    zh: `${path} 已存在，备份不会覆盖它：请换一个名字，例如加上日期`,
    en: `${path} exists, and no backup is written over it: choose another name, such as one with the date`,
  }),
  packing: (seconds: number): Text => ({ zh: `正在打包，已 ${seconds} 秒`, en: `packing for ${seconds} s` }),
  packed: (size: string, seconds: string): Text => ({
    zh: `已打包：${size}，用了 ${seconds} 秒`,
    en: `packed: ${size} in ${seconds} s`,
  }),
  nothingToPack: (path: string, code: string): Text => ({
    zh: `${path} 无法打包（${code}），请检查路径和权限`,
    en: `${path} cannot be packed (${code}); check the path and its permissions`,
  }),
  inTheWay: (path: string): Text => ({
    zh: `${path} 已存在：请移走它，或用 --replace 改名保留`,
    en: `${path} exists: move it away, or let --replace put it aside`,
  }),
  leftAside: (path: string): Text => ({
    zh: `${path} 是上次恢复时留下的：请先删除它`,
    en: `${path} is left of an earlier restore: remove it first`,
  }),
  unreadableArchive: (path: string, code: string): Text => ({
    zh: `${path} 无法读取（${code}），请检查路径和权限`,
    en: `${path} cannot be read (${code}); check the path and its permissions`,
  }),
  noBackup: (path: string): Text => ({
    zh: `${path} 不是完整的 FlowCollect 备份`,
    en: `${path} is not a whole backup of FlowCollect`,
  }),
  laterBackup: (path: string, version: string): Text => ({
    zh: `${path} 由较新的版本 ${version} 写成；请先安装那个版本`,
    en: `${path} was made by the later version ${version}; install that first`,
  }),
  noTar: { zh: '备份需要 tar 程序', en: 'backups need the program tar' },
  tarFailed: (said: string): Text => ({ zh: `tar 失败：${said}`, en: `tar failed: ${said}` }),

  needsAnswer: (question: string): Text => ({ zh: `需要回答：${question}`, en: `an answer is needed: ${question}` }),
  badName: (name: string, { zh, en }: Text): Text => ({ zh: `${name}：${zh}`, en: `${name}: ${en}` }),
} as const satisfies Messages;
