import { DIMENSIONS, type Dimension, dimensionMetric, METRICS, type MetricSpec } from '../core/metric-contract.ts';

export type PageLanguage = 'en' | 'zh';

interface Words {
  readonly introduction: string;
  readonly columns: string;
  readonly owners: Readonly<Record<MetricSpec['owner'], { readonly title: string; readonly where: string }>>;
}

const WORDS: Readonly<Record<PageLanguage, Words>> = {
  en: {
    introduction: `# Metrics

[中文](metrics.zh-CN.md)

Prefix \`flowcollect_\`, base units, \`_total\` on counters, no timestamps. A series appears with its first byte. Identity (\`user\`, \`instance\`) of what devices push comes from the push path alone. A counter marked *ledger* never falls; one marked *process* restarts from 0 with its process. Every service serves \`/\`, \`/metrics\` and \`/healthz\` at its address; there \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\` and \`process_start_time_seconds\` are shown besides its own.

This page is written from \`core/metric-contract.ts\` by \`npm run docs\`; a test holds the two equal.
`,
    columns: 'metric | type | labels | meaning',
    owners: {
      exporter: {
        title: 'Exporter',
        where: 'Pushed by every device through the gateway, and served on its own `/metrics`.',
      },
      gateway: { title: 'Gateway', where: 'Served on `GatewayMetricsListen`.' },
      auditor: { title: 'Auditor', where: 'Served on `AuditorListen`.' },
    },
  },
  zh: {
    introduction: `# 指标

[English](metrics.md)

前缀 \`flowcollect_\`，基本单位，计数器以 \`_total\` 结尾，不带时间戳。序列随第一个字节出现。设备所推指标的身份（\`user\`、\`instance\`）只来自推送路径。标 *ledger* 的计数器从不下降；标 *process* 的随进程重启从 0 开始。每个服务在自己的地址上提供 \`/\`、\`/metrics\` 和 \`/healthz\`；那里除自身指标外还有 \`process_cpu_seconds_total\`、\`process_resident_memory_bytes\` 和 \`process_start_time_seconds\`。

本页由 \`npm run docs\` 从 \`core/metric-contract.ts\` 生成，测试保证两者一致。
`,
    columns: '指标 | 类型 | 标签 | 含义',
    owners: {
      exporter: { title: '采集器', where: '由每台设备经网关推送，也在它自己的 `/metrics` 上。' },
      gateway: { title: '网关', where: '在 `GatewayMetricsListen` 上。' },
      auditor: { title: '审计器', where: '在 `AuditorListen` 上。' },
    },
  },
};

