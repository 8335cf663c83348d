import { cutToWidth, padToWidth } from '../../core/display-width.ts';
import { formatBytes, formatRate } from '../../core/units.ts';
import { describeKernelProblem } from '../kernel/problem.ts';
import { describePushProblem } from '../push/problem.ts';
import type { DeviceView } from '../watch.ts';
import type { Row, Summary } from './summary.ts';
import { type ConsoleWords, consoleWords } from './words.ts';

type Language = 'zh' | 'en';

const TOP_NODES = 5;
const NAME_COLUMNS = 22;
const NUMBER_COLUMNS = 14;

/**
 * The live table.
 *
 * @param now epoch milliseconds
 */
export function renderTable(view: DeviceView, summary: Summary, language: Language, now: number): string[] {
  const words = consoleWords(language);
  const { columns } = words;
  const head = (first: string): string =>
    cells(first, [`${columns.upload}/s`, `${columns.download}/s`, columns.upload, columns.download]);
  const line = (name: string, { rate, total }: Row): string =>
    cells(name, [
      formatRate(rate.upload),
      formatRate(rate.download),
      formatBytes(total.upload),
      formatBytes(total.download),
    ]);
  return [
    `FlowCollect · ${view.deviceId} · ${kernelText(view, words, language)}`,
    head(''),
    ...summary.classes.map((row) => line(words.classes[row.name], row)),
    line(words.all, summary.all),
    head(columns.node),
    ...summary.nodes.slice(0, TOP_NODES).map((row) => line(row.name, row)),
    `${words.connections} ${view.counters.connections} · ${words.settled} ${(summary.settled * 100).toFixed(1)} %` +
      (view.link.kind === 'up' && !view.logsUp ? words.logsMissing : ''),
    `${words.push}: ${pushText(view, words, language, now)}`,
  ];
}

/** The same in one line, for logs and pipes. */
export function renderLine(view: DeviceView, summary: Summary, language: Language, now: number): string {
  const words = consoleWords(language);
  const { rate, total } = summary.all;
  const both = (row: Row): string => formatBytes(row.total.upload + row.total.download);
  return [
    view.deviceId,
    `${words.columns.upload} ${formatRate(rate.upload)} ${words.columns.download} ${formatRate(rate.download)}`,
    ...summary.classes.map((row) => `${words.classes[row.name]} ${both(row)}`),
    `${words.all} ${formatBytes(total.upload + total.download)}`,
    kernelText(view, words, language),
    `${words.push}: ${pushText(view, words, language, now)}`,
  ].join(' · ');
}

function cells(name: string, numbers: readonly string[]): string {
  const first = padToWidth(cutToWidth(name, NAME_COLUMNS), NAME_COLUMNS);
  return first + numbers.map((each) => padToWidth(each, NUMBER_COLUMNS, 'start')).join('');
}

function kernelText({ link, kernelAddress }: DeviceView, words: ConsoleWords, language: Language): string {
  switch (link.kind) {
    case 'connecting':
      return `${words.kernel} ${words.connecting}`;
    case 'up':
      return `${words.kernel} ${link.version} (${link.via === 'websocket' ? 'WebSocket' : 'GET'})`;
    case 'down':
      return describeKernelProblem(link.problem, kernelAddress, language);
  }
}

function pushText({ push, gateway }: DeviceView, words: ConsoleWords, language: Language, now: number): string {
  const ago = (at: number): string => words.ago(Math.max(0, Math.round((now - at) / 1000)));
  switch (push.kind) {
    case 'waiting':
      return words.notPushedYet;
    case 'accepted':
      return words.accepted(ago(push.at));
    case 'failing': {
      const last = push.lastAccepted === undefined ? words.never : words.accepted(ago(push.lastAccepted));
      return `${describePushProblem(push.problem, gateway, language)}（${last}）`;
    }
  }
}
