import { METRICS, type MetricSpec } from '../core/metric-contract.ts';

const OWNERS: readonly { owner: MetricSpec['owner']; title: string; where: string }[] = [
  {
    owner: 'exporter',
    title: 'Exporter',
    where: 'Pushed by every device through the gateway, and served on its own `/metrics`.',
  },
  { owner: 'gateway', title: 'Gateway', where: 'Served on `GatewayMetricsListen`.' },
  { owner: 'auditor', title: 'Auditor', where: 'Served on `AuditorListen`.' },
];

const INTRODUCTION = `# Metrics

Prefix \`flowcollect_\`, base units, \`_total\` on counters, no timestamps. A series appears with its first byte. Identity (\`user\`, \`instance\`) of what devices push comes from the push path alone. A counter marked *ledger* never falls; one marked *process* restarts from 0 with its process.

This page is written from \`core/metric-contract.ts\` by \`npm run docs\`; a test holds the two equal.
`;

/** docs/metrics.md, from the contract. */
export function metricsPage(): string {
  const parts = OWNERS.map(({ owner, title, where }) => {
    const rows = METRICS.filter((spec) => spec.owner === owner).map(
      ({ name, type, life, labels, help }) =>
        `| \`${name}\` | ${type}${life === undefined ? '' : `, ${life}`} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    );
    return `## ${title}\n\n${where}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, ...parts].join('\n');
}
