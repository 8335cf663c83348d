import { METRICS, type MetricSpec } from '../core/metric-contract.ts';
import { MEANING_IN_CHINESE } from './metrics-in-chinese.ts';

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

Prefix \`flowcollect_\`, base units, \`_total\` on counters, no timestamps. A series appears with its first byte. Identity (\`user\`, \`instance\`) of what devices push comes from the push path alone. A counter marked *ledger* never falls; one marked *process* restarts from 0 with its process. Every service serves \`/\`, \`/metrics\` and \`/healthz\` at its address; there \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\` and \`process_start_time_seconds\` stand beside its own.

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
