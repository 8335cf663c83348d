import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { alertmanagerSpec } from '../stack/storage-programs.ts';
import { createRealParts, freePort, type RealParts } from '../test/real-parts.ts';

const run = promisify(execFile);
const folder = import.meta.dirname;
const yamlFiles = (name: string): string[] =>
  readdirSync(join(folder, name))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => join(folder, name, file));

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          labels: z.object({ severity: z.enum(['critical', 'warning', 'info', 'none']) }),
          annotations: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});
const alerts = yamlFiles('rules')
  .flatMap((file) => rulesSchema.parse(parse(readFileSync(file, 'utf8'))).groups)
  .flatMap((group) => group.rules);
const runbook = readFileSync(join(folder, '../docs/runbook.md'), 'utf8');
const tested = yamlFiles('tests')
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

let parts: RealParts;
beforeAll(async () => {
  parts = await createRealParts();
});
afterAll(() => parts.close());

describe('what Prometheus is given', () => {
  it('is a valid configuration with valid rules', async () => {
    const { stdout } = await run(parts.binaries.promtool, ['check', 'config', join(folder, 'prometheus.yml')]);
    expect(stdout).toContain(`${alerts.length} rules found`);
  });

  it('fires and stays silent as the rule tests say', async () => {
    const { stdout } = await run(parts.binaries.promtool, ['test', 'rules', ...yamlFiles('tests')]);
    expect(stdout).toContain('SUCCESS');
  });

  it('keeps the identity that devices pushed under', () => {
    const config = z
      .object({ scrape_configs: z.array(z.object({ job_name: z.string(), honor_labels: z.boolean().optional() })) })
      .parse(parse(readFileSync(join(folder, 'prometheus.yml'), 'utf8')));
    for (const job of ['pushgateway', 'auditor', 'gateway']) {
      expect(config.scrape_configs.find(({ job_name }) => job_name === job)?.honor_labels).toBe(true);
    }
  });
});

it('Alertmanager takes its configuration', async () => {
  const place = { binaries: parts.binaries, port: await freePort(), folder: join(parts.folder, 'alertmanager') };
  const running = await parts.start(
    alertmanagerSpec({
      ...place,
      configFile: join(folder, 'alertmanager.yml'),
      logFile: join(parts.folder, 'alertmanager.log'),
    }),
  );
  expect(readFileSync(running.logFile, 'utf8')).toContain('Completed loading of configuration file');
});

describe.each(alerts.map((alert) => [alert.alert, alert] as const))('alert %s', (name, { annotations }) => {
  it('says what happened in both languages', () => {
    expect(Object.keys(annotations).sort()).toEqual([
      'description',
      'description_en',
      'runbook_url',
      'summary',
      'summary_en',
    ]);
  });

  it('has a heading in the runbook, and a test', () => {
    expect(annotations.runbook_url).toBe(`docs/runbook.md#${name.toLowerCase()}`);
    expect(runbook).toContain(`\n## ${name}\n`);
    expect(tested).toContain(`alertname: ${name}\n`);
  });
});
