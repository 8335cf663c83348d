import { reachableAt } from '../core/ip.ts';
import type { AlertMail } from '../prometheus/alertmanager.ts';
import { configurationFiles, type TextFile } from '../prometheus/rules.ts';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import type { RunFolder } from './layout.ts';
import type { ServerSide } from './settings.ts';
import { DEMO_MAIL, type SimulatedWorld } from './simulated-world.ts';

/** What Prometheus and Alertmanager of the stack are started with: that of a VPS, at this machine's addresses. */
export function storageFiles(side: ServerSide, mail: AlertMail, scrapeSeconds: number): TextFile[] {
  const { addresses } = side;
  const targets = {
    pushgateway: reachableAt(addresses.pushgateway),
    auditor: reachableAt(addresses.auditor),
    gateway: reachableAt(addresses.gatewayMetrics),
    alertmanager: reachableAt(addresses.alertmanager),
    prometheus: reachableAt(addresses.prometheus),
  };
  return configurationFiles(side, targets, mail, scrapeSeconds);
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
