import { type DynamicConfigValue, MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Say } from '../language.ts';
import { BAD, NEUTRAL, PLAIN, WATCH } from '../palette.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { table } from '../panels/tables.ts';
import { select } from '../promql/select.ts';

/** How a surplus was answered, in words that say what to do. */
function answerWords(say: Say): DynamicConfigValue[] {
  const answers = {
    no: { text: say('待回答', 'Asks for an answer'), color: WATCH, index: 0 },
    known: { text: say('已知', 'Known'), color: NEUTRAL, index: 1 },
    leak: { text: say('泄露：重置订阅', 'Leak: renew the subscription'), color: BAD, index: 2 },
  };
  return [
    { id: 'mappings', value: [{ type: MappingType.ValueToText, options: answers }] },
    { id: 'custom.displayMode', value: 'color-text' },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ];
}

/** What airports bill day by day above what is explained, and whether somebody said what it is. */
export function surplusPane(say: Say, width: number, height: number): Pane {
  const answer = say('说明', 'Answer');
  const daily = say('每天多出', 'A day');
  return table({
    title: say('每天多出的部分', 'Steady surplus'),
    description: say(
      '机场每天比倍率、设置和设备所能解释的多计多少；可能的原因见日报。确认后回答一次：flowcollect audit amend known 机场 --per-day 大小，或 flowcollect audit amend leak 机场。',
      'What an airport bills day by day above what names, settings and devices explain; the report tells what it can be. Answer once: flowcollect audit amend known AIRPORT --per-day SIZE, or flowcollect audit amend leak AIRPORT.',
    ),
    size: [width, height],
    keys: [
      { label: 'airport', name: say('机场', 'Airport') },
      { label: 'answered', name: answer, properties: answerWords(say) },
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
    noValue: say('没有', 'None'),
  });
}

/** What bills tell of the multipliers of nodes. */
export function multipliersPane(say: Say, width: number, height: number): Pane {
  const low = say('下限', 'Low');
  const bound = (which: 'low' | 'high'): string =>
    `max by (user, airport, node) (${select('flowcollect_audit_multiplier', `bound="${which}"`)})`;
  return table({
    title: say('从账单学到的倍率', 'Learned multipliers'),
    description: say(
      '名称和设置没有说明的节点倍率，由已结束的窗口的账单算出，十次有九次在上下限之间；最多 50 个节点。',
      'The multipliers that names and settings leave open, as the bills of closed windows show them, between these bounds nine times of ten; of at most 50 nodes.',
    ),
    size: [width, height],
    keys: [
      { label: 'airport', name: say('机场', 'Airport') },
      { label: 'node', name: say('节点', 'Node') },
    ],
    columns: [
      { name: low, expr: bound('low'), unit: 'suffix:×', decimals: 2 },
      { name: say('上限', 'High'), expr: bound('high'), unit: 'suffix:×', decimals: 2 },
    ],
    sortBy: low,
    coloring: steps(PLAIN),
    noValue: say('还没有', 'None yet'),
  });
}
