import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Translate } from '../../core/language.ts';
import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import type { BoardSettings } from '../board-settings.ts';
import { boardLink, CLICKED } from '../links.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { type Column, coloredCells, table } from '../panels/tables.ts';
import { select } from '../promql/select.ts';
import { BY_DEVICE, fresh, pushAge, SILENT_AFTER_SECONDS } from '../promql/sums.ts';

/** Everything about a device that says whether its figures can be trusted now. */
export function collectorsPane(translate: Translate, { limits }: BoardSettings, width: number, height: number): Pane {
  const yes = [
    {
      id: 'mappings',
      value: [
        {
          type: MappingType.ValueToText,
          options: {
            '1': { text: translate({ zh: '是', en: 'yes' }), color: GOOD },
            '0': { text: translate({ zh: '否', en: 'no' }), color: BAD },
          },
        },
      ],
    },
  ];
  const flag = (name: string, metric: string): Column => ({
    name,
    expr: `min ${BY_DEVICE} (${fresh(select(metric))})`,
    unit: 'short',
    properties: [...yes, ...coloredCells(steps(BAD, [1, GOOD]))],
  });
  return table({
    title: translate({ zh: '采集器', en: 'Collectors' }),
    description: translate({
      zh: '每台设备：上次推送、内核可达、日志流、设置有效、内存、序列数、最近一次被拒。沉默设备的状态不显示。',
      en: 'Each device: last push, kernel within reach, log stream, valid settings, memory, series, and whether its last push was refused. States of a silent device are not shown.',
    }),
    size: [width, height],
    keys: [
      {
        label: 'instance',
        name: translate({ zh: '设备', en: 'Device' }),
        link: boardLink('device', 'instance', CLICKED.cell),
        linkTitle: translate({ zh: '设备明细', en: 'Device' }),
      },
    ],
    columns: [
      {
        name: translate({ zh: '上次推送', en: 'Last push' }),
        expr: `max ${BY_DEVICE} (${pushAge()})`,
        unit: 's',
        decimals: 0,
        properties: coloredCells(steps(GOOD, [SILENT_AFTER_SECONDS, WATCH], [limits.silentAfterSeconds, BAD])),
      },
      flag(translate({ zh: '内核', en: 'Kernel' }), 'flowcollect_kernel_up'),
      flag(translate({ zh: '日志流', en: 'Log stream' }), 'flowcollect_exporter_logs_up'),
      flag(translate({ zh: '设置', en: 'Settings' }), 'flowcollect_exporter_config_last_reload_successful'),
      {
        name: translate({ zh: '内核内存', en: 'Kernel memory' }),
        expr: `sum ${BY_DEVICE} (${fresh(select('flowcollect_kernel_memory_bytes'))})`,
        unit: 'bytes',
      },
      {
        name: translate({ zh: '序列', en: 'Series' }),
        expr: `count ${BY_DEVICE} (${select(TRAFFIC_BYTES)})`,
        unit: 'short',
      },
      {
        name: translate({ zh: '刚被拒', en: 'Refused' }),
        expr: `max ${BY_DEVICE} (${select('push_failure_time_seconds')} > bool ${select('push_time_seconds')})`,
        unit: 'short',
        properties: coloredCells(steps(PLAIN, [1, BAD])),
      },
    ],
    sortBy: translate({ zh: '上次推送', en: 'Last push' }),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}
