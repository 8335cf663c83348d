import { join } from 'node:path';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import { dashboardFiles, serverFiles } from './files.ts';
import type { RenderSettings } from './settings.ts';

/** Permissions of files that hold a secret: for their owner alone, or for a group that the programs belong to. */
export const SECRET_MODES = { owner: 0o600, group: 0o640 } as const;

/**
 * Writes all that Prometheus, Alertmanager and Grafana are configured with. Each file is the old one or the new one at
 * any instant.
 *
 * @param folder absolute
 * @returns the names of the files
 * @throws Error when a file cannot be written
 */
export async function writeConfiguration(
  settings: RenderSettings,
  folder: string,
  secretMode: number,
): Promise<readonly string[]> {
  const files = [...serverFiles(settings, folder), ...dashboardFiles(settings)];
  for (const { name, content, secret } of files) {
    await writeFileAtomic(join(folder, name), content, secret ? secretMode : 0o644);
  }
  return files.map(({ name }) => name);
}
