import { access, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SettingsError } from '../core/settings.ts';
import { readFileIfExists } from './atomic-file.ts';
import { SETTINGS_FOLDER, settingsPlace } from './settings-place.ts';
import { TEXTS } from './texts.ts';

/** Where an installation keeps what commands look for: the folders of this machine, or others in tests. */
export interface Installation {
  /** Of the settings. */
  readonly settings: string;
  /** Of the units that `service install` writes for the whole system. */
  readonly units: string;
  /** Of the data of services; relative paths of their settings begin there. */
  readonly data: string;
}

export const INSTALLATION: Installation = {
  settings: SETTINGS_FOLDER,
  units: '/etc/systemd/system',
  data: '/var/lib',
};

/** The settings file that a command reads by default: one in this folder, else that of the installation. */
export const settingsFile = (name: string, { settings } = INSTALLATION): Promise<string> =>
  settingsPlace(name, exists, settings);

/** A service of the whole system, as `flowcollect service install` set it up under systemd. */
export interface InstalledService {
  /** The file to edit. */
  readonly settings: string;
  /** Where relative paths in it begin. */
  readonly folder: string;
}

/** @returns undefined where the service is not installed, or is one user's, which reads the file itself */
export async function installedService(
  service: 'gateway' | 'auditor',
  { units, data } = INSTALLATION,
): Promise<InstalledService | undefined> {
  const unit = await readFileIfExists(join(units, `flowcollect-${service}.service`));
  const settings = /^LoadCredential=settings:(.+)$/m.exec(unit ?? '')?.[1]?.replaceAll('%%', '%');
  return settings === undefined ? undefined : { settings, folder: join(data, `flowcollect-${service}`) };
}

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

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
