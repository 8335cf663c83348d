import { CARRY_BYTES, KERNEL_BYTES, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { lines, stat, timeline } from '../builders/charts.ts';
import { now, steps, trace, words } from '../builders/panel.ts';
import { coloredCells, table, WIDTHS } from '../builders/tables.ts';
import { PARTS, REFUSALS, RESULTS, renamed } from '../own-words.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import {
  BY_DEVICE,
  fresh,
  grownOverRange,
  perSecond,
  pushAge,
  SILENT_AFTER_SECONDS,
  select,
} from '../promql/select.ts';

export const onlinePanel = stat({
  title: { zh: '在线 / 全部设备', en: 'Devices there / all' },
  description: {
    zh: '两分钟内有推送的设备数，与推送过的设备数。',
    en: 'Devices that pushed within two minutes, and devices that ever did.',
  },
  unit: 'short',
  targets: [
    now(`count(${pushAge()} < ${SILENT_AFTER_SECONDS}) or vector(0)`, { zh: '在线', en: 'There' }),
    now(`count(${select('push_time_seconds')}) or vector(0)`, { zh: '全部', en: 'All' }),
  ],
  coloring: { fixed: PLAIN },
  noValue: { zh: '还没有设备推送过', en: 'No device has pushed yet' },
  names: true,
});

const carry = fresh(select(CARRY_BYTES));

/** The first rule of the ledger, checked live: every byte of the kernel is in a series or in the carry. */
export const conservationPanel = stat({
  title: { zh: '账实差', en: 'Unaccounted' },
  description: {
    zh: '内核总量与账本各项之和加在途余数相差多少。应为 0：一个字节都没有丢，也没有重复。',
    en: "By how much the kernel's total and the sum of the ledger with its carry differ. It should be 0: no byte lost, none counted twice.",
  },
  unit: 'bytes',
  decimals: 0,
  targets: [
    now(
      `abs(sum ${BY_DEVICE} (${select(KERNEL_BYTES)}) - sum ${BY_DEVICE} (${select(TRAFFIC_BYTES)}) - sum ${BY_DEVICE} (${carry}))`,
      '{{instance}}',
    ),
  ],
  coloring: steps(PLAIN, [0, GOOD], [1, BAD]),
  noValue: { zh: '没有在线设备', en: 'No device there' },
  names: true,
});

const share = (matcher: string): string =>
  `sum(${grownOverRange(select(TRAFFIC_BYTES, matcher))}) / sum(${grownOverRange(select(TRAFFIC_BYTES))})`;

/** How sure the figures are: what was attributed without being seen on a connection. */
export const surenessPanel = stat({
  title: { zh: '推断占比', en: 'Share inferred' },
  description: {
    zh: '所选时间内，按权重结算到已关闭连接上的占比，以及没有连接能解释的占比。总量不受影响，只关系到归属。',
    en: 'In the range shown: the share settled by weight onto connections that had closed, and the share that no connection explains. Totals are exact either way; this is about who.',
  },
  unit: 'percentunit',
  decimals: 2,
  targets: [
    now(share('accounting="settled"'), { zh: '结算', en: 'Settled' }),
    now(share('class="unattributed"'), { zh: '未归属', en: 'Unattributed' }),
  ],
  coloring: steps(PLAIN, [0.2, WATCH]),
  noValue: { zh: '没有流量', en: 'No traffic' },
  names: true,
});

const PUSHES_A_SECOND = { zh: 'suffix: 次/秒', en: 'reqps' };

export const refusedPanel = stat({
  title: { zh: '被拒的推送', en: 'Pushes refused' },
  description: {
    zh: '网关每秒拒绝的推送，按原因。应为空。',
    en: 'Pushes that the gateway refused each second, by reason. It should be empty.',
  },
  unit: PUSHES_A_SECOND,
  decimals: 2,
  targets: [
    now(`sum by (reason) (${perSecond('flowcollect_gateway_pushes_total', 'result!="accepted"')}) > 0`, '{{reason}}'),
  ],
  coloring: steps(PLAIN, [0.001, WATCH]),
  overrides: renamed(REFUSALS),
  noValue: { zh: '没有', en: 'None' },
  names: true,
});

export const pushesPanel = lines({
  title: { zh: '推送', en: 'Pushes' },
  description: { zh: '设备每秒的推送，按结果。', en: 'Pushes a second by result, as devices saw them.' },
  unit: PUSHES_A_SECOND,
  min: 0,
  targets: [trace(`sum by (result) (${perSecond('flowcollect_exporter_pushes_total')}) > 0`, '{{result}}')],
  coloring: 'by series',
  overrides: renamed(RESULTS),
  noValue: { zh: '没有推送', en: 'No pushes' },
});

