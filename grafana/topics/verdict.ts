import { MappingType, type ValueMap } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Translate } from '../../core/language.ts';
import { BAD, GOOD, NEUTRAL, WATCH } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { now } from '../panels/target.ts';
import { select } from '../promql/select.ts';

/** The auditor's verdicts, the more urgent the higher; a panel turns the number back into words. */
const RANKED = ['ok', 'underbilled', 'unknown', 'incomplete', 'drift', 'leak'] as const;

/** One number an airport: the place of its verdict in the ranking, from 1. */
export function verdictRank(): string {
  const each = RANKED.map(
    (verdict, index) => `${select('flowcollect_audit_verdict', `verdict="${verdict}"`)} * ${index + 1}`,
  );
  return `sum by (user, airport) (${each.join(' or ')})`;
}

export function verdictWords(translate: Translate): ValueMap {
  const words: Readonly<Record<(typeof RANKED)[number], readonly [string, string]>> = {
    ok: [translate({ zh: '正常：账单与设备一致', en: 'OK: bill and devices agree' }), GOOD],
    underbilled: [translate({ zh: '少计：机场扣得比用的少', en: 'Underbilled: the bill is below use' }), NEUTRAL],
    unknown: [translate({ zh: '未知：没有机场读数', en: 'Unknown: no reading of the airport' }), NEUTRAL],
    incomplete: [translate({ zh: '待定：有设备未上报', en: 'Incomplete: a device is silent' }), WATCH],
    drift: [
      translate({ zh: '偏差：扣的变多了，查倍率', en: 'Drift: bills more than before, check multipliers' }),
      WATCH,
    ],
    leak: [translate({ zh: '疑似泄露：立即重置订阅', en: 'Suspected leak: renew the subscription' }), BAD],
  };
  return {
    type: MappingType.ValueToText,
    options: {
      // Every verdict is 0 until the first window is closed.
      '0': { text: translate({ zh: '明天见分晓', en: 'Tomorrow' }), color: NEUTRAL, index: RANKED.length },
      ...Object.fromEntries(
        RANKED.map((verdict, index) => [
          String(index + 1),
          { text: words[verdict][0], color: words[verdict][1], index },
        ]),
      ),
    },
  };
}

/** Am I safe? One field an airport, in words and from afar in colour. */
export function verdictPane(translate: Translate, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '审计结论', en: 'Verdict' }),
    description: translate({
      zh: '上一个审计窗口里，机场扣的流量与各设备按倍率应扣的流量相比。首日没有结论，明天的日报之后可见。',
      en: 'What the airport billed in the last audit window, against what the devices should cost by the multipliers. The first day has no verdict yet; it comes with the report of tomorrow.',
    }),
    unit: 'none',
    size: [width, height],
    targets: [now(`sort_desc(${verdictRank()})`, '{{airport}}')],
    coloring: steps(NEUTRAL),
    mappings: [verdictWords(translate)],
    noValue: translate({ zh: '明天见分晓', en: 'Tomorrow' }),
    background: true,
    names: true,
  });
}
