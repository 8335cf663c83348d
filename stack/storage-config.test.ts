import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readServerSide } from './settings.ts';
import { storageFiles } from './storage-config.ts';

const shipped = (name: string): unknown =>
  parse(readFileSync(new URL(`../prometheus/${name}`, import.meta.url), 'utf8'));
const withMail = '[smtp]\nEmailUser = me@qq.com\nEmailTo = me@qq.com\nEmailPass = hunter2\n';

/** The text of one file of the stack with those settings. */
function made(name: string, settings = withMail): string {
  const side = readServerSide('ServerSetting.ini', settings);
  const mail = { smtp: side.smtp, passwordFile: '/data/smtp_password', tls: true };
  const file = storageFiles(side, mail, 15).find((each) => each.name === name);
  if (file === undefined) throw new Error(`no file ${name}`);
  return file.content;
}

const jobsSchema = z.object({
  scrape_configs: z.array(
    z.object({
      job_name: z.string(),
      honor_labels: z.boolean().optional(),
      static_configs: z.array(z.object({ targets: z.array(z.string()) })),
    }),
  ),
});
const jobs = (config: unknown) =>
  jobsSchema.parse(config).scrape_configs.map(({ job_name, honor_labels, static_configs }) => ({
    job_name,
    honor_labels,
    ports: static_configs.flatMap(({ targets }) => targets).map((target) => target.split(':').at(-1)),
  }));

describe('the configuration of the stack', () => {
  it('scrapes what the VPS scrapes', () => {
    expect(jobs(parse(made('prometheus.yml')))).toEqual(jobs(shipped('prometheus.yml')));
  });

  it('routes and inhibits alerts as the VPS does', () => {
    const schema = z.object({ route: z.unknown(), inhibit_rules: z.unknown() });
    expect(schema.parse(parse(made('alertmanager.yml')))).toEqual(schema.parse(shipped('alertmanager.yml')));
  });

  it('mails alerts only where mail is set up, and keeps the password out', () => {
    expect(made('alertmanager.yml')).toContain('to: me@qq.com');
    expect(made('alertmanager.yml')).not.toContain('hunter2');
    expect(made('alertmanager.yml', '')).not.toContain('email_configs');
  });

  it('takes thresholds from the settings', () => {
    expect(made('rules/alerts.yml', '[server]\nDailyBudget = 1KB\n')).toContain('{class="proxy"}) > 1024');
    expect(made('rules/alerts.yml', '[alerts]\nQuotaWarning = 0.5\n')).toContain(
      'flowcollect_airport_quota_bytes) > 0.5',
    );
  });
});
