/** What one alert does over time, with everything that it says. Times are those of promtool, from 0 on. */
export interface AlertCase {
  readonly alert: string;
  /** Why there is another case of the same alert. */
  readonly name?: string;
  /** Series with their values in promtool's notation, a sample each `step`. */
  readonly series: Readonly<Record<string, string>>;
  readonly step?: '5m';
  readonly silent?: string;
  readonly firing?: string;
  readonly resolved?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly says: readonly [summary: string, summaryEn: string, description: string, descriptionEn: string];
}

const AUDITOR = 'job="auditor",instance="auditor:9102"';
const airport = (metric: string, more = ''): string =>
  `flowcollect_${metric}{${AUDITOR},user="default",airport="a.yaml"${more}}`;
const device = (metric: string, more = '', instance = '客厅'): string =>
  `${metric}{job="flowcollect",user="default",instance="${instance}"${more}}`;
const AIRPORT = { user: 'default', airport: 'a.yaml' };
const DEVICE = { user: 'default', instance: '客厅' };
const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** Of a device; the true one would be too many samples for promtool. */
export const SERIES_LIMIT = 50;

const airports: readonly AlertCase[] = [
  {
    alert: 'FlowCollectLeakSuspected',
    series: {
      [airport('audit_verdict', ',verdict="leak"')]: '0x9 1x20 0x20',
      [airport('audit_verdict', ',verdict="ok"')]: '1x9 0x20 1x20',
      [airport('audit_difference_bytes')]: `0x9 ${3 * GIB}x40`,
    },
    silent: '14m',
    firing: '15m',
    resolved: '32m',
    labels: { severity: 'critical', ...AIRPORT },
    says: [
      '机场 a.yaml 疑似代理泄露',
      'Airport a.yaml may be leaking: it billed more than your devices used',
      '机场扣除流量比设备应计流量多 3GiB，超过 100.00 MB 和 20% 两个阈值，且没有静默设备可以解释。',
      "The airport billed 3GiB more than the devices' traffic explains, above both 100.00 MB and 20%, and no silent device accounts for it.",
    ],
  },
  {
    alert: 'FlowCollectBillBelowUse',
    series: {
      [airport('audit_verdict', ',verdict="underbilled"')]: '0x9 1x60 0x20',
      [airport('audit_difference_bytes')]: `-${GIB}x100`,
    },
    silent: '39m',
    firing: '40m',
    resolved: '72m',
    labels: { severity: 'warning', ...AIRPORT },
    says: [
      '机场 a.yaml 的账单少于设备用量',
      'Airport a.yaml billed less than your devices used',
      '机场扣除流量比设备应计流量少 1GiB：倍率或节点归属可能有误。',
      "The airport billed 1GiB less than the devices' traffic: a multiplier, or the airport of a node, may be wrong.",
    ],
  },
  {
    alert: 'FlowCollectQuotaHigh',
    series: { [airport('airport_used_bytes')]: '70x9 85x40 10x20', [airport('airport_quota_bytes')]: '100x100' },
    silent: '24m',
    firing: '25m',
    resolved: '52m',
    labels: { severity: 'warning', ...AIRPORT },
    says: [
      '机场 a.yaml 流量已用超过 80%',
      'Airport a.yaml: more than 80% of the quota is used',
      '本周期流量已用 85%。',
      '85% of the quota of this cycle is used.',
    ],
  },
  {
    alert: 'FlowCollectQuotaExhausting',
    series: { [airport('airport_used_bytes')]: '85x9 96x40 10x20', [airport('airport_quota_bytes')]: '100x100' },
    silent: '24m',
    firing: '25m',
    resolved: '52m',
    labels: { severity: 'critical', ...AIRPORT },
    says: [
      '机场 a.yaml 流量已用超过 95%',
      'Airport a.yaml: more than 95% of the quota is used',
      '本周期流量已用 96%。',
      '96% of the quota of this cycle is used.',
    ],
  },
  {
    alert: 'FlowCollectQuotaRunsOut',
    series: {
      [airport('forecast_days_left')]: '20x9 5x100 20x20',
      [airport('airport_reset_timestamp_seconds')]: '864000x200',
      // Lasts to its reset, although that is near.
      [airport('forecast_days_left').replace('a.yaml', 'b.yaml')]: '2x200',
      [airport('airport_reset_timestamp_seconds').replace('a.yaml', 'b.yaml')]: '86400x200',
      // Never tells its reset, and lasts.
      [airport('forecast_days_left').replace('a.yaml', 'c.yaml')]: '4x200',
    },
    silent: '69m',
    firing: '70m',
    resolved: '112m',
    labels: { severity: 'warning', ...AIRPORT },
    says: [
      '机场 a.yaml 的流量撑不到重置',
      'Airport a.yaml: the quota runs out before it resets',
      '按目前的速度，剩余流量还可用 5.0 天。',
      'At the present pace the quota lasts 5.0 more days.',
    ],
  },
  {
    alert: 'FlowCollectQuotaRunsOut',
    name: 'of an airport that never tells its reset',
    series: { [airport('forecast_days_left')]: '4x9 2.5x100 9x20' },
    silent: '69m',
    firing: '70m',
    resolved: '112m',
    labels: { severity: 'warning', ...AIRPORT },
    says: [
      '机场 a.yaml 的流量撑不到重置',
      'Airport a.yaml: the quota runs out before it resets',
      '按目前的速度，剩余流量还可用 2.5 天。',
      'At the present pace the quota lasts 2.5 more days.',
    ],
  },
  {
    alert: 'FlowCollectDailyBudgetExceeded',
    series: {
      [device('flowcollect_today_bytes', ',class="proxy",node="a"')]: `0x9 ${3 * GIB}x20 0x20`,
      [device('flowcollect_today_bytes', ',class="proxy",node="b"', '笔记本')]: `0x9 ${3 * GIB}x20 0x20`,
      [device('flowcollect_today_bytes', ',class="direct",node="DIRECT"')]: `${100 * GIB}x60`,
    },
    silent: '14m',
    firing: '15m',
    resolved: '32m',
    labels: { severity: 'warning', user: 'default' },
    says: [
      '今日代理流量超过预算 5.00 GB',
      "Today's proxy traffic is above the budget of 5.00 GB",
      '用户 default 今日代理流量已有 6GiB。',
      'User default has used 6GiB through proxies today.',
    ],
  },
  {
    alert: 'FlowCollectSubscriptionExpiring',
    series: { [airport('airport_expiry_timestamp_seconds')]: '691200x479 3456000x60' },
    step: '5m',
    silent: '25h',
    firing: '26h',
    resolved: '41h',
    labels: { severity: 'warning', ...AIRPORT },
    says: [
      '机场 a.yaml 即将到期',
      'The plan of airport a.yaml expires soon',
      '距到期还有 6d 22h 0m 0s。',
      'The plan expires in 6d 22h 0m 0s.',
    ],
  },
  {
    alert: 'FlowCollectSubscriptionEnding',
    series: { [airport('airport_expiry_timestamp_seconds')]: '172800x479 3456000x60' },
    step: '5m',
    silent: '25h',
    firing: '26h',
    resolved: '41h',
    labels: { severity: 'critical', ...AIRPORT },
    says: [
      '机场 a.yaml 一天内到期或已到期',
      'The plan of airport a.yaml ends within a day, or has ended',
      '距到期还有 22h 0m 0s。',
      'The plan expires in 22h 0m 0s.',
    ],
  },
  {
    alert: 'FlowCollectAirportUnreadable',
    series: { [airport('airport_last_success_timestamp_seconds')]: '0x83 25200x20' },
    step: '5m',
    silent: '6h10m',
    firing: '6h20m',
    resolved: '7h5m',
    labels: { severity: 'warning', ...AIRPORT },
    says: [
      '机场 a.yaml 已有 6 小时读不到流量信息',
      'Airport a.yaml could not be read for 6 hours',
      '上次成功读取在 6h 20m 0s 之前；在此期间无法判断是否泄露。',
      'It was last read 6h 20m 0s ago; until it can be read there is no verdict.',
    ],
  },
  {
    alert: 'FlowCollectAirportLost',
    series: { [airport('airport_last_success_timestamp_seconds')]: '0x299 90000x20' },
    step: '5m',
    silent: '24h10m',
    firing: '24h20m',
    resolved: '25h5m',
    labels: { severity: 'critical', ...AIRPORT },
    says: [
      '机场 a.yaml 已有 24 小时读不到流量信息',
      'Airport a.yaml could not be read for 24 hours',
      '上次成功读取在 1d 0h 20m 0s 之前；在此期间无法判断是否泄露。',
      'It was last read 1d 0h 20m 0s ago; until it can be read there is no verdict.',
    ],
  },
  {
    alert: 'FlowCollectAuditStale',
    series: { [airport('audit_window_end_timestamp_seconds')]: '0x83 25200x20' },
    step: '5m',
    silent: '6h40m',
    firing: '6h50m',
    resolved: '7h5m',
    labels: { severity: 'warning', ...AIRPORT },
    says: [
      '机场 a.yaml 的审计没有更新',
      'The audit of airport a.yaml is stale',
      '上次审计截至 6h 50m 0s 之前。',
      'The last audit reached up to 6h 50m 0s ago.',
    ],
  },
];

const silent = (time: string): AlertCase['says'] => [
  '设备 客厅 已静默',
  'Device 客厅 is silent',
  `设备 客厅（用户 default）已有 ${time} 没有上报。`,
  `Device 客厅 of user default has not pushed for ${time}.`,
];

const devices: readonly AlertCase[] = [
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
      '设备 客厅（用户 default）的采集器在上报，但连不上 Mihomo 内核。',
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

export const ALERT_CASES: readonly AlertCase[] = [...airports, ...devices];
