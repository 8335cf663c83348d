import { readFile, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { watch } from 'chokidar';
import { changedKeys } from '../core/ini-changes.ts';
import { type Language, languageOf, textIn } from '../core/language.ts';
import { describeProblem, SettingsError, type SettingsRead } from '../core/settings.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { errorCode } from './error-code.ts';
import { FileLockError, whileLocked } from './file-lock.ts';
import type { Logger } from './logger.ts';
import { TEXTS } from './texts.ts';

/** A settings file that is read once at start and again whenever it changes. */
export interface SettingsFile<T> {
  /** The last good settings. */
  current(): T;
  /** Whether the last read succeeded; false after a bad edit, while {@link current} keeps what was good. */
  lastReloadSuccessful(): boolean;
  /** Calls back with new settings after each good edit; returns how to stop that. */
  onChange(listener: (settings: T, previous: T) => void): () => void;
  close(): Promise<void>;
}

/**
 * Reads a settings file and watches it. A bad edit is logged with file, line, key and reason, and changes nothing.
 *
 * @param parse turns the file's name and text into settings, or throws {@link SettingsError}
 * @throws SettingsError when the file is missing or bad at the first read
 */
export async function openSettingsFile<T>(
  path: string,
  parse: (file: string, text: string) => SettingsRead<T>,
  logger: Logger,
): Promise<SettingsFile<T>> {
  const file = basename(path);
  const listeners = new Set<(settings: T, previous: T) => void>();
  let language: Language = 'zh';
  const read = async (): Promise<{ text: string; settings: T }> => {
    const text = await readSettingsText(path);
    language = languageOf(text) ?? 'zh';
    const { settings, notices } = parse(file, text);
    for (const notice of notices) logger.warn({ notice: describeProblem(file, notice, language) }, 'settings notice');
    return { text, settings };
  };

  let { text, settings } = await read();
  let successful = true;

  const reload = async (): Promise<void> => {
    try {
      const next = await read();
      const mended = !successful;
      successful = true;
      if (next.text === text) {
        // The last word on the file would otherwise be that it is bad.
        if (mended) logger.info({ file }, 'settings are as they were before the edit that was not usable');
        return;
      }
      const changed = changedKeys(text, next.text);
      text = next.text;
      const previous = settings;
      settings = next.settings;
      logger.info({ file, changed }, 'settings reloaded');
      for (const listener of listeners) listener(settings, previous);
    } catch (error) {
      successful = false;
      if (error instanceof SettingsError) {
        logger.error(
          { problems: textIn(error.text, language).split('\n') },
          'settings kept as they were: the edit is not usable',
        );
      } else {
        logger.error({ err: error }, 'settings kept as they were: the file cannot be read');
      }
    }
  };

  // Reloads run one after the other, so that an older read never overwrites a newer one.
  let queue = Promise.resolve();
  const enqueue = (): void => {
    queue = queue.then(reload);
  };
  // Editors write in several steps or replace the file: wait until it stays the same for a moment.
  const watcher = watch(path, { ignoreInitial: true, awaitWriteFinish: { stabilityThreshold: 150, pollInterval: 50 } });
  watcher.on('add', enqueue).on('change', enqueue).on('unlink', enqueue);
  await new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
  });

  return {
    current: () => settings,
    lastReloadSuccessful: () => successful,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await watcher.close();
      await queue;
    },
  };
}

/**
 * The text of a settings file: UTF-8; UTF-16 where its byte order mark says so (`>` in PowerShell); or GBK where it is
 * not valid UTF-8 (Notepad on a Chinese Windows).
 *
 * @throws SettingsError when it cannot be read, naming the path and how to begin
 */
export async function readSettingsText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const problem = code === 'ENOENT' ? TEXTS.settingsMissing : TEXTS.settingsUnreadable(code ?? 'unknown error');
    throw new SettingsError(path, [{ problem }]);
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gbk').decode(bytes);
  }
}

/**
 * Replaces a settings file, which holds secrets: by default readable by its owner alone.
 *
 * @throws SettingsError naming the file and what its folder needs
 */
export async function writeSettingsText(path: string, text: string, mode?: number): Promise<void> {
  try {
    await writeFileAtomic(path, text, mode);
  } catch (error) {
    throw unwritable(path, error);
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
    const next = change(await readSettingsText(file));
    await writeSettingsText(file, next, (await stat(file)).mode & 0o777);
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
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): SettingsError {
  return new SettingsError(path, [{ problem: TEXTS.settingsUnwritable(errorCode(error)) }]);
}
