import type { Text } from '../../core/language.ts';
import { INTERFACE_BYTES, KERNEL_BYTES, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { lines, stat, timeline } from '../builders/charts.ts';
import { now, type PanelDefinition, steps, trace, words } from '../builders/panel.ts';
import {
  bytesColumn,
  coloredCells,
  matrix,
  memoryColumn,
  type RowKey,
  rateColumn,
  stateCells,
  type TableColumn,
  table,
  WIDTHS,
} from '../builders/tables.ts';
import { dashboardLink } from '../links.ts';
import { BAD, GOOD, PLAIN, WATCH } from '../palette.ts';
import {
  BY_DEVICE,
  fresh,
  grownOverRange,
  perSecond,
  pushAge,
  rate,
  SILENT_AFTER_SECONDS,
  select,
  today,
} from '../promql/select.ts';
import type { DashboardSettings, Limits } from '../settings.ts';
import { classOverrides } from './traffic.ts';

const NO_DEVICE = { zh: '还没有设备推送过', en: 'No device has pushed yet' };

/** A row a device, which leads to its own dashboard. */
const DEVICE: RowKey = {
  label: 'instance',
  name: { zh: '设备', en: 'Device' },
  link: { title: { zh: '设备明细', en: 'Device' }, url: dashboardLink('device', 'instance') },
};

const lastPush = ({ silentAfterSeconds }: Limits): TableColumn => ({
  name: { zh: '上次推送', en: 'Last push' },
  expr: `max ${BY_DEVICE} (${pushAge()})`,
  unit: 's',
  decimals: 0,
  width: 106,
  properties: coloredCells(steps(PLAIN, [0, GOOD], [SILENT_AFTER_SECONDS, WATCH], [silentAfterSeconds, BAD])),
});

/** Each device: is it there, what moves now, what moved today. */
export function devicesPanel({ limits }: DashboardSettings): PanelDefinition {
  const byDevice = (expr: string): string => `sum by (user, instance) (${expr})`;
  return table({
    title: { zh: '设备', en: 'Devices' },
    description: {
      zh: '每台设备的上次推送、当前速率、连接数与今日用量。沉默的设备不显示连接数。点设备看明细。',
      en: 'Last push, present rate, connections and use of today of each device. A silent device shows no connections. Click a device for details.',
    },
    keys: [DEVICE],
    columns: [
      lastPush(limits),
      rateColumn({ zh: '速率', en: 'Rate' }, byDevice(rate())),
      {
        name: { zh: '连接', en: 'Conns' },
        expr: byDevice(fresh(select('flowcollect_kernel_connections'))),
        unit: 'none',
        width: 76,
      },
      bytesColumn({ zh: '今日代理', en: 'Proxy today' }, byDevice(today('class="proxy"'))),
      bytesColumn({ zh: '今日合计', en: 'Today' }, byDevice(today())),
    ],
    sortBy: { zh: '今日合计', en: 'Today' },
    noValue: NO_DEVICE,
  });
}

/** Today's bytes of each device, cut by class. */
export const deviceClassesPanel = matrix({
  title: { zh: '今日：设备 × 去向', en: 'Today: device × class' },
  description: {
    zh: '今日每台设备的用量按去向分开，与日报一致。',
    en: 'Use of today of each device, cut by class; the figures of the mail.',
  },
  unit: 'bytes',
  min: 0,
  expr: `sum by (instance, class) (${today()}) > 0`,
  row: 'instance',
  part: 'class',
  coloring: { fixed: PLAIN },
  overrides: classOverrides(),
  noValue: { zh: '暂无数据', en: 'No data yet' },
});

/** When each device was there. */
export const presencePanel = timeline({
  title: { zh: '在线', en: 'Presence' },
  description: {
    zh: `${SILENT_AFTER_SECONDS} 秒内有推送为在线。`,
    en: `A device is there while its last push is younger than ${SILENT_AFTER_SECONDS} seconds.`,
  },
  unit: 'none',
  targets: [trace(`max by (user, instance) (${pushAge()} < bool ${SILENT_AFTER_SECONDS})`, '{{instance}}')],
  mappings: [
    words([
      ['1', { zh: '在线', en: 'There' }, GOOD],
      ['0', { zh: '沉默', en: 'Silent' }, '#8E8E8E'],
    ]),
  ],
  noValue: NO_DEVICE,
});

export const connectionsPanel = lines({
  title: { zh: '连接', en: 'Connections' },
  description: { zh: '打开的连接数；沉默期间不显示。', en: 'Open connections; not shown while a device is silent.' },
  unit: 'short',
  min: 0,
  targets: [trace(`sum ${BY_DEVICE} (${fresh(select('flowcollect_kernel_connections'))})`, '{{instance}}')],
  coloring: 'by series',
  noValue: { zh: '没有设备在线', en: 'No device there' },
});

export const memoryPanel = lines({
  title: { zh: '内核内存', en: 'Memory of the kernel' },
  description: {
    zh: '内核占用的内存；沉默期间不显示。',
    en: 'What the kernel says it uses; not shown while a device is silent.',
  },
  unit: 'bytes',
  min: 0,
  targets: [trace(`sum ${BY_DEVICE} (${fresh(select('flowcollect_kernel_memory_bytes'))})`, '{{instance}}')],
  coloring: 'by series',
  noValue: { zh: '没有设备在线', en: 'No device there' },
});

/** The kernel's own total over the range, the figure that the classes add up to. */
export const kernelTotalPanel = stat({
  title: { zh: '内核总量', en: 'Kernel total' },
  description: {
    zh: '所选时间内内核计数的全部字节，跨重启连续。',
    en: 'All bytes that the kernel counted in the range shown, continuous over its restarts.',
  },
  unit: 'bytes',
  decimals: 2,
  targets: [
    now(`sum(${grownOverRange(select(KERNEL_BYTES, 'direction="download"'))})`, { zh: '下载', en: 'Download' }),
    now(`sum(${grownOverRange(select(KERNEL_BYTES, 'direction="upload"'))})`, { zh: '上传', en: 'Upload' }),
  ],
  coloring: { fixed: PLAIN },
  names: true,
  noValue: { zh: '暂无数据', en: 'No data yet' },
});

/** Of an info metric of each device its version, as a column; a value of 1 comes with it. */
const version = (info: string, label: string): string =>
  `label_replace(max by (user, instance, version) (${fresh(select(info))}), "${label}", "$1", "version", "(.*)")`;
const started = { zh: '采集器启动', en: 'Exporter start' };

/** Which versions run, and when things began. */
export const startsPanel = table({
  title: { zh: '版本与启动', en: 'Versions and starts' },
  description: {
    zh: '采集器与内核的版本、采集器的启动时间，与内核重启次数（所选时间内）。沉默的设备不显示版本。',
    en: 'Versions of exporter and kernel, start of the exporter, and restarts of the kernel in the range shown. A silent device shows none.',
  },
  keys: [
    DEVICE,
    { label: 'exporter', name: { zh: '采集器', en: 'Exporter' }, width: 100 },
    { label: 'kernel', name: { zh: '内核', en: 'Kernel' }, width: 110 },
  ],
  columns: [
    {
      name: started,
      expr: `max by (user, instance, exporter, kernel) (${fresh(select('flowcollect_exporter_start_time_seconds'))} * 1000 * on (user, instance) group_left (exporter) ${version('flowcollect_exporter_build_info', 'exporter')} * on (user, instance) group_left (kernel) ${version('flowcollect_kernel_info', 'kernel')})`,
      unit: 'dateTimeAsIso',
      width: WIDTHS.date,
    },
    {
      name: { zh: '内核重启', en: 'Restarts' },
      expr: `sum ${BY_DEVICE} (${grownOverRange(select('flowcollect_kernel_restarts_total'))})`,
      unit: 'none',
      width: 90,
    },
  ],
  sortBy: started,
  noValue: NO_DEVICE,
});

/** The TUN device and the uplink next to the kernel: a second witness, and what bypasses the kernel. */
export const interfacesPanel = lines({
  title: { zh: '网卡', en: 'Interfaces' },
  description: {
    zh: 'TUN 与上联网卡每秒字节数，与内核相比；上联多出来的没有经过内核。没有网卡数据的系统只显示内核。',
    en: 'Bytes a second of the TUN device and the uplink next to the kernel; the surplus of the uplink bypasses the kernel. Where interfaces cannot be read, only the kernel is shown.',
  },
  unit: 'binBps',
  min: 0,
  targets: [
    trace(`sum by (interface) (${perSecond(INTERFACE_BYTES, 'role="tun"')})`, 'TUN {{interface}}'),
    trace(`sum by (interface) (${perSecond(INTERFACE_BYTES, 'role="uplink"')})`, {
      zh: '上联 {{interface}}',
      en: 'Uplink {{interface}}',
    }),
    trace(`sum(${perSecond(KERNEL_BYTES)})`, { zh: '内核', en: 'Kernel' }),
  ],
  coloring: 'by series',
  noValue: { zh: '没有设备在线', en: 'No device there' },
});

/** Everything about a device that says whether its figures can be trusted now. */
export function collectorsPanel({ limits }: DashboardSettings): PanelDefinition {
  const yes = words([
    ['1', { zh: '是', en: 'yes' }, GOOD],
    ['0', { zh: '否', en: 'no' }, BAD],
  ]);
  const bad = words([
    ['0', { zh: '否', en: 'no' }, PLAIN],
    ['1', { zh: '是', en: 'yes' }, BAD],
  ]);
  const flag = (name: Text, metric: string): TableColumn => ({
    name,
    expr: `min ${BY_DEVICE} (${fresh(select(metric))})`,
    unit: 'none',
    width: 88,
    properties: stateCells(yes, false),
  });
  return table({
    title: { zh: '采集器', en: 'Collectors' },
    description: {
      zh: '每台设备：上次推送、内核可达、日志流、设置有效、内存、序列数、最近一次被拒。沉默设备的状态不显示。',
      en: 'Each device: last push, kernel within reach, log stream, valid settings, memory, series, and whether its last push was refused. States of a silent device are not shown.',
    },
    keys: [DEVICE],
    columns: [
      lastPush(limits),
      flag({ zh: '内核', en: 'Kernel' }, 'flowcollect_kernel_up'),
      flag({ zh: '日志流', en: 'Logs' }, 'flowcollect_exporter_logs_up'),
      flag({ zh: '设置', en: 'Settings' }, 'flowcollect_exporter_config_last_reload_successful'),
      memoryColumn(
        { zh: '内核内存', en: 'Memory' },
        `sum ${BY_DEVICE} (${fresh(select('flowcollect_kernel_memory_bytes'))})`,
      ),
      {
        name: { zh: '序列', en: 'Series' },
        expr: `count ${BY_DEVICE} (${select(TRAFFIC_BYTES)})`,
        unit: 'none',
        width: 80,
      },
      {
        name: { zh: '刚被拒', en: 'Refused' },
        expr: `max ${BY_DEVICE} (${select('push_failure_time_seconds')} > bool ${select('push_time_seconds')})`,
        unit: 'none',
        width: 80,
        properties: stateCells(bad, false),
      },
    ],
    sortBy: { zh: '上次推送', en: 'Last push' },
    noValue: NO_DEVICE,
  });
}
