import { type DynamicConfigValue, MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Translate } from '../../core/language.ts';
import { BAD, NEUTRAL, PLAIN, WATCH } from '../palette.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { table } from '../panels/tables.ts';
import { select } from '../promql/select.ts';

/** How a surplus was answered, in words that say what to do. */
function answerWords(translate: Translate): DynamicConfigValue[] {
  const answers = {
    no: { text: translate({ zh: '待回答', en: 'Asks for an answer' }), color: WATCH, index: 0 },
    known: { text: translate({ zh: '已知', en: 'Known' }), color: NEUTRAL, index: 1 },
    leak: { text: translate({ zh: '泄露：重置订阅', en: 'Leak: renew the subscription' }), color: BAD, index: 2 },
  };
  return [
    { id: 'mappings', value: [{ type: MappingType.ValueToText, options: answers }] },
    { id: 'custom.displayMode', value: 'color-text' },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ];
}

/** What airports bill day by day above what is explained, and whether somebody said what it is. */
export function surplusPane(translate: Translate, width: number, height: number): Pane {
  const answer = translate({ zh: '说明', en: 'Answer' });
  const daily = translate({ zh: '每天多出', en: 'A day' });
  return table({
    title: translate({ zh: '每天多出的部分', en: 'Steady surplus' }),
    description: translate({
      zh: '机场每天比倍率、设置和设备所能解释的多计多少；可能的原因见日报。确认后回答一次：flowcollect audit amend known 机场 --per-day 大小，或 flowcollect audit amend leak 机场。',
      en: 'What an airport bills day by day above what names, settings and devices explain; the report tells what it can be. Answer once: flowcollect audit amend known AIRPORT --per-day SIZE, or flowcollect audit amend leak AIRPORT.',
    }),
    size: [width, height],
    keys: [
      { label: 'airport', name: translate({ zh: '机场', en: 'Airport' }) },
      { label: 'answered', name: answer, properties: answerWords(translate) },
    ],
    columns: [
      {
        name: daily,
        expr: `max by (user, airport, answered) (${select('flowcollect_audit_surplus_bytes')})`,
        unit: 'bytes',
        decimals: 0,
      },
    ],
    sortBy: daily,
    coloring: steps(PLAIN),
    noValue: translate({ zh: '没有', en: 'None' }),
  });
}

/** What bills tell of the multipliers of nodes. */
export function multipliersPane(translate: Translate, width: number, height: number): Pane {
  const low = translate({ zh: '下限', en: 'Low' });
  const bound = (which: 'low' | 'high'): string =>
    `max by (user, airport, node) (${select('flowcollect_audit_multiplier', `bound="${which}"`)})`;
  return table({
    title: translate({ zh: '从账单学到的倍率', en: 'Learned multipliers' }),
    description: translate({
      zh: '名称和设置没有说明的节点倍率，由已结束的窗口的账单算出，十次有九次在上下限之间；最多 50 个节点。',
      en: 'The multipliers that names and settings leave open, as the bills of closed windows show them, between these bounds nine times of ten; of at most 50 nodes.',
    }),
    size: [width, height],
    keys: [
      { label: 'airport', name: translate({ zh: '机场', en: 'Airport' }) },
      { label: 'node', name: translate({ zh: '节点', en: 'Node' }) },
    ],
    columns: [
      { name: low, expr: bound('low'), unit: 'suffix:×', decimals: 2 },
      { name: translate({ zh: '上限', en: 'High' }), expr: bound('high'), unit: 'suffix:×', decimals: 2 },
    ],
    sortBy: low,
    coloring: steps(PLAIN),
    noValue: translate({ zh: '还没有', en: 'None yet' }),
  });
}
