import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLoopback } from '../core/addresses.ts';
import { UserFacingError } from '../core/language.ts';
import { buildDashboards } from '../grafana/dashboards.ts';
import { GRAFANA_LANGUAGES } from '../grafana/settings.ts';
import { configurationFiles, HEADER, type TextFile } from '../prometheus/rules.ts';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import { errorCode } from '../runtime/error-code.ts';
import type { RenderSettings } from './settings.ts';
import { TEXTS } from './texts.ts';

interface RenderedFile extends TextFile {
  /** Whether only its owner may read it. */
  readonly secret: boolean;
}

const PASSWORD = 'smtp_password';
/** Grafana's own language, which Grafana reads from there at its start. */
export const LANGUAGE_FILE = 'grafana_language';

/**
 * What Prometheus and Alertmanager are started with, without dashboards.
 *
 * @param folder absolute, where the files will be
 */
export function serverFiles(settings: RenderSettings, folder: string): RenderedFile[] {
  const { smtp, alerts, targets } = settings;
  const password = smtp.EmailPass;
  const mail = {
    smtp,
    passwordFile: password === undefined ? undefined : `${folder}/${PASSWORD}`,
    // A mail server on this very machine may do without.
    tls: !isLoopback(smtp.SMTPHost),
  };
  return [
    ...configurationFiles(settings, targets, mail, 15).map((file) => ({
      ...file,
      // Alertmanager's holds the token of the bot.
      secret: file.name === 'alertmanager.yml' && alerts.TelegramToken !== undefined,
    })),
    ...(password === undefined ? [] : [{ name: PASSWORD, content: password, secret: true }]),
  ];
}

/** The dashboards in the language of the settings, with their day and budget. */
export function dashboardFiles({ server, alerts }: RenderSettings): RenderedFile[] {
  const budget = server.DailyBudget === undefined ? {} : { dailyBudgetBytes: server.DailyBudget };
  return buildDashboards({
    language: server.Language,
    zone: server.Timezone,
    dayEnds: server.DayEnds,
    limits: {
      leakMinBytes: server.LeakMinBytes,
      leakRatio: server.LeakRatio,
      quotaWarning: alerts.QuotaWarning,
      quotaCritical: alerts.QuotaCritical,
      expiryDays: alerts.ExpiryDays,
      silentAfterSeconds: alerts.SilentAfter / 1000,
    },
    ...budget,
  }).map(({ name, content }) => ({ name: `dashboards/${name}`, content, secret: false }));
}

/** Permissions of files that hold a secret: for their owner alone, or for a group that the programs belong to. */
export const SECRET_MODES = { owner: 0o600, group: 0o640 } as const;

/**
 * Writes all that Prometheus, Alertmanager and Grafana are configured with. Each file is the old one or the new one at
 * any instant. Rules and dashboards of an earlier version go, since they would fire and stand next to those of this one;
 * those of others stay.
 *
 * @param folder absolute
 * @returns the names of the files
 * @throws UserFacingError naming it when a file cannot be written
 */
export async function writeConfiguration(
  settings: RenderSettings,
  folder: string,
  secretMode: number,
): Promise<readonly string[]> {
  const language = { name: LANGUAGE_FILE, content: GRAFANA_LANGUAGES[settings.server.Language], secret: false };
  const files = [...serverFiles(settings, folder), language, ...dashboardFiles(settings)];
  for (const { name, content, secret } of files) {
    const path = join(folder, name);
    try {
      await writeFileAtomic(path, content, secret ? secretMode : 0o644);
    } catch (error) {
      throw new UserFacingError(TEXTS.unwritable(path, errorCode(error)), { cause: error });
    }
  }
  const names = files.map(({ name }) => name);
  for (const name of await ownFiles(folder)) if (!names.includes(name)) await rm(join(folder, name));
  return names;
}

/** Rules and dashboards in a folder that were written by this program, whatever its version. */
async function ownFiles(folder: string): Promise<readonly string[]> {
  const list = async (place: string): Promise<string[]> =>
    (await readdir(join(folder, place))).map((name) => `${place}/${name}`);
  const rules: string[] = [];
  for (const name of (await list('rules')).filter((each) => each.endsWith('.yml'))) {
    if ((await readFile(join(folder, name), 'utf8')).startsWith(HEADER)) rules.push(name);
  }
  return [...rules, ...(await list('dashboards')).filter((name) => /\/flowcollect-[a-z-]+\.json$/.test(name))];
}
