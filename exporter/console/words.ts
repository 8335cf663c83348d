import type { TrafficClass } from '../../core/traffic.ts';

/** The words of the console in one language. */
export interface ConsoleWords {
  readonly classes: Readonly<Record<TrafficClass, string>>;
  readonly all: string;
  /** Between the names of a list. */
  readonly comma: string;
  readonly kernel: string;
  readonly connecting: string;
  readonly connections: string;
  readonly logsMissing: string;
  readonly columns: {
    readonly upload: string;
    readonly download: string;
    /** Of both directions. */
    readonly rate: string;
    readonly today: string;
    readonly total: string;
    readonly node: string;
    readonly device: string;
  };
  readonly settled: string;
  readonly push: string;
  readonly notPushedYet: string;
  readonly never: string;
  devices(count: number): string;
  todaySince(time: string): string;
  tunRatio(ratio: string): string;
  beyondKernel(bytes: string): string;
  accepted(ago: string): string;
  /** Of a push before those that fail. */
  lastAccepted(ago: string): string;
  /** What else is to be said of a text. */
  aside(text: string): string;
  ago(seconds: number): string;
}

const zh: ConsoleWords = {
  classes: { proxy: '代理', direct: '直连', local: '本地', reject: '拒绝', unattributed: '未归属' },
  all: '合计',
  comma: '、',
  kernel: '内核',
  connecting: '连接中…',
  connections: '连接数',
  logsMissing: '收不到 /logs，短连接按经验归属',
  columns: {
    upload: '上行',
    download: '下行',
    rate: '速率',
    today: '今日',
    total: '累计',
    node: '节点',
    device: '设备',
  },
  settled: '结算占比',
  push: '上报',
  notPushedYet: '尚未上报',
  never: '从未成功',
  devices: (count) => `${count} 台设备`,
  todaySince: (time) => `今日自 ${time} 起计`,
  tunRatio: (ratio) => `TUN 字节数是内核的 ${ratio} 倍`,
  beyondKernel: (bytes) => `上联网卡比内核多 ${bytes}（绕过内核的流量与代理开销）`,
  accepted: (ago) => `成功，${ago}`,
  lastAccepted: (ago) => `上次成功在 ${ago}`,
  aside: (text) => `（${text}）`,
  ago: (seconds) => inUnits(seconds, ['秒前', '分钟前', '小时前']),
};

const en: ConsoleWords = {
  classes: { proxy: 'proxy', direct: 'direct', local: 'local', reject: 'reject', unattributed: 'unattributed' },
  all: 'all',
  comma: ', ',
  kernel: 'kernel',
  connecting: 'connecting…',
  connections: 'connections',
  logsMissing: 'no /logs: short connections are attributed by experience',
  columns: {
    upload: 'up',
    download: 'down',
    rate: 'rate',
    today: 'today',
    total: 'total',
    node: 'node',
    device: 'device',
  },
  settled: 'settled',
  push: 'push',
  notPushedYet: 'not yet',
  never: 'never accepted',
  devices: (count) => `${count} devices`,
  todaySince: (time) => `today counts from ${time}`,
  tunRatio: (ratio) => `TUN carries ${ratio} × the kernel's bytes`,
  beyondKernel: (bytes) => `uplink ${bytes} beyond the kernel (what bypassed it, and overhead of proxies)`,
  accepted: (ago) => `accepted ${ago}`,
  lastAccepted: (ago) => `last accepted ${ago}`,
  aside: (text) => ` (${text})`,
  ago: (seconds) => inUnits(seconds, ['s ago', 'min ago', 'h ago']),
};

export const consoleWords = (language: 'zh' | 'en'): ConsoleWords => (language === 'zh' ? zh : en);

/** In seconds up to two minutes, in minutes up to two hours, then in hours. */
function inUnits(seconds: number, [second, minute, hour]: readonly [string, string, string]): string {
  if (seconds < 120) return `${seconds} ${second}`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} ${minute}` : `${Math.floor(minutes / 60)} ${hour}`;
}
