import { type Language, type Messages, type Translated, translate, translateAll } from '../../core/language.ts';
import { formatLocalTime } from '../../core/local-day.ts';
import { CLASS_NAMES } from '../../core/traffic.ts';
import { cutToWidth, formatBytes, formatRate, padToWidth, withoutControls, wrapToWidth } from '../../core/units.ts';
import { describeKernelProblem } from '../kernel/problem.ts';
import { describePushProblem } from '../push/problem.ts';
import { both, type DeviceView, mergeSummaries, type Row, type Summary } from './summary.ts';

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

/** How rows become lines of one width. */
export interface Columns {
  head(first: string): string;
  line(name: string, row: Row): string;
}

interface Column {
  title(words: ConsoleMessages['columns']): string;
  text(row: Row): string;
}

const MOST_NAME_COLUMNS = 22;
/** A narrower name says too little: fewer numbers are shown next to it then. */
const LEAST_NAME_COLUMNS = 10;
const NUMBER_COLUMNS = 14;

const RATES: readonly Column[] = [
  { title: ({ upload }) => `${upload}/s`, text: ({ rate }) => formatRate(rate.upload) },
  { title: ({ download }) => `${download}/s`, text: ({ rate }) => formatRate(rate.download) },
];
const RATE: Column = { title: ({ rate }) => rate, text: ({ rate }) => formatRate(both(rate)) };
const TODAY: Column = { title: ({ today }) => today, text: ({ today }) => formatBytes(both(today)) };
const TOTAL: Column = { title: ({ total }) => total, text: ({ total }) => formatBytes(both(total)) };
const DIRECTIONS: readonly Column[] = [
  ...RATES,
  { title: ({ today, upload }) => `${today} ${upload}`, text: ({ today }) => formatBytes(today.upload) },
  { title: ({ today, download }) => `${today} ${download}`, text: ({ today }) => formatBytes(today.download) },
  { title: ({ total, upload }) => `${total} ${upload}`, text: ({ total }) => formatBytes(total.upload) },
  { title: ({ total, download }) => `${total} ${download}`, text: ({ total }) => formatBytes(total.download) },
];
/** From the widest terminal to the narrowest, on which what moved today counts for most. */
const LAYOUTS: readonly { readonly columns: readonly Column[]; readonly name: number }[] = [
  { columns: DIRECTIONS, name: MOST_NAME_COLUMNS },
  { columns: [...RATES, TODAY, TOTAL], name: LEAST_NAME_COLUMNS },
  { columns: [RATE, TODAY, TOTAL], name: LEAST_NAME_COLUMNS },
  { columns: [TODAY, TOTAL], name: LEAST_NAME_COLUMNS },
];
const NARROWEST: readonly Column[] = [TODAY];

/** @param width of the terminal; the wider it is, the more is told apart */
export function columnsFor(width: number, words: ConsoleMessages): Columns {
  const fits = LAYOUTS.find(({ columns, name }) => name + columns.length * NUMBER_COLUMNS < width);
  const columns = fits?.columns ?? NARROWEST;
  const nameColumns = Math.min(MOST_NAME_COLUMNS, Math.max(1, width - 1 - columns.length * NUMBER_COLUMNS));
  const cells = (name: string, numbers: readonly string[]): string =>
    padToWidth(cutToWidth(name, nameColumns), nameColumns) +
    numbers.map((each) => padToWidth(each, NUMBER_COLUMNS, 'start')).join('');
  return {
    head: (first) =>
      cells(
        first,
        columns.map(({ title }) => title(words.columns)),
      ),
    line: (name, row) =>
      cells(
        name,
        columns.map(({ text }) => text(row)),
      ),
  };
}

/** A device as it is shown. */
export interface ShownDevice {
  readonly view: DeviceView;
  readonly summary: Summary;
}

