import type { Translate } from '../../core/language.ts';
import { GOOD, WATCH } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { lines } from '../panels/graphs.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { now, trace } from '../panels/target.ts';
import { BY_DEVICE, perSecond } from '../promql/sums.ts';

export function refusedPane(translate: Translate, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '被拒的推送', en: 'Pushes refused' }),
    description: translate({
      zh: '网关每秒拒绝的推送，按原因。应为空。',
      en: 'Pushes that the gateway refused each second, by reason. It should be empty.',
    }),
    unit: 'reqps',
    decimals: 2,
    size: [width, height],
    targets: [
      now(`sum by (reason) (${perSecond('flowcollect_gateway_pushes_total', 'result!="accepted"')}) > 0`, '{{reason}}'),
    ],
    coloring: steps(GOOD, [0.001, WATCH]),
    noValue: translate({ zh: '没有', en: 'None' }),
    names: true,
  });
}

export function pushesPane(translate: Translate, width: number, height: number): Pane {
  return lines({
    title: translate({ zh: '推送', en: 'Pushes' }),
    description: translate({
      zh: '设备每秒的推送，按结果；以及网关接受的。',
      en: 'Pushes a second by result as devices saw them, and by result at the gateway.',
    }),
    unit: 'reqps',
    min: 0,
    size: [width, height],
    targets: [
      trace(
        `sum by (result) (${perSecond('flowcollect_exporter_pushes_total')})`,
        translate({ zh: '设备 {{result}}', en: 'devices {{result}}' }),
      ),
      trace(
        `sum by (result) (${perSecond('flowcollect_gateway_pushes_total')})`,
        translate({ zh: '网关 {{result}}', en: 'gateway {{result}}' }),
      ),
    ],
    coloring: 'by series',
    legendCalcs: ['lastNotNull', 'max'],
  });
}

export function framesPane(translate: Translate, width: number, height: number): Pane {
  const seconds = 'flowcollect_exporter_frame_seconds';
  return lines({
    title: translate({ zh: '帧处理时间', en: 'Time to account a frame' }),
    description: translate({ zh: '每帧记账的平均耗时，按设备。', en: 'Mean time to account one frame, by device.' }),
    unit: 's',
    min: 0,
    size: [width, height],
    targets: [
      trace(
        `sum ${BY_DEVICE} (${perSecond(`${seconds}_sum`)}) / sum ${BY_DEVICE} (${perSecond(`${seconds}_count`)})`,
        '{{instance}}',
      ),
    ],
    coloring: 'by series',
    legendCalcs: ['mean', 'max'],
  });
}

export function unobservedPane(translate: Translate, width: number, height: number): Pane {
  return lines({
    title: translate({ zh: '未观察的时间', en: 'Time not observed' }),
    description: translate({
      zh: '每秒中有多少秒帧间隔超过轮询周期的两倍。字节不丢，但归属更多靠推断。',
      en: 'Seconds a second in which frames were further apart than twice the poll interval. No byte is lost, but more of them are attributed by inference.',
    }),
    unit: 'percentunit',
    min: 0,
    size: [width, height],
    targets: [
      trace(`sum ${BY_DEVICE} (${perSecond('flowcollect_exporter_unobserved_seconds_total')})`, '{{instance}}'),
    ],
    coloring: 'by series',
    legendCalcs: ['mean', 'max'],
  });
}
