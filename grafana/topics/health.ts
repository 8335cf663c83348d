import { CARRY_BYTES, KERNEL_BYTES, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import type { Say } from '../language.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { now } from '../panels/target.ts';
import { select } from '../promql/select.ts';
import { BY_DEVICE, fresh, overRange, pushAge, SILENT_AFTER_SECONDS } from '../promql/sums.ts';

export function onlinePane(say: Say, width: number, height: number): Pane {
  return stat({
    title: say('在线 / 全部设备', 'Devices there / all'),
    description: say(
      '两分钟内有推送的设备数，与推送过的设备数。',
      'Devices that pushed within two minutes, and devices that ever did.',
    ),
    unit: 'short',
    size: [width, height],
    targets: [
      now(`count(${pushAge()} < ${SILENT_AFTER_SECONDS}) or vector(0)`, say('在线', 'There')),
      now(`count(${select('push_time_seconds')})`, say('全部', 'All')),
    ],
    coloring: { fixed: PLAIN },
    noValue: '0',
    names: true,
  });
}

/** The first rule of the ledger, checked live: every byte of the kernel is in a series or in the carry. */
export function conservationPane(say: Say, width: number, height: number): Pane {
  const carry = fresh(select(CARRY_BYTES));
  return stat({
    title: say('账实差', 'Unaccounted'),
    description: say(
      '内核总量减去账本各项之和与在途余数。应为 0：一个字节都没有丢，也没有重复。',
      "The kernel's total less the sum of the ledger and its carry. It should be 0: no byte lost, none counted twice.",
    ),
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
    noValue: say('没有在线设备', 'No device there'),
    names: true,
  });
}

/** How sure the figures are: what was attributed without being seen on a connection. */
export function surenessPane(say: Say, width: number, height: number): Pane {
  const share = (matcher: string): string =>
    `sum(${overRange(select(TRAFFIC_BYTES, matcher))}) / sum(${overRange(select(TRAFFIC_BYTES))})`;
  return stat({
    title: say('推断占比', 'Share inferred'),
    description: say(
      '所选时间内，按权重结算到已关闭连接上的占比，以及没有连接能解释的占比。总量不受影响，只关系到归属。',
      'In the range shown: the share settled by weight onto connections that had closed, and the share that no connection explains. Totals are exact either way; this is about who.',
    ),
    unit: 'percentunit',
    decimals: 2,
    size: [width, height],
    targets: [
      now(share('accounting="settled"'), say('结算', 'Settled')),
      now(share('class="unattributed"'), say('未归属', 'Unattributed')),
    ],
    coloring: steps(PLAIN, [0.2, WATCH]),
    noValue: say('没有流量', 'No traffic'),
    names: true,
  });
}