/** How and when it is shown. */
export interface Showing {
  readonly language: 'zh' | 'en';
  /** Of the reader's clock. */
  readonly zone: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

const TOP_NODES = 5;

/**
 * The live table: one device with its classes and nodes, or several with a row each and what they have in common.
 *
 * @param width of the terminal
 */
export function renderTable(devices: readonly ShownDevice[], showing: Showing, width: number): string[] {
  const words = consoleMessages(showing.language);
  const { head, line } = columnsFor(width, words);
  const [only] = devices;
  const several = devices.length > 1;
  const summary = several || only === undefined ? mergeSummaries(devices.map((each) => each.summary)) : only.summary;
  const title = several || only === undefined ? words.devices(devices.length) : deviceTitle(only.view, showing, words);
  const connections = devices.reduce((sum, { view }) => sum + view.counters.connections, 0);
  const settled = (100 * summary.settled) / Math.max(1, both(summary.all.total));
  return [
    ...wrapToWidth(`FlowCollect · ${title}`, width - 1),
    ...(several
      ? [head(words.columns.device), ...devices.map(({ view, summary: { all } }) => line(markedName(view), all))]
      : []),
    head(''),
    ...summary.classes.map((row) => line(words.classes[row.name], row)),
    line(words.all, summary.all),
    head(words.columns.node),
    ...summary.nodes.slice(0, TOP_NODES).map((row) => line(row.name, row)),
    `${words.connections} ${connections} · ${words.settled} ${settled.toFixed(1)} %`,
    ...remarksOf(devices, showing, words).flatMap((remark) => wrapToWidth(remark, width - 1)),
    ...wrapToWidth(`${words.push}: ${pushesText(devices, showing, words)}`, width - 1),
  ].map(withoutControls);
}

/** A device in one line, for logs and pipes. */
export function renderLine({ view, summary }: ShownDevice, showing: Showing): string {
  const words = consoleMessages(showing.language);
  const { rate, today, total } = summary.all;
  const bytes = (row: Row): string => formatBytes(both(row.total));
  const parts = [
    view.deviceId,
    `${words.columns.upload} ${formatRate(rate.upload)} ${words.columns.download} ${formatRate(rate.download)}`,
    ...summary.classes.map((row) => `${words.classes[row.name]} ${bytes(row)}`),
    `${words.all} ${formatBytes(both(total))}`,
    `${words.columns.today} ${formatBytes(both(today))}`,
    kernelText(view, showing, words),
    `${words.push}: ${pushText(view, showing, words)}`,
  ];
  return withoutControls(parts.join(' · '));
}

const deviceTitle = (view: DeviceView, showing: Showing, words: ConsoleMessages): string =>
  `${view.deviceId} · ${kernelText(view, showing, words)}`;

/** What is well needs no words; what is not is told below. */
function markedName({ deviceId, link, push }: DeviceView): string {
  if (link.kind === 'down' || push.kind === 'failing') return `✗ ${deviceId}`;
  return `${link.kind === 'up' ? '✓' : '…'} ${deviceId}`;
}

/** What is true of several devices alike is shown once, with their names. */
function remarksOf(devices: readonly ShownDevice[], showing: Showing, words: ConsoleMessages): string[] {
  const several = devices.length > 1;
  const names = new Map<string, string[]>();
  for (const { view } of devices) {
    for (const remark of remarks(view, showing, words, several)) {
      names.set(remark, [...(names.get(remark) ?? []), view.deviceId]);
    }
  }
  return [...names].map(([remark, of]) => (several ? `${of.join(words.comma)}: ${remark}` : remark));
}

function remarks(view: DeviceView, showing: Showing, words: ConsoleMessages, several: boolean): string[] {
  const { link, push, logsUp, today } = view;
  return [
    ...(several ? [] : interfaceRemarks(view, words)),
    ...(several && link.kind === 'down' ? [kernelText(view, showing, words)] : []),
    ...(link.kind === 'up' && !logsUp ? [words.logsMissing] : []),
    ...(today.whole ? [] : [words.todaySince(formatLocalTime(today.since, showing.zone))]),
    ...(several && push.kind === 'failing' ? [pushText(view, showing, words)] : []),
  ];
}

/** The second witness: since the exporter started, next to what the kernel moved meanwhile. */
function interfaceRemarks({ interfaces: { tunRatio, beyondKernel } }: DeviceView, words: ConsoleMessages): string[] {
  const parts = [
    ...(tunRatio === undefined ? [] : [words.tunRatio(tunRatio.toFixed(2))]),
    ...(beyondKernel === undefined ? [] : [words.beyondKernel(formatBytes(beyondKernel))]),
  ];
  return parts.length === 0 ? [] : [parts.join(' · ')];
}

function kernelText({ link, kernelAddress }: DeviceView, { language }: Showing, words: ConsoleMessages): string {
  switch (link.kind) {
    case 'connecting':
      return `${words.kernel} ${words.connecting}`;
    case 'up':
      return `${words.kernel} ${link.version} (${link.via === 'websocket' ? 'WebSocket' : 'GET'})`;
    case 'down':
      return translate(describeKernelProblem(link.problem, kernelAddress), language);
  }
}

function pushesText(devices: readonly ShownDevice[], showing: Showing, words: ConsoleMessages): string {
  const [only] = devices;
  if (devices.length === 1 && only !== undefined) return pushText(only.view, showing, words);
  const accepted = devices.flatMap(({ view: { push } }) => (push.kind === 'accepted' ? [push.at] : []));
  const oldest = accepted.length === 0 ? words.notPushedYet : words.accepted(agoText(Math.min(...accepted), showing));
  return `${accepted.length}/${devices.length} · ${oldest}`;
}

function pushText({ push, gateway }: DeviceView, showing: Showing, words: ConsoleMessages): string {
  switch (push.kind) {
    case 'waiting':
      return words.notPushedYet;
    case 'accepted':
      return words.accepted(agoText(push.at, showing));
    case 'failing': {
      const { lastAccepted } = push;
      const last = lastAccepted === undefined ? words.never : words.lastAccepted(agoText(lastAccepted, showing));
      return `${translate(describePushProblem(push.problem, gateway), showing.language)}${words.aside(last)}`;
    }
  }
}

function agoText(at: number, { language, now }: Showing): string {
  return consoleMessages(language).ago(Math.max(0, Math.round((now - at) / 1000)));
}