export const gatewayPushesPanel = lines({
  title: { zh: '网关收到的推送', en: 'Pushes at the gateway' },
  description: { zh: '网关每秒收到的推送，按结果。', en: 'Pushes a second that the gateway got, by result.' },
  unit: PUSHES_A_SECOND,
  min: 0,
  targets: [trace(`sum by (result) (${perSecond('flowcollect_gateway_pushes_total')}) > 0`, '{{result}}')],
  coloring: 'by series',
  overrides: renamed(RESULTS),
  noValue: { zh: '没有推送', en: 'No pushes' },
});

const seconds = 'flowcollect_exporter_frame_seconds';
export const framesPanel = lines({
  title: { zh: '帧处理时间', en: 'Time to account a frame' },
  description: { zh: '每帧记账的平均耗时，按设备。', en: 'Mean time to account one frame, by device.' },
  unit: 's',
  min: 0,
  targets: [
    trace(
      `sum ${BY_DEVICE} (${perSecond(`${seconds}_sum`)}) / sum ${BY_DEVICE} (${perSecond(`${seconds}_count`)})`,
      '{{instance}}',
    ),
  ],
  coloring: 'by series',
  noValue: { zh: '没有设备在线', en: 'No device there' },
});

export const unobservedPanel = lines({
  title: { zh: '未观察的时间', en: 'Time not observed' },
  description: {
    zh: '每秒中有多少秒帧间隔超过轮询周期的两倍。字节不丢，但归属更多靠推断。',
    en: 'Seconds a second in which frames were further apart than twice the poll interval. No byte is lost, but more of them are attributed by inference.',
  },
  unit: 'percentunit',
  decimals: 1,
  min: 0,
  targets: [trace(`sum ${BY_DEVICE} (${perSecond('flowcollect_exporter_unobserved_seconds_total')})`, '{{instance}}')],
  coloring: 'by series',
  overrides: [{ of: { target: 'A' }, properties: [{ id: 'custom.axisSoftMax', value: 0.1 }] }],
  noValue: { zh: '没有设备在线', en: 'No device there' },
});

/** Whether each part of the server answered Prometheus. */
export const targetsPanel = timeline({
  title: { zh: '服务器', en: 'Server parts' },
  description: { zh: 'Prometheus 能否抓取各部件。', en: 'Whether Prometheus could scrape each part.' },
  unit: 'none',
  targets: [trace(select('up'), '{{job}}')],
  mappings: [
    words([
      ['1', { zh: '正常', en: 'Up' }, GOOD],
      ['0', { zh: '不可达', en: 'Down' }, BAD],
    ]),
  ],
  overrides: renamed(PARTS),
  noValue: { zh: '暂无数据', en: 'No data yet' },
});

/** How old the reading of each airport is. */
export const readingsPanel = table({
  title: { zh: '机场读数', en: 'Airport readings' },
  description: {
    zh: '距上次成功读到机场流量信息的时间；6 小时变橙，24 小时变红。',
    en: 'Since each airport was last read with success: orange from 6 hours, red from 24.',
  },
  keys: [{ label: 'airport', name: { zh: '机场', en: 'Airport' } }],
  columns: [
    {
      name: { zh: '距今', en: 'Age' },
      expr: `time() - max by (user, airport) (${select('flowcollect_airport_last_success_timestamp_seconds')})`,
      unit: 's',
      decimals: 0,
      width: WIDTHS.size,
      properties: coloredCells(steps(PLAIN, [0, GOOD], [6 * 3600, WATCH], [24 * 3600, BAD])),
    },
  ],
  sortBy: { zh: '距今', en: 'Age' },
  noValue: { zh: '还没有读到机场', en: 'No airport was read yet' },
});

/** Whether gateway and auditor run on the settings as they are in the file. */
export const settingsPanel = stat({
  title: { zh: '服务器设置', en: 'Server settings' },
  description: {
    zh: '网关与审计器是否成功读入最近一次修改的设置。',
    en: 'Whether gateway and auditor could read the settings as last edited.',
  },
  unit: 'none',
  targets: [
    now(`min(${select('flowcollect_gateway_config_last_reload_successful')})`, { zh: '网关', en: 'Gateway' }),
    now(`min(${select('flowcollect_auditor_config_last_reload_successful')})`, { zh: '审计器', en: 'Auditor' }),
  ],
  coloring: { fixed: PLAIN },
  mappings: [
    words([
      ['1', { zh: '有效', en: 'valid' }, GOOD],
      ['0', { zh: '有误，沿用旧的', en: 'bad edit, last good kept' }, BAD],
    ]),
  ],
  noValue: { zh: '暂无数据', en: 'No data yet' },
  names: true,
});
