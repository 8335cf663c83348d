import { type Alert, DURATION, USER } from '../alert.ts';
import type { RuleSettings } from '../rule-settings.ts';

const HOUR = 3600;

/** What the VPS itself does, or does not. Only the report belongs to a user. */
export function serviceAlerts({ reportEverySeconds }: RuleSettings): Alert[] {
  return [
    {
      name: 'FlowCollectReportMissing',
      // Where none was ever sent, since the first one is awaited.
      expr: `time() - (max by (user) (flowcollect_report_last_success_timestamp_seconds) or max by (user) (flowcollect_report_waiting_since_timestamp_seconds)) > ${reportEverySeconds + HOUR}`,
      for: '15m',
      severity: 'critical',
      summary: { zh: '日报没有发出', en: 'The report was not sent' },
      description: {
        zh: `用户 ${USER} 已有 ${DURATION} 没有日报发出。`,
        en: `No report of user ${USER} was sent for ${DURATION}.`,
      },
    },
    {
      name: 'FlowCollectReportGivenUp',
      expr: 'max by (user) (flowcollect_report_given_up_mails) > 0',
      severity: 'warning',
      summary: { zh: '邮件服务器拒收日报', en: 'The mail server refuses a report' },
      description: {
        zh: `用户 ${USER} 有 {{ $value }} 封日报被一再拒收，已不再重试；它们在存档里，改了 [smtp] 或收件地址后会再发。`,
        en: `{{ $value }} of the reports of user ${USER} were refused again and again and are not tried any more; they are in the archive, and sent again once [smtp] or the address changes.`,
      },
    },
    {
      name: 'FlowCollectPushRefused',
      // Many in a row: a single refused request needs no alert. Whose push was refused is not known, so no user is told.
      expr: 'sum by (reason) (increase(flowcollect_gateway_pushes_total{result="refused",reason!~"unauthorized|slow_down|not_found|method_not_allowed"}[10m])) > 5',
      for: '5m',
      severity: 'warning',
      summary: { zh: '网关在拒绝推送：{{ $labels.reason }}', en: 'The gateway refuses pushes: {{ $labels.reason }}' },
      description: {
        zh: '近 10 分钟拒绝了约 {{ $value | printf "%.0f" }} 次推送，原因 {{ $labels.reason }}；网关日志里有设备名。',
        en: 'About {{ $value | printf "%.0f" }} pushes were refused in 10 minutes ({{ $labels.reason }}); the log of the gateway names the device.',
      },
    },
    {
      name: 'FlowCollectPushgatewayDown',
      expr: 'up{job="pushgateway"} == 0 or absent(up{job="pushgateway"}) unless on () up{job="victoria-metrics"}',
      for: '2m',
      severity: 'critical',
      summary: { zh: 'Pushgateway 无法抓取', en: 'Pushgateway cannot be scraped' },
      description: {
        zh: 'Prometheus 抓不到 Pushgateway：所有设备的数据都停在这里（计数不会丢失，恢复后补上）。',
        en: 'Prometheus cannot scrape Pushgateway: the data of every device stops here (counters catch up afterwards).',
      },
    },
    {
      name: 'FlowCollectServiceDown',
      expr: 'up{job=~"auditor|gateway"} == 0',
      for: '5m',
      severity: 'critical',
      summary: { zh: '{{ $labels.job }} 无法抓取', en: '{{ $labels.job }} cannot be scraped' },
      description: {
        zh: 'Prometheus 抓不到 {{ $labels.job }}：没有审计器就没有泄露结论和日报，没有网关设备就无法推送。',
        en: 'Prometheus cannot scrape {{ $labels.job }}: without the auditor there are no verdicts and reports, without the gateway no device can push.',
      },
    },
    {
      name: 'FlowCollectDataNotWritable',
      // On a disk that is nearly full, small writes succeed between those that fail.
      expr: '(min_over_time(flowcollect_gateway_data_writable[5m]) or min_over_time(flowcollect_auditor_data_writable[5m])) == 0',
      for: '5m',
      severity: 'critical',
      summary: { zh: '{{ $labels.job }} 无法写入 DataDir', en: '{{ $labels.job }} cannot write its DataDir' },
      description: {
        zh: '{{ $labels.job }} 写不进 DataDir，多半是磁盘满了：网关因此拒收推送，审计器因此发不出日报。它的 /healthz 说明目录和原因；设备的计数不会丢失，恢复后补上。',
        en: '{{ $labels.job }} cannot write its DataDir, most likely because the disk is full: the gateway then takes no push, the auditor sends no report. Its /healthz names folder and reason; counters of devices are safe and catch up afterwards.',
      },
    },
    {
      name: 'FlowCollectRuleFailures',
      expr: 'sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[15m])) > 0',
      severity: 'warning',
      summary: { zh: 'Prometheus 规则计算失败', en: 'Rules of Prometheus fail' },
      description: {
        zh: '规则组 {{ $labels.rule_group }} 近 15 分钟有计算失败；其中的告警可能不会触发。',
        en: 'Rules of group {{ $labels.rule_group }} failed in the last 15 minutes; alerts in it may not fire.',
      },
    },
    {
      name: 'FlowCollectWatchdog',
      expr: 'vector(1)',
      severity: 'none',
      summary: { zh: '告警链路正常', en: 'Alerting works' },
      description: {
        zh: '这条告警始终触发，不发给任何人；Alertmanager 里看不到它，就说明告警链路断了。',
        en: 'Always fires and is sent to nobody; when Alertmanager does not show it, alerts do not arrive.',
      },
    },
  ];
}
