import type { SmtpSection } from '../core/server-settings.ts';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import type { RunFolder } from './layout.ts';
import { reachableAt, type ServerSide, type StackAddresses } from './settings.ts';
import { DEMO_MAIL, type SimulatedWorld } from './simulated-world.ts';

/**
 * prometheus.yml of the stack: the jobs of prometheus/prometheus.yml at this machine's addresses. JSON is YAML.
 *
 * @param rulesFolder absolute
 */
export function prometheusConfig(addresses: StackAddresses, rulesFolder: string, scrapeSeconds: number): string {
  const job = (name: string, target: string, honorLabels: boolean) => ({
    job_name: name,
    ...(honorLabels ? { honor_labels: true } : {}),
    static_configs: [{ targets: [target] }],
  });
  const alertmanager = reachableAt(addresses.alertmanager);
  return JSON.stringify(
    {
      global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${scrapeSeconds}s` },
      rule_files: [`${rulesFolder}/*.yml`],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      scrape_configs: [
        job('pushgateway', reachableAt(addresses.pushgateway), true),
        job('auditor', reachableAt(addresses.auditor), true),
        job('gateway', reachableAt(addresses.gatewayMetrics), true),
        job('alertmanager', alertmanager, false),
        job('prometheus', reachableAt(addresses.prometheus), false),
      ],
    },
    null,
    2,
  );
}

/** Where alerts are mailed to; undefined where no mail is set up, and alerts then only show in Alertmanager. */
export interface AlertMail {
  readonly smtp: SmtpSection;
  /** A file that holds the password alone. */
  readonly passwordFile: string;
  /** Off only towards a mailbox on loopback. */
  readonly tls: boolean;
}

/** Alerts go where the report goes: by `[smtp]`, in a demo to the simulated mailbox. Writes the password's file. */
export async function alertMail(
  side: ServerSide,
  folder: RunFolder,
  world: SimulatedWorld | undefined,
): Promise<AlertMail> {
  const passwordFile = folder.in('smtp_password');
  const smtp =
    world === undefined
      ? side.smtp
      : {
          SMTPHost: world.mailbox.host,
          SMTPPort: world.mailbox.port,
          EmailUser: DEMO_MAIL.user,
          EmailPass: world.password,
          EmailTo: DEMO_MAIL.to,
        };
  await writeFileAtomic(passwordFile, smtp.EmailPass ?? '');
  return { smtp, passwordFile, tls: world === undefined };
}

/** alertmanager.yml of the stack, as prometheus/alertmanager.yml with the addresses of `[smtp]`. */
export function alertmanagerConfig(mail: AlertMail | undefined): string {
  const to = (mail?.smtp.EmailTo ?? '').split(/[,;\s]+/).filter((address) => address !== '');
  const sends = mail?.smtp.EmailUser !== undefined && to.length > 0;
  return JSON.stringify(
    {
      ...(mail !== undefined && sends
        ? {
            global: {
              smtp_smarthost: `${mail.smtp.SMTPHost}:${mail.smtp.SMTPPort}`,
              smtp_from: mail.smtp.EmailUser,
              smtp_auth_username: mail.smtp.EmailUser,
              smtp_auth_password_file: mail.passwordFile,
              smtp_require_tls: mail.tls,
            },
          }
        : {}),
      route: {
        receiver: 'owner',
        group_by: ['alertname', 'user'],
        group_wait: '30s',
        group_interval: '5m',
        repeat_interval: '12h',
      },
      receivers: [{ name: 'owner', ...(sends ? { email_configs: [{ to: to.join(', '), send_resolved: true }] } : {}) }],
      inhibit_rules: [
        {
          source_matchers: ['alertname = FlowCollectPushgatewayDown'],
          target_matchers: ['alertname = FlowCollectDeviceSilent'],
        },
      ],
    },
    null,
    2,
  );
}
