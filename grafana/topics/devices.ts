import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Translate } from '../../core/language.ts';
import type { BoardSettings } from '../board-settings.ts';
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
export function devicesPane(translate: Translate, { limits }: BoardSettings, width: number, height: number): Pane {
  const byDevice = (expr: string): string => `sum by (user, instance) (${expr})`;
  const name = translate({ zh: '设备', en: 'Device' });
  return table({
    title: translate({ zh: '设备', en: 'Devices' }),
    description: translate({
      zh: '每台设备的上次推送、当前速率、连接数与今日用量。沉默的设备不显示连接数。点设备看明细。',
      en: 'Last push, present rate, connections and use of today of each device. A silent device shows no connections. Click a device for details.',
    }),
    size: [width, height],
    keys: [
      {
        label: 'instance',
        name,
        link: boardLink('device', 'instance', CLICKED.cell),
        linkTitle: translate({ zh: '设备明细', en: 'Device' }),
      },
    ],
    columns: [
      {
        name: translate({ zh: '上次推送', en: 'Last push' }),
        expr: `max by (user, instance) (${pushAge()})`,
        unit: 's',
        decimals: 0,
        properties: coloredCells(steps(GOOD, [SILENT_AFTER_SECONDS, WATCH], [limits.silentAfterSeconds, BAD])),
      },
      { name: translate({ zh: '速率', en: 'Rate' }), expr: byDevice(rate()), unit: 'binBps' },
      {
        name: translate({ zh: '连接', en: 'Connections' }),
        expr: byDevice(fresh(select('flowcollect_kernel_connections'))),
        unit: 'short',
      },
      {
        name: translate({ zh: '今日代理', en: 'Proxy today' }),
        expr: byDevice(today('class="proxy"')),
        unit: 'bytes',
        decimals: 2,
      },
      { name: translate({ zh: '今日合计', en: 'Total today' }), expr: byDevice(today()), unit: 'bytes', decimals: 2 },
    ],
    sortBy: translate({ zh: '今日合计', en: 'Total today' }),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

/** Today's bytes of each device, cut by class. */
export function deviceClassesPane(translate: Translate, width: number, height: number): Pane {
  return matrix({
    title: translate({ zh: '今日：设备 × 去向', en: 'Today: device × class' }),
    description: translate({
      zh: '今日每台设备的用量按去向分开，与日报一致。',
      en: 'Use of today of each device, cut by class; the figures of the mail.',
    }),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    expr: `sum by (instance, class) (${today()})`,
    row: 'instance',
    part: 'class',
    coloring: { fixed: PLAIN },
    overrides: classOverrides(translate),
    noValue: translate({ zh: '暂无数据', en: 'No data yet' }),
  });
}

/** When each device was there. */
export function presencePane(translate: Translate, width: number, height: number): Pane {
  return timeline({
    title: translate({ zh: '在线', en: 'Presence' }),
    description: translate({
      zh: `${SILENT_AFTER_SECONDS} 秒内有推送为在线。`,
      en: `A device is there while its last push is younger than ${SILENT_AFTER_SECONDS} seconds.`,
    }),
    unit: 'none',
    size: [width, height],
    targets: [trace(`max by (user, instance) (${pushAge()} < bool ${SILENT_AFTER_SECONDS})`, '{{instance}}')],
    coloring: steps(PLAIN),
    mappings: [
      {
        type: MappingType.ValueToText,
        options: {
          '1': { text: translate({ zh: '在线', en: 'There' }), color: GOOD, index: 0 },
          '0': { text: translate({ zh: '沉默', en: 'Silent' }), color: '#8E8E8E', index: 1 },
        },
      },
    ],
  });
}
