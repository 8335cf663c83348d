import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { untilAborted } from '../runtime/async.ts';
import { isDone, requestHttp } from '../runtime/http.ts';
import type { Logger } from '../runtime/logger.ts';
import type { OnReload } from '../runtime/reload.ts';
import { openSettings } from '../runtime/settings-file.ts';
import { SECRET_MODES, writeConfiguration } from './files.ts';
import { type RenderSettings, readRenderSettings } from './settings.ts';

interface WatchOptions {
  /** The settings file. */
  readonly config: string;
  readonly out: string;
  /** Origins of the programs to be told, such as `http://prometheus:9090`. */
  readonly reload: readonly string[];
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly onReload?: OnReload;
  readonly logger: Logger;
  /** Milliseconds between two tries to tell a program. */
  readonly retryAfter: number;
}

/** What restarts is back within this many tries. */
const TRIES = 5;

/**
 * Keeps the configuration as the settings are: writes it now and after each good edit, and has the programs read it. A bad
 * edit is logged and changes nothing.
 *
 * Secrets can be read by the group of this process, since Prometheus and Alertmanager run as other users.
 *
 * @returns when the signal aborts
 * @throws SettingsError when the settings are bad at the start
 * @throws Error when the files cannot be written at the start
 */
export async function watchSettings({
  config,
  out,
  reload,
  signal,
  onReload,
  logger,
  retryAfter,
}: WatchOptions): Promise<void> {
  const folder = resolve(out);
  const file = await openSettings({ path: config, parse: readRenderSettings, logger });
  /** @returns the programs that refuse it */
  const put = async (settings: RenderSettings): Promise<string[]> => {
    const names = await writeConfiguration(settings, folder, SECRET_MODES.group);
    logger.info({ folder, files: names.length }, 'configuration written');
    const takes = await Promise.all(reload.map((origin) => tell(origin, { signal, logger, retryAfter })));
    return reload.filter((_, index) => takes[index] === false);
  };
  try {
    await put(file.current());
    file.follow(async (settings) => {
      const refusing = await put(settings);
      if (refusing.length > 0) throw new Error(`refused by ${refusing.join(', ')}`);
    }, onReload);
    await untilAborted(signal);
  } finally {
    await file.close();
  }
}

/** @returns false where the program refuses its configuration; one that is not up reads it when it starts */
async function tell(
  origin: string,
  { signal, logger, retryAfter }: Pick<WatchOptions, 'signal' | 'logger' | 'retryAfter'>,
): Promise<boolean> {
  for (let attempt = 1; attempt <= TRIES && !signal.aborted; attempt += 1) {
    try {
      const { href } = new URL('/-/reload', origin);
      const answer = await requestHttp(href, { method: 'POST', timeout: 10_000, signal });
      const { status, text } = answer;
      if (isDone(answer)) logger.info({ program: origin }, 'configuration read');
      else logger.error({ program: origin, status, said: text.trim() }, 'configuration refused');
      return isDone(answer);
    } catch {
      await setTimeout(retryAfter, undefined, { signal }).catch(() => {});
    }
  }
  logger.info({ program: origin }, 'not up: it reads its configuration when it starts');
  return true;
}
