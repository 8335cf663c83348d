import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
import { boardLink, CLICKED } from '../links.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { type Column, coloredCells, table } from '../panels/tables.ts';
import { select } from '../promql/select.ts';
import { BY_DEVICE, fresh, pushAge, SILENT_AFTER_SECONDS } from '../promql/sums.ts';

/** Everything about a device that says whether its figures can be trusted now. */
export function collectorsPane(say: Say, { limits }: BoardSettings, width: number, height: number): Pane {
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
    expr: `min ${BY_DEVICE} (${fresh(select(metric))})`,
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
        expr: `max ${BY_DEVICE} (${pushAge()})`,
        unit: 's',
        decimals: 0,
        properties: coloredCells(steps(GOOD, [SILENT_AFTER_SECONDS, WATCH], [limits.silentAfterSeconds, BAD])),
      },
      flag(say('内核', 'Kernel'), 'flowcollect_kernel_up'),
      flag(say('日志流', 'Log stream'), 'flowcollect_exporter_logs_up'),
      flag(say('设置', 'Settings'), 'flowcollect_exporter_config_last_reload_successful'),
      {
        name: say('内核内存', 'Kernel memory'),
        expr: `sum ${BY_DEVICE} (${fresh(select('flowcollect_kernel_memory_bytes'))})`,
        unit: 'bytes',
      },
      { name: say('序列', 'Series'), expr: `count ${BY_DEVICE} (${select(TRAFFIC_BYTES)})`, unit: 'short' },
      {
        name: say('刚被拒', 'Refused'),
        expr: `max ${BY_DEVICE} (${select('push_failure_time_seconds')} > bool ${select('push_time_seconds')})`,
        unit: 'short',
        properties: coloredCells(steps(PLAIN, [1, BAD])),
      },
    ],
    sortBy: say('上次推送', 'Last push'),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}
