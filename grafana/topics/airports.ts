import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
import { BAD, PLAIN, WATCH } from '../palette.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { coloredCells, table } from '../panels/tables.ts';
import { byAirport } from '../promql/select.ts';

/** The evidence of the last window, and what is left, an airport a row. */
export function airportsPane(say: Say, { limits }: BoardSettings, width: number, height: number): Pane {
  return table({
    title: say('机场详情', 'Airports'),
    description: say(
      '上一个审计窗口：机场扣了多少，设备经它的节点走了多少，按倍率应扣多少，差多少；以及剩余与期限。',
      'The last audit window: what the airport billed, what devices sent through its nodes, what that should cost by the multipliers, and the difference; then what is left, and until when.',
    ),
    size: [width, height],
    keys: [{ label: 'airport', name: say('机场', 'Airport') }],
    columns: [
      {
        name: say('机场扣除', 'Billed'),
        expr: byAirport('flowcollect_audit_airport_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: say('设备用量', 'Devices'),
        expr: byAirport('flowcollect_audit_device_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      { name: say('应扣', 'Expected'), expr: byAirport('flowcollect_audit_billed_bytes'), unit: 'bytes', decimals: 2 },
      {
        name: say('差值', 'Difference'),
        expr: byAirport('flowcollect_audit_difference_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: say('剩余', 'Remaining'),
        expr: byAirport('flowcollect_airport_remaining_bytes'),
        unit: 'bytes',
        decimals: 2,
      },
      {
        name: say('预计还可用', 'Days left'),
        expr: byAirport('flowcollect_forecast_days_left'),
        unit: say('suffix: 天', 'suffix: d'),
        decimals: 1,
        properties: coloredCells(steps(BAD, [limits.runsOutDays, WATCH], [2 * limits.runsOutDays, PLAIN])),
      },
      {
        name: say('到期', 'Expiry'),
        expr: `${byAirport('flowcollect_airport_expiry_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
      {
        name: say('窗口截止', 'Window end'),
        expr: `${byAirport('flowcollect_audit_window_end_timestamp_seconds')} * 1000`,
        unit: 'dateTimeAsIso',
      },
    ],
    sortBy: say('机场扣除', 'Billed'),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}
