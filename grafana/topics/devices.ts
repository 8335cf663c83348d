import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
import { boardLink, CLICKED } from '../links.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { timeline } from '../panels/graphs.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { coloredCells, matrix, table } from '../panels/tables.ts';
import { trace } from '../panels/target.ts';
import { select } from '../promql/select.ts';
import { fresh, pushAge, rate, SILENT_AFTER_SECONDS, today } from '../promql/sums.ts';
import { classOverrides } from './usage.ts';

/** Each device: is it there, what moves now, what moved today. */
export function devicesPane(say: Say, { limits }: BoardSettings, width: number, height: number): Pane {
  const byDevice = (expr: string): string => `sum by (user, instance) (${expr})`;
  const name = say('设备', 'Device');
  return table({
    title: say('设备', 'Devices'),
    description: say(
      '每台设备的上次推送、当前速率、连接数与今日用量。沉默的设备不显示连接数。点设备看明细。',
      'Last push, present rate, connections and use of today of each device. A silent device shows no connections. Click a device for details.',
    ),
    size: [width, height],
    keys: [
      {
        label: 'instance',
        name,
        link: boardLink('device', 'instance', CLICKED.cell),
        linkTitle: say('设备明细', 'Device'),
      },
    ],
    columns: [
      {
        name: say('上次推送', 'Last push'),
        expr: `max by (user, instance) (${pushAge()})`,
        unit: 's',
        decimals: 0,
        properties: coloredCells(steps(GOOD, [SILENT_AFTER_SECONDS, WATCH], [limits.silentAfterSeconds, BAD])),
      },
      { name: say('速率', 'Rate'), expr: byDevice(rate()), unit: 'binBps' },
      {
        name: say('连接', 'Connections'),
        expr: byDevice(fresh(select('flowcollect_kernel_connections'))),
        unit: 'short',
      },
      { name: say('今日代理', 'Proxy today'), expr: byDevice(today('class="proxy"')), unit: 'bytes', decimals: 2 },
      { name: say('今日合计', 'Total today'), expr: byDevice(today()), unit: 'bytes', decimals: 2 },
    ],
    sortBy: say('今日合计', 'Total today'),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

/** Today's bytes of each device, cut by class. */
export function deviceClassesPane(say: Say, width: number, height: number): Pane {
  return matrix({
    title: say('今日：设备 × 去向', 'Today: device × class'),
    description: say(
      '今日每台设备的用量按去向分开，与日报一致。',
      'Use of today of each device, cut by class; the figures of the mail.',
    ),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    expr: `sum by (instance, class) (${today()})`,
    row: 'instance',
    part: 'class',
    coloring: { fixed: PLAIN },
    overrides: classOverrides(say),
    noValue: say('暂无数据', 'No data yet'),
  });
}

/** When each device was there. */
export function presencePane(say: Say, width: number, height: number): Pane {
  return timeline({
    title: say('在线', 'Presence'),
    description: say(
      `${SILENT_AFTER_SECONDS} 秒内有推送为在线。`,
      `A device is there while its last push is younger than ${SILENT_AFTER_SECONDS} seconds.`,
    ),
    unit: 'none',
    size: [width, height],
    targets: [trace(`max by (user, instance) (${pushAge()} < bool ${SILENT_AFTER_SECONDS})`, '{{instance}}')],
    coloring: steps(PLAIN),
    mappings: [
      {
        type: MappingType.ValueToText,
        options: {
          '1': { text: say('在线', 'There'), color: GOOD, index: 0 },
          '0': { text: say('沉默', 'Silent'), color: '#8E8E8E', index: 1 },
        },
      },
    ],
  });
}
