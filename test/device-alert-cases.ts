import { type AlertCase, DEVICE, device, MIB } from './alert-case.ts';

/** Of a device; the true one would be too many samples for promtool. */
export const SERIES_LIMIT = 50;

const silent = (time: string): AlertCase['says'] => [
  '设备 客厅 已静默',
  'Device 客厅 is silent',
  `设备 客厅（用户 default）已有 ${time} 没有推送。`,
  `Device 客厅 of user default has not pushed for ${time}.`,
];

export const DEVICE_ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'FlowCollectDeviceSilent',
    series: {
      [device('push_time_seconds')]: '0x29 1800+60x30',
      [device('push_time_seconds', '', '笔记本')]: '0+60x60',
      'push_time_seconds{job="other",user="default",instance="x"}': '0x60',
    },
    silent: '20m',
    firing: '21m',
    resolved: '31m',
    labels: { severity: 'warning', ...DEVICE },
    says: silent('21m 0s'),
  },
  {
    alert: 'FlowCollectDeviceSilent',
    name: 'of a device that was put away a week ago',
    series: { [device('push_time_seconds')]: '0x2100' },
    step: '5m',
    firing: '167h',
    resolved: '168h',
    labels: { severity: 'warning', ...DEVICE },
    says: silent('6d 23h 0m 0s'),
  },
  {
    alert: 'FlowCollectKernelUnreachable',
    series: {
      [device('flowcollect_kernel_up')]: '1x9 0x20 1x20',
      [device('push_time_seconds')]: '0+60x60',
      [device('flowcollect_kernel_up', '', '笔记本')]: '0x60',
      [device('push_time_seconds', '', '笔记本')]: '0x60',
    },
    silent: '19m',
    firing: '20m',
    resolved: '32m',
    labels: { severity: 'warning', ...DEVICE },
    says: [
      '设备 客厅 读不到内核',
      'Device 客厅 cannot read its kernel',
      '设备 客厅（用户 default）的采集器在推送，但连不上 Mihomo 内核。',
      'The exporter of device 客厅 of user default pushes, but cannot reach the Mihomo kernel.',
    ],
  },
  {
    alert: 'FlowCollectBytesUnattributed',
    series: {
      [device('flowcollect_traffic_bytes_total', ',class="unattributed"')]: `0+${MIB}x100 ${101 * MIB}x200`,
      [device('flowcollect_traffic_bytes_total', ',class="proxy"')]: `0+${9 * MIB}x300`,
    },
    silent: '35m',
    firing: '90m',
    resolved: '170m',
    labels: { severity: 'warning', ...DEVICE },
    says: [
      '设备 客厅 有流量无法归属',
      'Device 客厅 moves bytes that belong to no connection',
      '设备 客厅（用户 default）近一小时有 10% 的流量无法归到节点。',
      "10% of the last hour's bytes of device 客厅 of user default could not be given to a node.",
    ],
  },
  {
    alert: 'FlowCollectCounterFell',
    series: { [device('flowcollect_traffic_bytes_total', ',class="proxy"')]: '100+10x20 5+10x100' },
    silent: '20m',
    firing: '22m',
    resolved: '85m',
    labels: { severity: 'info', ...DEVICE },
    says: [
      '设备 客厅 的计数变小了',
      'Counters of device 客厅 fell',
      '设备 客厅（用户 default）近一小时有 1 次计数回落；这段时间的合计不再精确。',
      'Counters of device 客厅 of user default fell 1 times in the last hour; sums over that time are not exact.',
    ],
  },
  {
    alert: 'FlowCollectSeriesExplosion',
    series: Object.fromEntries(
      Array.from({ length: SERIES_LIMIT + 1 }, (_, i) => [
        device('flowcollect_host_bytes_total', `,host="${i}"`),
        '1x60',
      ]),
    ),
    silent: '29m',
    firing: '31m',
    resolved: '70m',
    labels: { severity: 'warning', ...DEVICE },
    says: [
      '设备 客厅 的序列过多',
      'Device 客厅 pushes too many series',
      '设备 客厅（用户 default）有 51 个序列，超过 50。',
      'Device 客厅 of user default has 51 series, more than 50.',
    ],
  },
];
