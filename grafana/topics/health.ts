import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { CARRY_BYTES, KERNEL_BYTES, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import type { Say } from '../language.ts';
import { boardLink, CLICKED } from '../links.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { lines } from '../panels/graphs.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { type Column, coloredCells, table } from '../panels/tables.ts';
import { now, trace } from '../panels/target.ts';
import { select } from '../promql/select.ts';
import { fresh, overRange, pushAge, SILENT_AFTER_SECONDS } from '../promql/sums.ts';

const byDevice = 'by (user, instance)';
const perSecond = (metric: string): string => `rate(${select(metric)}[$__rate_interval])`;

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
        `sum ${byDevice} (${select(KERNEL_BYTES)}) - sum ${byDevice} (${select(TRAFFIC_BYTES)}) - sum ${byDevice} (${carry})`,
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

export function refusedPane(say: Say, width: number, height: number): Pane {
  return stat({
    title: say('被拒的推送', 'Pushes refused'),
    description: say(
      '网关每秒拒绝的推送，按原因；Pushgateway 自己拒绝的设备另在表中。应为 0。',
      'Pushes that the gateway refused each second, by reason. It should be 0.',
    ),
    unit: 'reqps',
    decimals: 2,
    size: [width, height],
    targets: [
      now(
        `sum by (reason) (rate(${select('flowcollect_gateway_pushes_total', 'result!="accepted"')}[$__rate_interval]))`,
        '{{reason}}',
      ),
    ],
    coloring: steps(GOOD, [0.001, WATCH]),
    noValue: say('没有', 'None'),
    names: true,
  });
}

/** Everything about a device that says whether its figures can be trusted now. */
export function collectorsPane(say: Say, width: number, height: number): Pane {
  const yes = [
    {
      id: 'mappings',
      value: [
        {
          type: MappingType.ValueToText,
          options: { '1': { text: say('是', 'yes'), color: GOOD }, '0': { text: say('否', 'no'), color: BAD } },
        },
      ],
    },
  ];
  const flag = (name: string, metric: string): Column => ({
    name,
    expr: `min ${byDevice} (${fresh(select(metric))})`,
    unit: 'short',
    properties: [...yes, ...coloredCells(steps(BAD, [1, GOOD]))],
  });
  return table({
    title: say('采集端', 'Collectors'),
    description: say(
      '每台设备：上次推送、内核可达、日志流、设置有效、内存、序列数、最近一次被拒。沉默设备的状态不显示。',
      'Each device: last push, kernel within reach, log stream, valid settings, memory, series, and whether its last push was refused. States of a silent device are not shown.',
    ),
    size: [width, height],
    keys: [
      {
        label: 'instance',
        name: say('设备', 'Device'),
        link: boardLink('device', 'instance', CLICKED.cell),
        linkTitle: say('设备明细', 'Device'),
      },
    ],
    columns: [
      {
        name: say('上次推送', 'Last push'),
        expr: `max ${byDevice} (${pushAge()})`,
        unit: 's',
        decimals: 0,
        properties: coloredCells(steps(GOOD, [SILENT_AFTER_SECONDS, WATCH], [900, BAD])),
      },
      flag(say('内核', 'Kernel'), 'flowcollect_kernel_up'),
      flag(say('日志流', 'Log stream'), 'flowcollect_exporter_logs_up'),
      flag(say('设置', 'Settings'), 'flowcollect_exporter_config_last_reload_successful'),
      {
        name: say('内核内存', 'Kernel memory'),
        expr: `sum ${byDevice} (${fresh(select('flowcollect_kernel_memory_bytes'))})`,
        unit: 'bytes',
      },
      { name: say('序列', 'Series'), expr: `count ${byDevice} (${select(TRAFFIC_BYTES)})`, unit: 'short' },
      {
        name: say('刚被拒', 'Refused'),
        expr: `max ${byDevice} (${select('push_failure_time_seconds')} > bool ${select('push_time_seconds')})`,
        unit: 'short',
        properties: coloredCells(steps(PLAIN, [1, BAD])),
      },
    ],
    sortBy: say('上次推送', 'Last push'),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

export function framesPane(say: Say, width: number, height: number): Pane {
  const seconds = 'flowcollect_exporter_frame_seconds';
  return lines({
    title: say('帧处理时间', 'Time to account a frame'),
    description: say('每帧记账的平均耗时，按设备。', 'Mean time to account one frame, by device.'),
    unit: 's',
    min: 0,
    size: [width, height],
    targets: [
      trace(
        `sum ${byDevice} (${perSecond(`${seconds}_sum`)}) / sum ${byDevice} (${perSecond(`${seconds}_count`)})`,
        '{{instance}}',
      ),
    ],
    coloring: 'by series',
    legendCalcs: ['mean', 'max'],
  });
}

export function unobservedPane(say: Say, width: number, height: number): Pane {
  return lines({
    title: say('未观察的时间', 'Time not observed'),
    description: say(
      '每秒中有多少秒帧间隔超过轮询周期的两倍。字节不丢，但归属更多靠推断。',
      'Seconds a second in which frames were further apart than twice the poll interval. No byte is lost, but more of them are attributed by inference.',
    ),
    unit: 'percentunit',
    min: 0,
    size: [width, height],
    targets: [trace(`sum ${byDevice} (${perSecond('flowcollect_exporter_unobserved_seconds_total')})`, '{{instance}}')],
    coloring: 'by series',
    legendCalcs: ['mean', 'max'],
  });
}

export function pushesPane(say: Say, width: number, height: number): Pane {
  return lines({
    title: say('推送', 'Pushes'),
    description: say(
      '设备每秒的推送，按结果；以及网关接受的。',
      'Pushes a second by result as devices saw them, and by result at the gateway.',
    ),
    unit: 'reqps',
    min: 0,
    size: [width, height],
    targets: [
      trace(
        `sum by (result) (${perSecond('flowcollect_exporter_pushes_total')})`,
        say('设备 {{result}}', 'devices {{result}}'),
      ),
      trace(
        `sum by (result) (${perSecond('flowcollect_gateway_pushes_total')})`,
        say('网关 {{result}}', 'gateway {{result}}'),
      ),
    ],
    coloring: 'by series',
    legendCalcs: ['lastNotNull', 'max'],
  });
}
