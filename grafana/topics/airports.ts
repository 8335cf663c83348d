import type { Translate } from '../../core/language.ts';
import type { BoardSettings } from '../board-settings.ts';
import { BAD, PLAIN, WATCH } from '../palette.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { coloredCells, table } from '../panels/tables.ts';
import { byAirport } from '../promql/select.ts';

/** The evidence of the last window, and what is left, an airport a row. */
export function airportsPane(translate: Translate, { limits }: BoardSettings, width: number, height: number): Pane {
  return table({
    title: translate({ zh: '机场详情', en: 'Airports' }),
    description: translate({
      zh: '上一个审计窗口：机场扣了多少，设备经它的节点走了多少，按倍率应扣多少，差多少；以及剩余与期限。',
      en: 'The last audit window: what the airport billed, what devices sent through its nodes, what that should cost by the multipliers, and the difference; then what is left, and until when.',
    }),
    size: [width, height],
    keys: [{ label: 'airport', name: translate({ zh: '机场', en: 'Airport' }) }],
    columns: [
      {
        name: translate({ zh: '机场扣除', en: 'Billed' }),
        expr: byAirport('flowcollect_audit_airport_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: translate({ zh: '设备用量', en: 'Devices' }),
        expr: byAirport('flowcollect_audit_device_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: translate({ zh: '应扣', en: 'Expected' }),
        expr: byAirport('flowcollect_audit_billed_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: translate({ zh: '差值', en: 'Difference' }),
        expr: byAirport('flowcollect_audit_difference_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: translate({ zh: '剩余', en: 'Remaining' }),
        expr: byAirport('flowcollect_airport_remaining_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: translate({ zh: '预计还可用', en: 'Days left' }),
        expr: byAirport('flowcollect_forecast_days_left'),
        unit: translate({ zh: 'suffix: 天', en: 'suffix: d' }),
        decimals: 1,
        properties: coloredCells(steps(BAD, [limits.runsOutDays, WATCH], [2 * limits.runsOutDays, PLAIN])),
      },
      {
        name: translate({ zh: '到期', en: 'Expiry' }),
        expr: `${byAirport('flowcollect_airport_expiry_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
      {
        name: translate({ zh: '窗口截止', en: 'Window end' }),
        expr: `${byAirport('flowcollect_audit_window_end_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
    ],
    sortBy: translate({ zh: '机场扣除', en: 'Billed' }),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}
