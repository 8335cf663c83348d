/** Where systemd keeps what `service install` makes for the whole machine: the folders of this machine, or others in tests. */
export interface SystemFolders {
  /** Of the units. */
  readonly units: string;
  /** Of the data of services. */
  readonly data: string;
}

export const SYSTEM_FOLDERS: SystemFolders = { units: '/etc/systemd/system', data: '/var/lib' };

/** A service of the whole system, as `flowcollect service install` set it up under systemd. */
export interface InstalledService {
  /** The file to edit. */
  readonly settings: string;
  /** Where relative paths in it begin: the service reads a copy, through a link that is there. */
  readonly folder: string;
}

/**
 * A service of the whole system, on both hosts.
 *
 * @param read gives undefined for a file that is not there
 * @returns undefined where the service is not installed, or reads the file itself: one user's, and those of other systems
 */
export async function systemService(
  service: 'exporter' | 'gateway' | 'auditor',
  read: (path: string) => Promise<string | undefined>,
  { units, data } = SYSTEM_FOLDERS,
): Promise<InstalledService | undefined> {
  const unit = await read(`${units}/flowcollect-${service}.service`);
  const settings = /^LoadCredential=settings:(.+)$/m.exec(unit ?? '')?.[1]?.replaceAll('%%', '%');
  return settings === undefined ? undefined : { settings, folder: `${data}/flowcollect-${service}` };
}

/** The exporter of the whole system, where it goes by this settings file. What may not be read here decides nothing. */
export async function exporterOf(
  path: string,
  files: { readText(path: string): Promise<string | undefined>; absolute(path: string): string },
  folders = SYSTEM_FOLDERS,
): Promise<InstalledService | undefined> {
  const service = await systemService('exporter', (each) => files.readText(each).catch(() => undefined), folders);
  return service?.settings === files.absolute(path) ? service : undefined;
}
