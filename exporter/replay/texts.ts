import type { Messages, Text } from '../../core/language.ts';
import { TEXTS as COMMON } from '../../runtime/texts.ts';

/** What `flowcollect replay` says. */
export const TEXTS = {
  recordings: {
    zh: '录制文件，每行一条 {"t":毫秒} TAB 消息，可用 gzip 压缩；多个文件首尾相接',
    en: 'recordings, one {"t":ms} TAB message a line, plain or gzip; several are one stream',
  },
  interval: { zh: '模拟的读取间隔，毫秒', en: 'poll interval to imitate, in milliseconds' },
  phase: {
    zh: '从录制开始多少毫秒之后的第一帧算起',
    en: 'start at the first frame at least this many milliseconds in',
  },
  proxies: { zh: '内核 /proxies 的应答，用来判断节点类型', en: "the kernel's /proxies answer, for the types of nodes" },
  providers: {
    zh: '内核 /providers/proxies 的应答；2026 年 7 月以后的内核只在这里列出订阅的节点',
    en: "the kernel's /providers/proxies answer, where alone kernels since July 2026 list the nodes of providers",
  },
  logs: {
    zh: '/logs 数据：{"t", "type", "payload"} 的列表',
    en: 'the /logs stream: a list of {"t", "type", "payload"}',
  },
  fromZero: {
    zh: '第一帧也计入，如同账本与内核同时启动',
    en: 'count the first frame too, as if the ledger had run when the kernel started',
  },
  json: COMMON.json,
  badMilliseconds: (given: string): Text => ({
    zh: `${given} 不是整数毫秒`,
    en: `${given} is not a whole number of milliseconds`,
  }),
  replayed: (frames: number, restarts: number): Text => ({
    zh: `${frames} 帧，内核重启 ${restarts} 次`,
    en: `${frames} frames, ${restarts} kernel restarts`,
  }),
  replayedKernel: (download: string, upload: string): Text => ({
    zh: `内核  下载 ${download}，上传 ${upload}`,
    en: `kernel  download ${download}, upload ${upload}`,
  }),
  replayedCarry: (download: string, upload: string): Text => ({
    zh: `结转  下载 ${download}，上传 ${upload}`,
    en: `carry   download ${download}, upload ${upload}`,
  }),
  replaying: (frames: number, all: number): Text => ({
    zh: `已重放 ${frames} 帧，共 ${all} 帧`,
    en: `replayed ${frames} of ${all} frames`,
  }),
  exact: {
    zh: '各序列之和加结转，与内核自己的总量一字节不差',
    en: "all series and the carry add up to the kernel's own totals, to the byte",
  },
  notExact: (download: number, upload: number): Text => ({
    zh: `各序列之和加结转，与内核自己的总量不相等：下载差 ${download} 字节，上传差 ${upload} 字节；请把这份录制交给开发者`,
    en: `all series and the carry do not add up to the kernel's own totals: ${download} bytes more down, ${upload} up; please report this recording`,
  }),
  badFrame: (detail: string): Text => ({
    zh: `录制里的 /connections 消息无法记账：${detail}`,
    en: `a /connections message of the recording cannot be accounted: ${detail}`,
  }),
  badCatalog: (path: string, detail: string): Text => ({
    zh: `${path}：不是内核 /proxies 的应答（${detail}）`,
    en: `${path}: is not the kernel's /proxies answer (${detail})`,
  }),
  unreadableRecording: (path: string, code: string): Text => ({
    zh: `${path}：无法读取（${code}）`,
    en: `${path}: cannot be read (${code})`,
  }),
  brokenGzip: (path: string): Text => ({ zh: `${path}：gzip 文件不完整`, en: `${path}: is not a whole gzip file` }),
  badRecordingLine: (path: string, line: number): Text => ({
    zh: `${path}:${line}：应为 {"t":毫秒时间戳}、制表符和一条 /connections 消息`,
    en: `${path}:${line}: expected {"t":epoch-ms}, a tab and a /connections message`,
  }),
  noFrames: (path: string): Text => ({ zh: `${path}：没有任何帧`, en: `${path}: holds no frames` }),
  badLog: (path: string): Text => ({
    zh: `${path}：应为 {"t", "type", "payload"} 的列表`,
    en: `${path}: expected a list of {"t", "type", "payload"}`,
  }),
  notJson: (path: string): Text => ({ zh: `${path}：不是 JSON`, en: `${path}: is not JSON` }),
} as const satisfies Messages;
