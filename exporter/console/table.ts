import { translate } from '../../core/language.ts';
import { formatLocalTime } from '../../core/local-day.ts';
import { formatBytes, formatRate, withoutControls, wrapToWidth } from '../../core/units.ts';
import { codesInWords } from '../../runtime/code-words.ts';
import { describeKernelProblem } from '../kernel/problem.ts';
import { describePushProblem } from '../push/problem.ts';
import { columnsFor } from './columns.ts';
import { addRows, both, type DeviceView, mergeSummaries, type Summary, type SummaryRow } from './summary.ts';
import { type ConsoleMessages, consoleMessages } from './texts.ts';

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

/** Of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The live table: one device with its classes and nodes, or several with a row each and what they have in common. As many
 * devices and nodes are shown as fit, the rest as one row; what is wrong is shown whatever the height.
 */
export function renderTable(devices: readonly ShownDevice[], showing: Showing, { columns, rows }: Size): string[] {
  const words = consoleMessages(showing.language);
  const [only] = devices;
  const several = devices.length > 1;
  const summary = several || only === undefined ? mergeSummaries(devices.map((each) => each.summary)) : only.summary;
  const title = several || only === undefined ? words.devices(devices.length) : deviceTitle(only.view, showing, words);
  const ofDevices = several ? devices.map(({ view, summary: { all } }) => ({ ...all, name: markedName(view) })) : [];
  const classes = [
    ...summary.classes.map((row) => ({ ...row, name: words.classes[row.name] })),
    { ...summary.all, name: words.all },
  ];
  const names = [...ofDevices, ...classes, ...summary.nodes].map(({ name }) => name);
  const { head, line } = columnsFor(columns, names, words.columns);
  const lines = (shown: readonly SummaryRow[]): string[] => shown.map((row) => line(row.name, row));

  const top = wrapToWidth(`FlowCollect · ${title}`, columns - 1);
  const connections = devices.reduce((sum, { view }) => sum + view.counters.connections, 0);
  const settled = (100 * summary.settled) / Math.max(1, both(summary.all.total));
  const below = [
    `${words.connections} ${connections} · ${words.settled} ${settled.toFixed(1)} %`,
    ...remarksOf(devices, showing, words).flatMap((remark) => wrapToWidth(remark, columns - 1)),
    ...wrapToWidth(`${words.push}: ${pushesText(devices, showing, words)}`, columns - 1),
  ];
  // The last row of a terminal stays free: the cursor is there.
  const room = Math.max(0, rows - 1 - top.length - below.length);
  const left = room - classes.length - 2;
  const shownDevices = fitting(ofDevices, left - 1, words);
  const shownNodes = fitting(summary.nodes, left - (several ? shownDevices.length + 1 : 0), words);
  const table = [
    ...(shownDevices.length > 0 ? [head(words.columns.device), ...lines(shownDevices)] : []),
    head(''),
    ...lines(classes),
    ...(shownNodes.length > 0 ? [head(words.columns.node), ...lines(shownNodes)] : []),
  ];
  return [...top, ...table.slice(0, room), ...below].map(withoutControls);
}

/** The first rows of a list that is longer than there is room, and the others as one. */
function fitting(rows: readonly SummaryRow[], room: number, words: ConsoleMessages): readonly SummaryRow[] {
  if (rows.length <= room) return rows;
  const shown = rows.slice(0, Math.max(0, room - 1));
  const others = rows.slice(shown.length);
  return room < 1 ? [] : [...shown, addRows(words.more(others.length), others)];
}

/** A device in one line, for logs and pipes. */
export function renderLine({ view, summary }: ShownDevice, showing: Showing): string {
  const words = consoleMessages(showing.language);
  const { rate, today, total } = summary.all;
  const bytes = (row: SummaryRow): string => formatBytes(both(row.total));
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
      return codesInWords(translate(describeKernelProblem(link.problem, kernelAddress), language), language);
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
      return `${codesInWords(translate(describePushProblem(push.problem, gateway), showing.language), showing.language)}${words.aside(last)}`;
    }
  }
}

function agoText(at: number, { language, now }: Showing): string {
  return consoleMessages(language).ago(Math.max(0, Math.round((now - at) / 1000)));
}
