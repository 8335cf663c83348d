import type { Messages, Text } from '../core/language.ts';
import { TEXTS as COMMON } from '../runtime/texts.ts';

/** What the commands of a device and its settings say; the table, `doctor` and its problems have words of their own. */
export const TEXTS = {
  exporter: {
    zh: '统计一台设备内核的流量并上报，直到被停止',
    en: "account one device's kernel and push its counters, until it is stopped",
  },
  doctor: {
    zh: '检查设备的设置、内核、状态目录和网关',
    en: "check a device's settings, kernel, state folder and gateway",
  },
  replay: {
    zh: '用账本重放录下的 /connections 数据，并打印计数',
    en: 'run a recorded /connections stream through the ledger and print its counters',
  },
  config: COMMON.config,
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
    zh: `内核  下行 ${download}，上行 ${upload}`,
    en: `kernel  download ${download}, upload ${upload}`,
  }),
  replayedCarry: (download: string, upload: string): Text => ({
    zh: `结转  下行 ${download}，上行 ${upload}`,
    en: `carry   download ${download}, upload ${upload}`,
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
  badFrame: (detail: string): Text => ({
    zh: `录制里的 /connections 消息无法记账：${detail}`,
    en: `a /connections message of the recording cannot be accounted: ${detail}`,
  }),
  badCatalog: (path: string, detail: string): Text => ({
    zh: `${path}：不是内核 /proxies 的应答（${detail}）`,
    en: `${path}: is not the kernel's /proxies answer (${detail})`,
  }),
  noFrames: (path: string): Text => ({ zh: `${path}：没有任何帧`, en: `${path}: holds no frames` }),
  badLog: (path: string): Text => ({
    zh: `${path}：应为 {"t", "type", "payload"} 的列表`,
    en: `${path}: expected a list of {"t", "type", "payload"}`,
  }),
  notJson: (path: string): Text => ({ zh: `${path}：不是 JSON`, en: `${path}: is not JSON` }),

  record: {
    zh: '录下内核的连接和日志，供 replay 核对；其中有访问的主机和地址',
    en: "record a kernel's connections and log for replay; they tell of hosts and addresses",
  },
  recordName: {
    zh: '写出 NAME.ndjson.gz、NAME.logs.json.gz 和 NAME.proxies.json',
    en: 'writes NAME.ndjson.gz, NAME.logs.json.gz and NAME.proxies.json',
  },
  recordFor: { zh: '录多久，毫秒，或如 60s、10m', en: 'how long: milliseconds, or such as 60s or 10m' },
  recordInterval: { zh: '帧的间隔，毫秒，或如 1s', en: 'between frames: milliseconds, or such as 1s' },
  recordDevice: { zh: '有多个内核时：设备的 DeviceID', en: 'where there are several kernels: the DeviceID' },
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
    en: `${frames} frames, ${logLines} log lines: ${paths}\nThey tell of the hosts that were visited and of addresses (not of the kernel's secret): show them to whom you trust. To check the accounting:`,
  }),

  unusableState: (path: string, code: string): Text => ({
    zh: `状态文件 ${path} 无法使用（${code}），请修改 [client] StateDir`,
    en: `the state ${path} cannot be used (${code}); mend [client] StateDir`,
  }),
  unwritableLog: (path: string, code: string): Text => ({
    zh: `日志 ${path} 无法写入（${code}），请腾出磁盘空间，或修改 [client] LocalLogFile`,
    en: `${path} cannot be written (${code}); free the disk or move [client] LocalLogFile`,
  }),
  foreignLog: (path: string): Text => ({
    zh: `${path} 或 ${path}.1 不是 FlowCollect 写的日志，因此不写日志文件；请移走它，或修改 [client] LocalLogFile`,
    en: `${path} or ${path}.1 is no log of FlowCollect, so no log file is written; move it away or change [client] LocalLogFile`,
  }),
  comma: { zh: '、', en: ', ' },
  settingsOf: (file: string, devices: string): Text => ({
    zh: `设置 ${file}，设备 ${devices}`,
    en: `settings ${file}, device ${devices}`,
  }),
  toMend: (faults: number): Text => ({ zh: `${faults} 处需要修复`, en: `${faults} to mend` }),
} as const satisfies Messages;

/** What is said of `[client]` and `[kernel.NAME]`. */
export const SETTINGS_TEXTS = {
  wholeNumber: { zh: '须为整数', en: 'must be a whole number' },
  logLevel: { zh: '须为 debug、info、warn 或 error', en: 'must be debug, info, warn or error' },
  kernelAddress: {
    zh: '须为地址，如 http://127.0.0.1:9090、https://…、unix:///run/mihomo.sock 或 \\\\.\\pipe\\mihomo',
    en: 'must be an address such as http://127.0.0.1:9090, https://…, unix:///run/mihomo.sock or \\\\.\\pipe\\mihomo',
  },
  fingerprint: {
    zh: '须为证书的 SHA-256 指纹：64 位十六进制数，可带冒号',
    en: 'must be the SHA-256 fingerprint of a certificate: 64 hexadecimal digits, colons allowed',
  },
  families: (known: string): Text => ({ zh: `只能列出 ${known}`, en: `must list only ${known}` }),
  nameOfSection: ({ zh, en }: Text): Text => ({
    zh: `作为节名${zh}，请为这一节写上 DeviceID`,
    en: `${en}; give the section a DeviceID`,
  }),
  sameAs: (section: string): Text => ({
    zh: `与 [${section}] 的相同；每个内核要有自己的`,
    en: `is that of [${section}] too; every kernel needs its own`,
  }),
  noCertificate: {
    zh: '不起作用：只有 https:// 的内核才有证书',
    en: 'has no effect: only an https:// kernel shows a certificate',
  },
  kernelSection: { zh: '已忽略：内核的节须写成 [kernel.NAME]', en: 'is ignored: a kernel has a section [kernel.NAME]' },
  notWatched: {
    zh: '不会被读取：有 [kernel.…] 时，[client] 写了 DeviceID 才读取它自己的内核',
    en: 'is not watched beside [kernel.…] sections unless [client] has a DeviceID',
  },
  tokenInTheClear: {
    zh: '会让 RemoteToken 以明文经过网络；请在网关前加 TLS，并写成 https://',
    en: 'sends RemoteToken unencrypted over the network; put TLS in front of the gateway and write https://',
  },
} as const satisfies Messages;
