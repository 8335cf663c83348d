import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Translate } from '../../core/language.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { timeline } from '../panels/graphs.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { coloredCells, table } from '../panels/tables.ts';
import { now, trace } from '../panels/target.ts';
import { select } from '../promql/select.ts';

/** Whether each part of the server answered Prometheus. */
export function targetsPane(translate: Translate, width: number, height: number): Pane {
  return timeline({
    title: translate({ zh: '服务端', en: 'Server parts' }),
    description: translate({ zh: 'Prometheus 能否抓取各部件。', en: 'Whether Prometheus could scrape each part.' }),
    unit: 'none',
    size: [width, height],
    targets: [trace(select('up'), '{{job}}')],
    coloring: steps(PLAIN),
    mappings: [
      {
        type: MappingType.ValueToText,
        options: {
          '1': { text: translate({ zh: '正常', en: 'up' }), color: GOOD, index: 0 },
          '0': { text: translate({ zh: '不可达', en: 'down' }), color: BAD, index: 1 },
        },
      },
    ],
  });
}

/** How old the reading of each airport is. */
export function readingsPane(translate: Translate, width: number, height: number): Pane {
  return table({
    title: translate({ zh: '机场读数', en: 'Airport readings' }),
    description: translate({
      zh: '距上次成功读到机场流量头的时间；6 小时变橙，24 小时变红。',
      en: 'Since each airport was last read with success: orange from 6 hours, red from 24.',
    }),
    size: [width, height],
    keys: [{ label: 'airport', name: translate({ zh: '机场', en: 'Airport' }) }],
    columns: [
      {
        name: translate({ zh: '距今', en: 'Age' }),
        expr: `time() - max by (user, airport) (${select('flowcollect_airport_last_success_timestamp_seconds')})`,
        unit: 's',
        decimals: 0,
        properties: coloredCells(steps(GOOD, [6 * 3600, WATCH], [24 * 3600, BAD])),
      },
    ],
    sortBy: translate({ zh: '距今', en: 'Age' }),
    coloring: steps(PLAIN),
    noValue: translate({ zh: '从未', en: 'Never' }),
  });
}

/** Whether gateway and auditor run on the settings as they are in the file. */
export function settingsPane(translate: Translate, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '服务端设置', en: 'Server settings' }),
    description: translate({
      zh: '网关与审计是否成功读入最近一次修改的设置。',
      en: 'Whether gateway and auditor could read the settings as last edited.',
    }),
    unit: 'none',
    size: [width, height],
    targets: [
      now(
        `min(${select('flowcollect_gateway_config_last_reload_successful')})`,
        translate({ zh: '网关', en: 'Gateway' }),
      ),
      now(
        `min(${select('flowcollect_auditor_config_last_reload_successful')})`,
        translate({ zh: '审计', en: 'Auditor' }),
      ),
    ],
    coloring: steps(BAD, [1, GOOD]),
    mappings: [
      {
        type: MappingType.ValueToText,
        options: {
          '1': { text: translate({ zh: '有效', en: 'valid' }), color: GOOD, index: 0 },
          '0': { text: translate({ zh: '有误，沿用旧的', en: 'bad edit, last good kept' }), color: BAD, index: 1 },
        },
      },
    ],
    names: true,
  });
}
