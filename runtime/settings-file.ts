import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Language, translate } from '../core/language.ts';
import { SettingsError } from '../core/settings.ts';
import { TEXTS as CORE_TEXTS } from '../core/texts.ts';
import { systemClock } from './async.ts';
import { fingerprint, makeFolder, readFileIfExists, writeFileAtomic } from './atomic-file.ts';
import { errorCode } from './error-code.ts';
import { FileLockError, whileLocked } from './file-lock.ts';
import type { Logger } from './logger.ts';
import {
  decodeSettings,
  followReload,
  type Reload,
  type ReloadSource,
  type SettingsSource,
  settingsSource,
  unreadableSettings,
  unwritableSettings,
} from './reload.ts';
import { TEXTS } from './texts.ts';

/** As {@link followReload}, of this machine's files. */
export const openReload = <Raw, T>(source: ReloadSource<Raw, T>): Promise<Reload<T>> =>
  followReload(source, { clock: systemClock, fingerprint });

/**
 * Reads a settings file, to be followed from then on. A bad edit is logged with file, line, key and reason.
 *
 * @throws SettingsError when the file is missing or bad at the first read
 */
export function openSettings<T>(source: SettingsSource<T>): Promise<Reload<T>> {
  return openReload(settingsSource(source, basename(source.path), readSettingsText));
}

/** The text of a settings file, by {@link decodeSettings}. @throws SettingsError when it cannot be read */
export async function readSettingsText(path: string): Promise<string> {
  try {
    return decodeSettings(await readFile(path));
  } catch (error) {
    throw unreadableSettings(path, errorCode(error));
  }
}

/** Whether other users of this machine may read or write a file, as far as its permissions tell. */
export async function isOpenToOthers(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return process.platform !== 'win32' && found !== undefined && (found.mode & 0o077) !== 0;
}

/** Warns at the start of a service where {@link isOpenToOthers others} may read its settings. */
export async function warnIfOpenToOthers(path: string, language: Language, logger: Logger): Promise<void> {
  if (!(await isOpenToOthers(path))) return;
  logger.warn({ notice: translate(CORE_TEXTS.openToOthers(path), language) }, 'settings notice');
}

/**
 * Replaces a settings file, which keeps owner and permissions; a new one, since it holds secrets, its owner alone can read.
 *
 * @param mode other permissions
 * @throws SettingsError naming the file and what its folder needs
 */
export async function writeSettingsText(path: string, text: string, mode?: number): Promise<void> {
  try {
    await writeFileAtomic(path, text, mode);
  } catch (error) {
    throw unwritableSettings(path, errorCode(error));
  }
}

/**
 * Puts what is made of a settings file's text in its place, while no other command does: of two that change it at the
 * same instant, the second one finds what the first one wrote. A link stays one, permissions stay.
 *
 * @param change throws when nothing is to be written
 * @throws SettingsError when the file cannot be read or written
 * @throws FileLockError when another command holds on to it
 */
export async function changeSettingsText(path: string, change: (text: string) => string): Promise<void> {
  await readSettingsText(path);
  const file = await realpath(path);
  await lockSettings(file, async () => {
    await writeSettingsText(file, change(await readSettingsText(file)));
  });
}

/**
 * The file next to the settings that holds what `gateway token` and `gateway reader` keep. It is read apart from them: a
 * mistake there must not keep a token alive that was revoked, and the settings may be where the gateway cannot write.
 */
export function tokenFileOf(settings: string): string {
  return join(dirname(resolve(settings)), 'tokens', 'tokens.ini');
}

/** The text of the file of {@link tokenFileOf}; undefined where there is none. @throws SettingsError when it cannot be read */
export async function readTokenText(settings: string): Promise<string | undefined> {
  const path = tokenFileOf(settings);
  try {
    return await readFileIfExists(path);
  } catch (error) {
    throw new SettingsError(path, [{ problem: TEXTS.settingsUnreadable(errorCode(error)) }]);
  }
}

const TOKEN_FILE_HEAD = `# Written by "flowcollect gateway token" and "flowcollect gateway reader"; what is here holds instead of what the
# settings say of the same section and key. Tokens are kept as hashes.
`;

/** As {@link changeSettingsText}, of the file of {@link tokenFileOf}, which services of other users may read. */
export async function changeTokenFile(settings: string, change: (text: string) => string): Promise<void> {
  const file = tokenFileOf(settings);
  await makeFolder(dirname(file), undefined, 0o755).catch((error: unknown) => {
    throw unwritableSettings(file, errorCode(error));
  });
  await lockSettings(file, async () => {
    const before = await readTokenText(settings);
    await writeSettingsText(file, change(before ?? TOKEN_FILE_HEAD), before === undefined ? 0o644 : undefined);
  });
}

async function lockSettings(path: string, work: () => Promise<void>): Promise<void> {
  let begun = false;
  try {
    await whileLocked(path, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun || error instanceof FileLockError) throw error;
    throw unwritableSettings(path, errorCode(error));
  }
}
