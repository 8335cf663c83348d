import type { Logger } from '../runtime/logger.ts';
import { openSettingsFile } from '../runtime/settings-file.ts';
import { readServerSide, type ServerSide } from './settings.ts';

/**
 * Applies every good edit of the server's settings, one after the other; a bad one is logged and changes nothing.
 *
 * @param path absolute, of a file that exists
 * @returns ends it, after what is being applied
 * @throws SettingsError when the file is bad
 */
export async function followSettings(
  path: string,
  apply: (side: ServerSide) => Promise<void>,
  logger: Logger,
): Promise<() => Promise<void>> {
  const file = await openSettingsFile(
    path,
    // What there is to notice, the services that read the same file say.
    (_, text) => ({ settings: readServerSide(path, text), notices: [] }),
    logger,
  );
  let queue = Promise.resolve();
  file.onChange((side) => {
    queue = queue
      .then(() => apply(side))
      .catch((error: unknown) => {
        logger.error({ err: error }, 'the edit of the settings could not be applied; mend that and save once more');
      });
  });
  return async () => {
    await file.close();
    await queue;
  };
}
