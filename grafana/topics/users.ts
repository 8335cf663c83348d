import type { Translate } from '../../core/language.ts';
import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import type { BoardSettings } from '../board-settings.ts';
import { boardLink, CLICKED } from '../links.ts';
import { PLAIN, WATCH } from '../palette.ts';
import { columns, lines } from '../panels/graphs.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { coloredCells, table } from '../panels/tables.ts';
import { trace } from '../panels/target.ts';
import { perDay } from '../promql/days.ts';
import { select } from '../promql/select.ts';
import { pushAge, rate, SILENT_AFTER_SECONDS, today } from '../promql/sums.ts';

/** Each user: devices, series and use. */
export function usersPane(translate: Translate, width: number, height: number): Pane {
  return table({
    title: translate({ zh: '用户', en: 'Users' }),
    description: translate({
      zh: '每个用户的设备数、序列数、速率与今日用量。点用户看他的总览。',
      en: 'Devices, series, rate and use of today of each user. Click a user for their overview.',
    }),
    size: [width, height],
    keys: [
      {
        label: 'user',
        name: translate({ zh: '用户', en: 'User' }),
        link: boardLink('overview', 'user', CLICKED.cell),
        linkTitle: translate({ zh: '总览', en: 'Overview' }),
      },
    ],
    columns: [
      {
        name: translate({ zh: '设备', en: 'Devices' }),
        expr: `count by (user) (${select('push_time_seconds')})`,
        unit: 'short',
      },
      {
        name: translate({ zh: '沉默', en: 'Silent' }),
        expr: `sum by (user) (${pushAge()} >= bool ${SILENT_AFTER_SECONDS})`,
        unit: 'short',
        properties: coloredCells(steps(PLAIN, [1, WATCH])),
      },
      {
        name: translate({ zh: '序列', en: 'Series' }),
        expr: `count by (user) (${select(TRAFFIC_BYTES)})`,
        unit: 'short',
        properties: coloredCells(steps(PLAIN, [5000, WATCH])),
      },
      { name: translate({ zh: '速率', en: 'Rate' }), expr: `sum by (user) (${rate()})`, unit: 'binBps' },
      {
        name: translate({ zh: '今日代理', en: 'Proxy today' }),
        expr: `sum by (user) (${today('class="proxy"')})`,
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: translate({ zh: '今日合计', en: 'Total today' }),
        expr: `sum by (user) (${today()})`,
        unit: 'bytes',
        decimals: 2,
      },
    ],
    sortBy: translate({ zh: '今日合计', en: 'Total today' }),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

export function userDaysPane(translate: Translate, settings: BoardSettings, width: number, height: number): Pane {
  return columns({
    title: translate({ zh: '近 30 天，按用户', en: 'Last 30 days by user' }),
    description: translate({
      zh: '每个账务日每个用户代理流量的精确和，今天算到现在。',
      en: 'Exact proxy bytes of each user in each day of account; today up to now.',
    }),
    unit: 'bytes',
    min: 0,
    size: [width, height],
    timeFrom: '30d',
    interval: '1d',
    targets: [trace(`sum by (user) (${perDay(select(TRAFFIC_BYTES, 'class="proxy"'), settings)})`, '{{user}}')],
    coloring: 'by series',
    stacked: true,
    legendCalcs: ['sum'],
  });
}

export function userRatePane(translate: Translate, width: number, height: number): Pane {
  return lines({
    title: translate({ zh: '速率，按用户', en: 'Rate by user' }),
    description: translate({ zh: '每秒字节数，上下行合计。', en: 'Bytes a second, both directions together.' }),
    unit: 'binBps',
    min: 0,
    size: [width, height],
    targets: [trace(`sum by (user) (${rate()})`, '{{user}}')],
    coloring: 'by series',
    stacked: true,
    legendCalcs: ['lastNotNull', 'max'],
  });
}
