import type { Messages, Text } from '../../core/language.ts';
import { TEXTS as COMMON } from '../../runtime/texts.ts';

/** What `flowcollect record` says. */
export const TEXTS = {
  recordName: {
    zh: '写出 NAME.ndjson.gz、NAME.logs.json.gz、NAME.proxies.json 和 NAME.providers.json',
    en: 'writes NAME.ndjson.gz, NAME.logs.json.gz, NAME.proxies.json and NAME.providers.json',
  },
  recordFor: { zh: '录多久，毫秒，或如 60s、10m', en: 'how long: milliseconds, or such as 60s or 10m' },
  recordInterval: { zh: '帧的间隔，毫秒，或如 1s', en: 'between frames: milliseconds, or such as 1s' },
  recordDevice: { zh: '有多个内核时：设备的 DeviceID', en: 'where there are several kernels: the DeviceID' },
  config: COMMON.config,
  badDuration: (given: string, { zh, en }: Text): Text => ({ zh: `${given}：${zh}`, en: `${given}: ${en}` }),
  noSuchDevice: (given: string, known: string): Text => ({
    zh: `没有设备 ${given}；配置里有 ${known}`,
    en: `there is no device ${given}; the settings have ${known}`,
  }),
  unwritableRecording: (path: string, code: string): Text => ({
    zh: code === 'EEXIST' ? `${path} 已存在，请换一个名字` : `${path} 无法写入（${code}），请换一个位置或腾出磁盘空间`,
    en:
      code === 'EEXIST'
        ? `${path} exists; choose another name`
        : `${path} cannot be written (${code}); choose another place or free the disk`,
  }),
  recording: (device: string, seconds: number): Text => ({
    zh: `正在录制 ${device} 的内核，${seconds} 秒；按 Ctrl-C 提前结束`,
    en: `recording the kernel of ${device} for ${seconds} s; Ctrl-C ends it earlier`,
  }),
  recordedNothing: (address: string): Text => ({
    zh: `${address} 没有送来任何连接数据：请延长 --for，或运行 flowcollect doctor`,
    en: `${address} sent no connections: make --for longer, or run flowcollect doctor`,
  }),
  recorded: (frames: number, logLines: number, paths: string): Text => ({
    zh: `${frames} 帧，${logLines} 行日志：${paths}\n其中有访问过的主机和各方的地址（没有内核的 secret）：只给信得过的人看。核对记账：`,
    en: `${frames} frames, ${logLines} log lines: ${paths}\nThey contain the hosts that were visited and addresses (not of the kernel's secret): show them to whom you trust. To check the accounting:`,
  }),
  comma: { zh: '、', en: ', ' },
} as const satisfies Messages;
