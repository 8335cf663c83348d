import { type PanelDefinition, words } from '../builders/panel.ts';
import { bytesColumn, type RowKey, stateCells, table } from '../builders/tables.ts';
import { dashboardLink } from '../links.ts';
import { BAD, QUIET, WATCH } from '../palette.ts';
import { select } from '../promql/select.ts';
import { AIRPORT_NODE, airportNode } from './quota.ts';

/** How a surplus was answered. */
const ANSWERS = [
  ['no', { zh: '待回答', en: 'Asks' }, WATCH],
  ['known', { zh: '已知', en: 'Known' }, QUIET],
  ['leak', { zh: '泄露', en: 'Leak' }, BAD],
] as const;

/** What to do about each of them. */
const ADVICE = [
  [
    'no',
    {
      zh: '查明后回答：flowcollect audit amend known 机场 --per-day 大小；是泄露：flowcollect audit amend leak 机场',
      en: 'Once you know: flowcollect audit amend known AIRPORT --per-day SIZE; a leak: flowcollect audit amend leak AIRPORT',
    },
    WATCH,
  ],
  ['known', { zh: '已知，不用做什么', en: 'Known: nothing to do' }, QUIET],
  [
    'leak',
    {
      zh: '泄露：到机场重置订阅链接',
      en: 'A leak: reset the link of the subscription at the airport',
    },
    BAD,
  ],
] as const;

const ANSWERED = `max by (user, airport, answered) (${select('flowcollect_audit_surplus_bytes')})`;

/** What airports bill day by day above what is explained, and whether somebody said what it is. */
function surplus(answer: RowKey, expr: string): PanelDefinition {
  const daily = { zh: '每天多出', en: 'A day' };
  return table({
    title: { zh: '每天多出的部分', en: 'Steady surplus' },
    description: {
      zh: '机场每天比倍率、设置和设备所能解释的多计多少；可能的原因见日报。',
      en: 'What an airport bills day by day above what names, settings and devices explain; the report tells what it can be.',
    },
    keys: [{ label: 'airport', name: { zh: '机场', en: 'Airport' } }, answer],
    columns: [bytesColumn(daily, expr)],
    sortBy: daily,
    noValue: { zh: '没有', en: 'None' },
  });
}

/** In short: what to do is a click away. */
export const surplusPanel = surplus(
  {
    label: 'answered',
    name: { zh: '说明', en: 'Answer' },
    width: 80,
    link: { title: { zh: '怎么办', en: 'What to do' }, url: dashboardLink('audit') },
    properties: stateCells(words(ANSWERS), false),
  },
  ANSWERED,
);

/**
 * Grafana takes the height of a row from what a cell holds, not from the words for it: the label holds the advice, in
 * English, for which a dashboard in Chinese has other words of about the same length.
 */
const ADVISED = ADVICE.reduce(
  (expr, [answer, { en }]) => `label_replace(${expr}, "answered", "${en}", "answered", "${answer}")`,
  ANSWERED,
);

export const surplusAdvicePanel = surplus(
  {
    label: 'answered',
    name: { zh: '怎么办', en: 'What to do' },
    // In more lines on a phone, where it stands beside the airport.
    width: 200,
    grows: true,
    properties: stateCells(words(ADVICE.map(([, text, color]) => [text.en, text, color])), false),
  },
  ADVISED,
);

const low = { zh: '下限', en: 'Low' };
const bound = (which: 'low' | 'high'): string =>
  airportNode(`max by (user, airport, node) (${select('flowcollect_audit_multiplier', `bound="${which}"`)})`);

/** What bills show of the multipliers of nodes. */
export const multipliersPanel = table({
  title: { zh: '从账单学到的倍率', en: 'Learned multipliers' },
  description: {
    zh: '名称和设置没有说明的节点倍率，由已结束的窗口的账单算出，十次有九次在上下限之间；最多 50 个节点。',
    en: 'The multipliers that names and settings leave open, as the bills of closed windows show them, between these bounds nine times of ten; of at most 50 nodes.',
  },
  keys: [AIRPORT_NODE],
  columns: [
    { name: low, expr: bound('low'), unit: 'suffix:×', decimals: 2, width: 70 },
    { name: { zh: '上限', en: 'High' }, expr: bound('high'), unit: 'suffix:×', decimals: 2, width: 64 },
  ],
  sortBy: low,
  noValue: { zh: '还没有', en: 'None yet' },
});
