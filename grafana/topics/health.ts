import type { Translate } from '../../core/language.ts';
import { CARRY_BYTES, KERNEL_BYTES, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { now } from '../panels/target.ts';
import { select } from '../promql/select.ts';
import { BY_DEVICE, fresh, overRange, pushAge, SILENT_AFTER_SECONDS } from '../promql/sums.ts';

export function onlinePane(translate: Translate, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '在线 / 全部设备', en: 'Devices there / all' }),
    description: translate({
      zh: '两分钟内有推送的设备数，与推送过的设备数。',
      en: 'Devices that pushed within two minutes, and devices that ever did.',
    }),
    unit: 'short',
    size: [width, height],
    targets: [
      now(`count(${pushAge()} < ${SILENT_AFTER_SECONDS}) or vector(0)`, translate({ zh: '在线', en: 'There' })),
      now(`count(${select('push_time_seconds')})`, translate({ zh: '全部', en: 'All' })),
    ],
    coloring: { fixed: PLAIN },
    noValue: '0',
    names: true,
  });
}

/** The first rule of the ledger, checked live: every byte of the kernel is in a series or in the carry. */
export function conservationPane(translate: Translate, width: number, height: number): Pane {
  const carry = fresh(select(CARRY_BYTES));
  return stat({
    title: translate({ zh: '账实差', en: 'Unaccounted' }),
    description: translate({
      zh: '内核总量减去账本各项之和与在途余数。应为 0：一个字节都没有丢，也没有重复。',
      en: "The kernel's total less the sum of the ledger and its carry. It should be 0: no byte lost, none counted twice.",
    }),
    unit: 'bytes',
    decimals: 0,
    size: [width, height],
    targets: [
      now(
        `sum ${BY_DEVICE} (${select(KERNEL_BYTES)}) - sum ${BY_DEVICE} (${select(TRAFFIC_BYTES)}) - sum ${BY_DEVICE} (${carry})`,
        '{{instance}}',
      ),
    ],
    coloring: steps(BAD, [0, GOOD], [1, BAD]),
    noValue: translate({ zh: '没有在线设备', en: 'No device there' }),
    names: true,
  });
}

/** How sure the figures are: what was attributed without being seen on a connection. */
export function surenessPane(translate: Translate, width: number, height: number): Pane {
  const share = (matcher: string): string =>
    `sum(${overRange(select(TRAFFIC_BYTES, matcher))}) / sum(${overRange(select(TRAFFIC_BYTES))})`;
  return stat({
    title: translate({ zh: '推断占比', en: 'Share inferred' }),
    description: translate({
      zh: '所选时间内，按权重结算到已关闭连接上的占比，以及没有连接能解释的占比。总量不受影响，只关系到归属。',
      en: 'In the range shown: the share settled by weight onto connections that had closed, and the share that no connection explains. Totals are exact either way; this is about who.',
    }),
    unit: 'percentunit',
    decimals: 2,
    size: [width, height],
    targets: [
      now(share('accounting="settled"'), translate({ zh: '结算', en: 'Settled' })),
      now(share('class="unattributed"'), translate({ zh: '未归属', en: 'Unattributed' })),
    ],
    coloring: steps(PLAIN, [0.2, WATCH]),
    noValue: translate({ zh: '没有流量', en: 'No traffic' }),
    names: true,
  });
}