/** docs/metrics.md or docs/metrics.zh-CN.md, from the contract. */
export function metricsPage(language: PageLanguage): string {
  const { introduction, columns, owners } = WORDS[language];
  const parts = (['exporter', 'gateway', 'auditor'] as const).map((owner) => {
    const rows = METRICS.filter((spec) => spec.owner === owner).map(({ name, type, life, labels, help }) => {
      const meaning = language === 'en' ? help : MEANING_IN_CHINESE[name];
      return `| \`${name}\` | ${type}${life === undefined ? '' : `, ${life}`} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${meaning} |`;
    });
    const { title, where } = owners[owner];
    return `## ${title}\n\n${where}\n\n| ${columns} |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [introduction, ...parts].join('\n');
}

const DIMENSION: Readonly<Record<Dimension, string>> = {
  group: '规则指定的策略组',
  rule: '命中的规则',
  process: '发起连接的进程',
  source: '发起连接的地址',
  host: '目的地的可注册域',
  inbound_user: '登录入站的用户',
};

const UNIX = '（Unix 秒）';
const RELOAD = '最近一次对配置的修改是否已生效';
const RELOADED = `最近一次有配置生效的时刻${UNIX}`;
const WRITABLE = '最近一次写入 DataDir 是否成功';

/** The meaning of every metric of the contract in Chinese, besides the English `help` that the services serve. */
export const MEANING_IN_CHINESE: Readonly<Record<string, string>> = {
  flowcollect_traffic_bytes_total: '内核总量里的字节，按流出的节点分',
  ...Object.fromEntries(
    DIMENSIONS.map((dimension) => [
      dimensionMetric(dimension),
      `同 flowcollect_traffic_bytes_total 的字节，按${DIMENSION[dimension]}分`,
    ]),
  ),
  flowcollect_uncounted_bytes_total: '内核不计入总量的连接的字节：dialer-proxy 的中间一跳和内核自己的 DNS',
  flowcollect_health_checks_total: '内核做过的健康检查次数，据其延迟历史得知；它们的字节不在内核的任何计数里',
  flowcollect_kernel_bytes_total: '内核的总量，跨内核重启连续',
  flowcollect_kernel_raw_bytes: '内核此刻的总量，本次推送以它为准',
  flowcollect_kernel_up: '最近一次读取内核是否成功',
  flowcollect_kernel_connections: '最近一帧里打开着的连接数',
  flowcollect_kernel_memory_bytes: '内核自报的内存用量',
  flowcollect_kernel_restarts_total: '发现的内核重启次数',
  flowcollect_kernel_info: '恒为 1；内核的版本',
  flowcollect_interface_bytes_total: 'TUN 网卡与上行网卡的字节，跨网卡重建连续',
  flowcollect_exporter_frames_total: '已记账的帧数',
  flowcollect_exporter_frame_seconds: '每帧记账用时',
  flowcollect_exporter_carry_bytes: '内核总量里尚未归属的字节，有正负，不超过一帧',
  flowcollect_exporter_unobserved_seconds_total: '两帧之间超出两倍读取间隔的秒数',
  flowcollect_exporter_lost_bytes_total: '内核重启之前可能在无人看见时经代理走过的字节，按上限估计',
  flowcollect_exporter_pushes_total: '推送次数，按结果分',
  flowcollect_exporter_logs_up: '内核的日志流是否在通报连接',
  flowcollect_exporter_config_last_reload_successful: RELOAD,
  flowcollect_exporter_config_last_reload_success_timestamp_seconds: RELOADED,
  flowcollect_exporter_start_time_seconds: `本进程的启动时刻${UNIX}`,
  flowcollect_exporter_build_info: '恒为 1；采集器的版本',
  flowcollect_gateway_pushes_total: '推送次数，按结果和原因分',
  flowcollect_gateway_push_bytes_total: '接受的推送内容的字节，按解压后计',
  flowcollect_gateway_push_seconds: '检查并转发一次推送的用时',
  flowcollect_gateway_last_push_timestamp_seconds: `某台设备的推送最近一次被接受的时刻${UNIX}`,
  flowcollect_gateway_config_last_reload_successful: '最近一次对配置、令牌和证书的修改是否已生效',
  flowcollect_gateway_config_last_reload_success_timestamp_seconds: '配置、令牌或证书最近一次生效的时间（Unix 秒）',
  flowcollect_gateway_kept_bytes: '每个用户所保存的最近一次推送的字节数',
  flowcollect_gateway_data_writable: WRITABLE,
  flowcollect_gateway_build_info: '恒为 1；网关的版本',
  flowcollect_airport_upload_bytes: '机场本周期已计的上传',
  flowcollect_airport_download_bytes: '机场本周期已计的下载',
  flowcollect_airport_used_bytes: '机场本周期已计的上传与下载之和',
  flowcollect_airport_quota_bytes: '本周期的配额；不限量或未知时没有',
  flowcollect_airport_remaining_bytes: '配额减去已用，不低于 0',
  flowcollect_airport_expiry_timestamp_seconds: `套餐到期的时刻${UNIX}`,
  flowcollect_airport_reset_timestamp_seconds: `配额下次重置的时刻${UNIX}`,
  flowcollect_airport_last_success_timestamp_seconds: `最近一次成功读取机场的时刻${UNIX}`,
  flowcollect_audit_airport_bytes: '机场在最近一个窗口里扣除的字节',
  flowcollect_audit_device_bytes: '设备在该窗口里经其节点的字节',
  flowcollect_audit_billed_bytes: '上述字节乘以倍率：应该扣除的量',
  flowcollect_audit_difference_bytes: '机场实际扣除减去应扣除，有正负',
  flowcollect_audit_window_start_timestamp_seconds: `最近一个窗口的开始${UNIX}`,
  flowcollect_audit_window_end_timestamp_seconds: `最近一个窗口的结束${UNIX}`,
  flowcollect_audit_verdict: '最近一个窗口的结论为 1，其余为 0',
  flowcollect_audit_surplus_bytes:
    '机场每天比倍率、设置和您的回答所能解释的多计的字节（answered：no、known 或 leak）；没有多计时没有',
  flowcollect_audit_multiplier: '从账单学到的节点倍率（bound：low 或 high）；只含用量最多的 50 个节点',
  flowcollect_today_bytes: '当天开始以来的精确字节，按配置的一天结束时刻和时区',
  flowcollect_cycle_bytes: '计费周期开始以来的精确字节',
  flowcollect_audit_unknown:
    '结论未知时为 1：first_day 首日、first_days 头几天、no_reading 没有读数、not_compared 无法对账',
  flowcollect_forecast_days_left: '按目前的速度，配额还能用几天',
  flowcollect_forecast_urgency: '1：plain 平常、short 撑不到重置或到期、last_day 撑不到且不足一天',
  flowcollect_report_waiting_since_timestamp_seconds: `还没有邮件服务器收下的报表里，最早一封生成的时刻；从未发出过报表的，是开始等第一封的时刻${UNIX}`,
  flowcollect_report_given_up_mails: '邮件服务器按现在的设置一再拒收、已不再重试的报表封数',
  flowcollect_report_last_success_timestamp_seconds: `邮件服务器最近一次收下报表的时刻${UNIX}`,
  flowcollect_auditor_config_last_reload_successful: RELOAD,
  flowcollect_auditor_config_last_reload_success_timestamp_seconds: RELOADED,
  flowcollect_auditor_data_writable: WRITABLE,
  flowcollect_auditor_build_info: '恒为 1；审计器的版本',
};
