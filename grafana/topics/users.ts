import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
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
export function usersPane(say: Say, width: number, height: number): Pane {
  return table({
    title: say('用户', 'Users'),
    description: say(
      '每个用户的设备数、序列数、速率与今日用量。点用户看他的总览。',
      'Devices, series, rate and use of today of each user. Click a user for their overview.',
    ),
    size: [width, height],
    keys: [
      {
        label: 'user',
        name: say('用户', 'User'),
        link: boardLink('overview', 'user', CLICKED.cell),
        linkTitle: say('总览', 'Overview'),
      },
    ],
    columns: [
      { name: say('设备', 'Devices'), expr: `count by (user) (${select('push_time_seconds')})`, unit: 'short' },
      {
        name: say('沉默', 'Silent'),
        expr: `sum by (user) (${pushAge()} >= bool ${SILENT_AFTER_SECONDS})`,
        unit: 'short',
        properties: coloredCells(steps(PLAIN, [1, WATCH])),
      },
      {
        name: say('序列', 'Series'),
        expr: `count by (user) (${select(TRAFFIC_BYTES)})`,
        unit: 'short',
        properties: coloredCells(steps(PLAIN, [5000, WATCH])),
      },
      { name: say('速率', 'Rate'), expr: `sum by (user) (${rate()})`, unit: 'binBps' },
      {
        name: say('今日代理', 'Proxy today'),
        expr: `sum by (user) (${today('class="proxy"')})`,
        unit: 'bytes',
        decimals: 2,
      },
      { name: say('今日合计', 'Total today'), expr: `sum by (user) (${today()})`, unit: 'bytes', decimals: 2 },
    ],
    sortBy: say('今日合计', 'Total today'),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

export function userDaysPane(say: Say, settings: BoardSettings, width: number, height: number): Pane {
  return columns({
    title: say('近 30 天，按用户', 'Last 30 days by user'),
    description: say(
      '每个账务日每个用户代理流量的精确和，今天算到现在。',
      'Exact proxy bytes of each user in each day of account; today up to now.',
    ),
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

export function userRatePane(say: Say, width: number, height: number): Pane {
  return lines({
    title: say('速率，按用户', 'Rate by user'),
    description: say('每秒字节数，上下行合计。', 'Bytes a second, both directions together.'),
    unit: 'binBps',
    min: 0,
    size: [width, height],
    targets: [trace(`sum by (user) (${rate()})`, '{{user}}')],
    coloring: 'by series',
    stacked: true,
    legendCalcs: ['lastNotNull', 'max'],
  });
}
