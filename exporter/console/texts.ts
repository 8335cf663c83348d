import { type Language, type Messages, type Translated, translateAll } from '../../core/language.ts';
import { CLASS_NAMES } from '../../core/traffic.ts';

const CONSOLE = {
  classes: CLASS_NAMES,
  all: { zh: '合计', en: 'all' },
  /** Between the names of a list. */
  comma: { zh: '、', en: ', ' },
  kernel: { zh: '内核', en: 'kernel' },
  connecting: { zh: '连接中…', en: 'connecting…' },
  connections: { zh: '连接数', en: 'connections' },
  logsMissing: { zh: '收不到 /logs，短连接按经验归属', en: 'no /logs: short connections are attributed by experience' },
  columns: {
    upload: { zh: '上传', en: 'up' },
    download: { zh: '下载', en: 'down' },
    /** Of both directions. */
    rate: { zh: '速率', en: 'rate' },
    today: { zh: '今日', en: 'today' },
    total: { zh: '累计', en: 'total' },
    node: { zh: '节点', en: 'node' },
    device: { zh: '设备', en: 'device' },
  },
  /** Rows that are not shown one by one. */
  more: (count: number) => ({ zh: `另有 ${count} 个`, en: `+${count} more` }),
  settled: { zh: '结算占比', en: 'settled' },
  push: { zh: '推送', en: 'push' },
  notPushedYet: { zh: '尚未推送', en: 'not yet' },
  never: { zh: '从未成功', en: 'never accepted' },
  devices: (count: number) => ({ zh: `${count} 台设备`, en: `${count} devices` }),
  todaySince: (time: string) => ({ zh: `今日自 ${time} 起计`, en: `today counts from ${time}` }),
  tunRatio: (ratio: string) => ({
    zh: `TUN 字节数是内核的 ${ratio} 倍`,
    en: `TUN carries ${ratio} × the kernel's bytes`,
  }),
  beyondKernel: (bytes: string) => ({
    zh: `上联网卡比内核多 ${bytes}（绕过内核的流量与代理开销）`,
    en: `uplink ${bytes} beyond the kernel (what bypassed it, and overhead of proxies)`,
  }),
  accepted: (ago: string) => ({ zh: `成功，${ago}`, en: `accepted ${ago}` }),
  /** Of a push before those that fail. */
  lastAccepted: (ago: string) => ({ zh: `上次成功在 ${ago}`, en: `last accepted ${ago}` }),
  /** What else is to be said of a text. */
  aside: (text: string) => ({ zh: `（${text}）`, en: ` (${text})` }),
  ago: (seconds: number) => ({
    zh: inUnits(seconds, ['秒前', '分钟前', '小时前']),
    en: inUnits(seconds, ['s ago', 'min ago', 'h ago']),
  }),
} as const satisfies Messages;

/** What the console says, in one language. */
export type ConsoleMessages = Translated<typeof CONSOLE>;

export const consoleMessages = (language: Language): ConsoleMessages => translateAll(CONSOLE, language);

/** In seconds up to two minutes, in minutes up to two hours, then in hours. */
function inUnits(seconds: number, [second, minute, hour]: readonly [string, string, string]): string {
  if (seconds < 120) return `${seconds} ${second}`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} ${minute}` : `${Math.floor(minutes / 60)} ${hour}`;
}
