import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderIni } from '../../stack/service-settings.ts';

/**
 * Writes what an exporter that is measured reads, into a folder of its own.
 *
 * @param client keys of `[client]` besides those that all of them have
 * @returns the path of the file
 */
export async function writeExporterSettings(folder: string, client: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, 'ClientSetting.ini');
  const common = { RemoteToken: 'bench', DeviceID: 'bench', MetricsListen: '127.0.0.1:0' };
  await writeFile(path, renderIni({ client: { ...common, ...client } }), { mode: 0o600 });
  return path;
}
