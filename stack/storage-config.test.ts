import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readServerSide } from './settings.ts';
import { alertmanagerConfig, prometheusConfig } from './storage-config.ts';

const shipped = (name: string): unknown =>
  parse(readFileSync(new URL(`../prometheus/${name}`, import.meta.url), 'utf8'));
const side = readServerSide('ServerSetting.ini', '');

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
    expect(jobs(JSON.parse(prometheusConfig(side.addresses, '/rules', 15)))).toEqual(jobs(shipped('prometheus.yml')));
  });

  const smtp = { ...side.smtp, EmailUser: 'me@qq.com', EmailTo: 'me@qq.com', EmailPass: 'hunter2' };
  const mail = { smtp, passwordFile: '/data/smtp_password', tls: true };

  it('groups and inhibits alerts as the VPS does', () => {
    const ours = JSON.parse(alertmanagerConfig(mail));
    const theirs = z
      .object({ route: z.record(z.string(), z.unknown()), inhibit_rules: z.unknown() })
      .parse(shipped('alertmanager.yml'));
    expect({ ...ours.route, receiver: '' }).toEqual({ ...theirs.route, receiver: '' });
    expect(ours.inhibit_rules).toEqual(theirs.inhibit_rules);
  });

  it('mails alerts only where mail is set up, and keeps the password out', () => {
    expect(alertmanagerConfig(mail)).toContain('"to": "me@qq.com"');
    expect(alertmanagerConfig(mail)).not.toContain('hunter2');
    expect(alertmanagerConfig({ ...mail, smtp: side.smtp })).not.toContain('email_configs');
  });
});
