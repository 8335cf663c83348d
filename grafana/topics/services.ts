import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Say } from '../language.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { timeline } from '../panels/graphs.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { coloredCells, table } from '../panels/tables.ts';
import { now, trace } from '../panels/target.ts';
import { select } from '../promql/select.ts';

/** Whether each part of the server answered Prometheus. */
export function targetsPane(say: Say, width: number, height: number): Pane {
  return timeline({
    title: say('服务端', 'Server parts'),
    description: say('Prometheus 能否抓取各部件。', 'Whether Prometheus could scrape each part.'),
    unit: 'none',
    size: [width, height],
    targets: [trace(select('up'), '{{job}}')],
    coloring: steps(PLAIN),
    mappings: [
      {
        type: MappingType.ValueToText,
        options: {
          '1': { text: say('正常', 'up'), color: GOOD, index: 0 },
          '0': { text: say('不可达', 'down'), color: BAD, index: 1 },
        },
      },
    ],
  });
}

/** How old the reading of each airport is. */
export function readingsPane(say: Say, width: number, height: number): Pane {
  return table({
    title: say('机场读数', 'Airport readings'),
    description: say(
      '距上次成功读到机场流量头的时间；6 小时变橙，24 小时变红。',
      'Since each airport was last read with success: orange from 6 hours, red from 24.',
    ),
    size: [width, height],
    keys: [{ label: 'airport', name: say('机场', 'Airport') }],
    columns: [
      {
        name: say('距今', 'Age'),
        expr: `time() - max by (user, airport) (${select('flowcollect_airport_last_success_timestamp_seconds')})`,
        unit: 's',
        decimals: 0,
        properties: coloredCells(steps(GOOD, [6 * 3600, WATCH], [24 * 3600, BAD])),
      },
    ],
    sortBy: say('距今', 'Age'),
    coloring: steps(PLAIN),
    noValue: say('从未', 'Never'),
  });
}

/** Whether gateway and auditor run on the settings as they are in the file. */
export function settingsPane(say: Say, width: number, height: number): Pane {
  return stat({
    title: say('服务端设置', 'Server settings'),
    description: say(
      '网关与审计是否成功读入最近一次修改的设置。',
      'Whether gateway and auditor could read the settings as last edited.',
    ),
    unit: 'none',
    size: [width, height],
    targets: [
      now(`min(${select('flowcollect_gateway_config_last_reload_successful')})`, say('网关', 'Gateway')),
      now(`min(${select('flowcollect_auditor_config_last_reload_successful')})`, say('审计', 'Auditor')),
    ],
    coloring: steps(BAD, [1, GOOD]),
    mappings: [
      {
        type: MappingType.ValueToText,
        options: {
          '1': { text: say('有效', 'valid'), color: GOOD, index: 0 },
          '0': { text: say('有误，沿用旧的', 'bad edit, last good kept'), color: BAD, index: 1 },
        },
      },
    ],
    names: true,
  });
}
