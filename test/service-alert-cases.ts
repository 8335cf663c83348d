import type { AlertCase } from './alert-case.ts';

const pushgatewayDown: AlertCase['says'] = [
  'Pushgateway 无法抓取',
  'Pushgateway cannot be scraped',
  'Prometheus 抓不到 Pushgateway：所有设备的数据都停在这里（计数不会丢失，恢复后补上）。',
  'Prometheus cannot scrape Pushgateway: the data of every device stops here (counters catch up afterwards).',
];

const dataNotWritable = (job: string): AlertCase['says'] => [
  `${job} 无法写入 DataDir`,
  `${job} cannot write its DataDir`,
  `${job} 写不进 DataDir，多半是磁盘满了：网关因此拒收推送，审计器因此发不出日报。它的 /healthz 说明目录和原因；设备的计数不会丢失，恢复后补上。`,
  `${job} cannot write its DataDir, most likely because the disk is full: the gateway then takes no push, the auditor sends no report. Its /healthz names folder and reason; counters of devices are safe and catch up afterwards.`,
];

export const SERVICE_ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'FlowCollectReportMissing',
    series: {
      'flowcollect_report_last_success_timestamp_seconds{job="auditor",instance="a:1",user="default"}':
        '0x320 96300x20',
    },
    step: '5m',
    silent: '25h10m',
    firing: '25h20m',
    resolved: '26h50m',
    labels: { severity: 'critical', user: 'default' },
    says: [
      '日报没有发出',
      'The report was not sent',
      '用户 default 已有 1d 1h 20m 0s 没有日报发出。',
      'No report of user default was sent for 1d 1h 20m 0s.',
    ],
  },
  {
    alert: 'FlowCollectReportMissing',
    // The first report waits from the beginning, and is sent in the end.
    series: {
      'flowcollect_report_waiting_since_timestamp_seconds{job="auditor",instance="a:1",user="alice"}': '0x1600 _x60',
      'flowcollect_report_last_success_timestamp_seconds{job="auditor",instance="a:1",user="alice"}': '_x1600 96000x60',
    },
    silent: '25h10m',
    firing: '25h20m',
    resolved: '27h10m',
    labels: { severity: 'critical', user: 'alice' },
    says: [
      '日报没有发出',
      'The report was not sent',
      '用户 alice 已有 1d 1h 20m 0s 没有日报发出。',
      'No report of user alice was sent for 1d 1h 20m 0s.',
    ],
  },
  {
    alert: 'FlowCollectReportGivenUp',
    series: { 'flowcollect_report_given_up_mails{job="auditor",instance="a:1",user="alice"}': '_x9 2x10 _x20' },
    silent: '8m',
    firing: '11m',
    resolved: '30m',
    labels: { severity: 'warning', user: 'alice' },
    says: [
      '邮件服务器拒收日报',
      'The mail server refuses a report',
      '用户 alice 有 2 封日报被一再拒收，已不再重试；它们在存档里，改了 [smtp] 或收件地址后会再发。',
      '2 of the reports of user alice were refused again and again and are not tried any more; they are in the archive, and sent again once [smtp] or the address changes.',
    ],
  },
  {
    alert: 'FlowCollectPushRefused',
    series: {
      'flowcollect_gateway_pushes_total{job="gateway",instance="g:1",result="refused",reason="bad_token"}':
        '0x9 6+6x29 180x40',
      'flowcollect_gateway_pushes_total{job="gateway",instance="g:1",result="accepted",reason=""}': '0+6x80',
    },
    silent: '12m',
    firing: '25m',
    resolved: '55m',
    labels: { severity: 'warning', reason: 'bad_token' },
    says: [
      '网关在拒绝推送：bad_token',
      'The gateway refuses pushes: bad_token',
      '近 10 分钟拒绝了约 60 次推送，原因 bad_token；网关日志里有设备名。',
      'About 60 pushes were refused in 10 minutes (bad_token); the log of the gateway names the device.',
    ],
  },
  {
    alert: 'FlowCollectPushgatewayDown',
    series: { 'up{job="pushgateway",instance="p:9091"}': '1x9 0x10 1x20' },
    silent: '11m',
    firing: '12m',
    resolved: '22m',
    labels: { severity: 'critical', job: 'pushgateway', instance: 'p:9091' },
    says: pushgatewayDown,
  },
  {
    alert: 'FlowCollectPushgatewayDown',
    name: 'of one that is not scraped at all',
    series: {},
    silent: '1m',
    firing: '3m',
    labels: { severity: 'critical', job: 'pushgateway' },
    says: pushgatewayDown,
  },
  {
    alert: 'FlowCollectPushgatewayDown',
    name: 'where VictoriaMetrics is in its place, and then is not',
    series: { 'up{job="victoria-metrics",instance="v:8428"}': '1x9' },
    silent: '14m',
    firing: '20m',
    labels: { severity: 'critical', job: 'pushgateway' },
    says: pushgatewayDown,
  },
  {
    alert: 'FlowCollectServiceDown',
    series: { 'up{job="auditor",instance="a:9102"}': '1x9 0x10 1x20', 'up{job="gateway",instance="g:9103"}': '1x60' },
    silent: '14m',
    firing: '15m',
    resolved: '22m',
    labels: { severity: 'critical', job: 'auditor', instance: 'a:9102' },
    says: [
      'auditor 无法抓取',
      'auditor cannot be scraped',
      'Prometheus 抓不到 auditor：没有审计器就没有泄露结论和日报，没有网关设备就无法推送。',
      'Prometheus cannot scrape auditor: without the auditor there are no verdicts and reports, without the gateway no device can push.',
    ],
  },
  {
    alert: 'FlowCollectDataNotWritable',
    series: {
      'flowcollect_gateway_data_writable{job="gateway",instance="g:9103"}': '1x9 0 1 1 0 1 1 1 0 1 1 0 1x20',
      'flowcollect_auditor_data_writable{job="auditor",instance="a:9102"}': '1x60',
    },
    silent: '14m',
    firing: '15m',
    resolved: '27m',
    labels: { severity: 'critical', job: 'gateway', instance: 'g:9103' },
    says: dataNotWritable('gateway'),
  },
  {
    alert: 'FlowCollectDataNotWritable',
    name: 'of the auditor',
    series: {
      'flowcollect_gateway_data_writable{job="gateway",instance="g:9103"}': '1x60',
      'flowcollect_auditor_data_writable{job="auditor",instance="a:9102"}': '1x9 0x10 1x20',
    },
    silent: '14m',
    firing: '15m',
    resolved: '27m',
    labels: { severity: 'critical', job: 'auditor', instance: 'a:9102' },
    says: dataNotWritable('auditor'),
  },
  {
    alert: 'FlowCollectRuleFailures',
    series: {
      'prometheus_rule_evaluation_failures_total{job="prometheus",instance="p:9090",rule_group="flowcollect-7d"}':
        '0x9 1x60',
    },
    silent: '9m',
    firing: '11m',
    resolved: '30m',
    labels: { severity: 'warning', rule_group: 'flowcollect-7d' },
    says: [
      'Prometheus 规则计算失败',
      'Rules of Prometheus fail',
      '规则组 flowcollect-7d 近 15 分钟有计算失败；其中的告警可能不会触发。',
      'Rules of group flowcollect-7d failed in the last 15 minutes; alerts in it may not fire.',
    ],
  },
  {
    alert: 'FlowCollectWatchdog',
    series: {},
    firing: '1m',
    labels: { severity: 'none' },
    says: [
      '告警链路正常',
      'Alerting works',
      '这条告警始终触发，不发给任何人；Alertmanager 里看不到它，就说明告警链路断了。',
      'Always fires and is sent to nobody; when Alertmanager does not show it, alerts do not arrive.',
    ],
  },
];
