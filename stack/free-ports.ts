import { existsSync } from 'node:fs';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import { listenHttp } from '../runtime/http.ts';
import { type ListenAddress, ListenError } from '../runtime/listen.ts';
import { type IniSections, renderIni } from './service-settings.ts';
import { TEXTS } from './texts.ts';

/** How {@link ListenAddress.setting} names a key of a file. */
const SETTING = /^\[(\w+)\] (\w+) in (.+)$/;

/**
 * Checks that nothing listens at any of the addresses. Where the settings file that moves one that is taken does not
 * exist yet, it is written, with free ports for all that are, so that the next start gets by.
 *
 * @throws ListenError for the first that is taken, naming the key
 */
export async function checkFree(addresses: readonly ListenAddress[]): Promise<void> {
  let first: ListenError | undefined;
  const files = new Map<string, Record<string, Record<string, string>>>();
  for (const address of addresses) {
    try {
      await (await listenHttp(() => {}, address)).close();
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      first ??= error;
      const [, section = '', key = '', file = ''] = SETTING.exec(address.setting) ?? [];
      if (file === '' || existsSync(file)) continue;
      const sections = files.get(file) ?? {};
      sections[section] = { ...sections[section], [key]: valueFor(key, await freePort()) };
      files.set(file, sections);
    }
  }
  if (first === undefined) return;
  for (const [file, sections] of files) await writeFileAtomic(file, renderIni(sections satisfies IniSections));
  if (files.size === 0) throw first;
  throw new ListenError(TEXTS.movedPorts(first.text, [...files.keys()].join(', ')), { cause: first });
}

function valueFor(key: string, port: number): string {
  if (key.endsWith('Addr')) return `http://127.0.0.1:${port}`;
  return key.endsWith('Port') ? String(port) : `127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const listener = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: '' });
  await listener.close();
  return listener.port;
}
