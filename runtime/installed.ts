import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SettingsError } from '../core/settings.ts';
import { readFileIfExists } from './atomic-file.ts';
import { SETTINGS_FOLDER, settingsPlace } from './settings-place.ts';
import { type InstalledService, SYSTEM_FOLDERS, type SystemFolders, systemService } from './system-service.ts';
import { TEXTS } from './texts.ts';

/** Where an installation keeps what commands look for: the folders of this machine, or others in tests. */
export interface Installation extends SystemFolders {
  /** Of the settings. */
  readonly settings: string;
}

export const INSTALLATION: Installation = { settings: SETTINGS_FOLDER, ...SYSTEM_FOLDERS };

/** The settings file that a command reads by default: one in this folder, else that of the installation. */
export const settingsFile = (name: string, { settings } = INSTALLATION): Promise<string> =>
  settingsPlace(name, async (path) => existsSync(path), settings);

/** Of the VPS: see {@link systemService}. */
export const installedService = (
  service: 'gateway' | 'auditor',
  installation = INSTALLATION,
): Promise<InstalledService | undefined> => systemService(service, readFileIfExists, installation);

/**
 * The service of this machine that goes by a settings file; undefined where none is installed, and relative paths begin
 * at the file's own folder.
 *
 * @throws SettingsError where the installed service goes by another file: what a command changed would have no effect
 */
export async function serviceOf(
  service: 'gateway' | 'auditor',
  path: string,
  installation = INSTALLATION,
): Promise<InstalledService | undefined> {
  const installed = await installedService(service, installation);
  if (installed === undefined) return undefined;
  const given = await realpath(path).catch(() => resolve(path));
  if (given === (await realpath(installed.settings).catch(() => installed.settings))) return installed;
  // The service's own link to its copy.
  if (dirname(resolve(path)) === installed.folder) return installed;
  throw new SettingsError(path, [{ problem: TEXTS.otherService(service, installed.settings, installed.folder) }]);
}
