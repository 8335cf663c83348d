import { changedKeys } from '../core/ini.ts';
import { type Language, languageOf, translate, UserFacingError } from '../core/language.ts';
import { describeProblem, SettingsError, type SettingsRead } from '../core/settings.ts';
import { type Clock, createPeriodicTask, type PeriodicTask } from './async.ts';
import type { Logger } from './logger.ts';
import { TEXTS } from './texts.ts';

/** How the last reload ended; the first read counts as one. */
export interface LastReload {
  readonly successful: boolean;
  /** When one succeeded last, epoch milliseconds. */
  readonly succeededAt: number;
}

/** Of files that are followed apart, as if they were one: all must have been applied, and the newest success counts. */
export const lastOfAll = (...reloads: readonly LastReload[]): LastReload => ({
  successful: reloads.every(({ successful }) => successful),
  succeededAt: Math.max(...reloads.map(({ succeededAt }) => succeededAt)),
});

/** Puts settings into use. Where it throws, those that ran are put into use again, and the next save is another try. */
export type Apply<T> = (next: T) => Promise<void>;

/** Calls back whenever the files are to be read again although nobody saved them, until what it returns is called. */
export type OnReload = (again: () => void) => () => void;

/** What runs, of files that are read at start and again at every save, also where a save changes no byte of them. */
export interface Reload<T> {
  /** What runs: what was applied last, not what was written last. */
  current(): T;
  last(): LastReload;
  /** From now on each save is applied, one after the other. To be called once. */
  follow(apply: Apply<T>, onReload?: OnReload): void;
  /** Ends after what is being applied. */
  close(): Promise<void>;
}

export interface ReloadSource<Raw, T> {
  /** In the log, such as `settings`. */
  readonly name: string;
  readonly paths: readonly string[];
  /** @throws when a file cannot be read */
  load(): Promise<Raw>;
  /** @throws when what was read is not usable */
  parse(raw: Raw): T;
  /** The names of what differs. */
  changed?(before: Raw, after: Raw): readonly string[];
  /** In which the operator is told what is wrong; English where there is none. */
  language?(): Language;
  readonly logger: Logger;
}

/**
 * Twice a second takes 0.06 % of a core (docs/adr/0022). Watching by the system would miss what it cannot see: a link
 * that is swapped, a folder that is made again, a network file system, more files than inotify may watch.
 */
const CHECK_EVERY_MS = 500;

/** How files are checked. */
interface FileCheck {
  readonly clock: Clock;
  /** Another text after every save, whichever way it was made, wherever links lead. */
  fingerprint(paths: readonly string[]): Promise<string>;
}

export interface SettingsSource<T> {
  readonly path: string;
  /** Turns the file's name and text into settings, or throws SettingsError. */
  parse(file: string, text: string): SettingsRead<T>;
  readonly logger: Logger;
}

/**
 * A settings file as a source: a bad edit is logged with file, line, key and reason.
 *
 * @param file the name of the file, for messages
 * @param read its text; throws SettingsError
 */
export function settingsSource<T>(
  { path, parse, logger }: SettingsSource<T>,
  file: string,
  read: (path: string) => Promise<string>,
): ReloadSource<string, T> {
  let language: Language = 'zh';
  return {
    name: 'settings',
    paths: [path],
    load: () => read(path),
    parse(text) {
      language = languageOf(text) ?? 'zh';
      const { settings, notices } = parse(file, text);
      for (const notice of notices) logger.warn({ notice: describeProblem(file, notice, language) }, 'settings notice');
      return settings;
    },
    changed: changedKeys,
    language: () => language,
    logger,
  };
}

/**
 * Reads files and follows them. What cannot be read, used or applied is logged and changes nothing.
 *
 * @throws what `load` and `parse` throw at the first read
 */
export async function followReload<Raw, T>(
  source: ReloadSource<Raw, T>,
  { clock, fingerprint }: FileCheck,
): Promise<Reload<T>> {
  const { name, paths, load, parse, changed, language = () => 'en', logger } = source;
  /** Of what was read last; undefined when it is to be read again in any case. */
  let seen: string | undefined = await fingerprint(paths);
  let raw: Raw = await load();
  let running = parse(raw);
  let last: LastReload = { successful: true, succeededAt: clock.now() };
  let unreadable = '';
  let looking: PeriodicTask | undefined;
  let ignoreReload: (() => void) | undefined;

  async function reload(apply: Apply<T>): Promise<void> {
    let next: Raw;
    try {
      next = await load();
      unreadable = '';
    } catch (error) {
      seen = undefined;
      const why = String(error);
      if (why !== unreadable) fail(error, 'a file cannot be read; looking again until it can be');
      unreadable = why;
      return;
    }
    try {
      const parsed = parse(next);
      await applyOrGoBack(apply, parsed);
      logger.info({ ...(changed === undefined ? {} : { changed: changed(raw, next) }) }, `${name} reloaded`);
      [raw, running] = [next, parsed];
      last = { successful: true, succeededAt: clock.now() };
    } catch (error) {
      fail(error, 'what was saved is not usable; fix what is wrong and save again');
    }
  }

  async function applyOrGoBack(apply: Apply<T>, parsed: T): Promise<void> {
    try {
      await apply(parsed);
    } catch (error) {
      await apply(running).catch((also: unknown) => {
        logger.error({ err: also }, `what ran of the ${name} could not be put into use again`);
      });
      throw error;
    }
  }

  function fail(error: unknown, what: string): void {
    last = { ...last, successful: false };
    const why =
      error instanceof UserFacingError ? { problems: translate(error.text, language()).split('\n') } : { err: error };
    logger.error(why, `${name} kept as they were: ${what}`);
  }

  return {
    current: () => running,
    last: () => last,
    follow(apply, onReload) {
      let before = seen;
      looking = createPeriodicTask({
        clock,
        first: CHECK_EVERY_MS,
        every: CHECK_EVERY_MS,
        async run() {
          const now = await fingerprint(paths);
          // Editors write in several steps or replace the file: it is read once it stays the same from one check to the next.
          if (now === before && now !== seen) {
            seen = now;
            await reload(apply);
          }
          before = now;
        },
      });
      looking.start();
      ignoreReload = onReload?.(() => {
        seen = undefined;
      });
    },
    async close() {
      ignoreReload?.();
      await looking?.stop();
    },
  };
}

/**
 * The text of a settings file: UTF-8; UTF-16 where its byte order mark says so (`>` in PowerShell); or GBK where it is
 * not valid UTF-8 (Notepad on a Chinese Windows).
 */
export function decodeSettings(bytes: Uint8Array): string {
  for (const encoding of ['utf-16le', 'utf-16be']) {
    const mark = encoding === 'utf-16le' ? [0xff, 0xfe] : [0xfe, 0xff];
    if (bytes[0] === mark[0] && bytes[1] === mark[1]) return new TextDecoder(encoding).decode(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gbk').decode(bytes);
  }
}

/** Names the path and how to begin. @param code the system's */
export function unreadableSettings(path: string, code: string): SettingsError {
  const problem = code === 'ENOENT' ? TEXTS.settingsMissing : TEXTS.settingsUnreadable(code);
  return new SettingsError(path, [{ problem }]);
}

/** Names the path and what its folder needs. @param code the system's */
export function unwritableSettings(path: string, code: string): SettingsError {
  return new SettingsError(path, [{ problem: TEXTS.settingsUnwritable(code) }]);
}
