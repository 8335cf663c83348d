import { rename, stat } from 'node:fs/promises';
import { setAsidePath } from '../core/checked-text.ts';
import { UserFacingError } from '../core/language.ts';
import { readFileIfExists } from './atomic-file.ts';
import type { DiskHealth } from './disk-health.ts';
import type { Logger } from './logger.ts';
import { TEXTS } from './texts.ts';

/** What stands at a path is not what was written there: it was cut or edited, or is a folder. */
export class DamagedFileError extends UserFacingError {
  override readonly name = 'DamagedFileError';

  /** @param reason in English, for the log */
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(TEXTS.damagedFile(path, reason));
  }
}

/**
 * What a file holds, or undefined where there is none.
 *
 * @param parse throws an error whose message says what is wrong with the text
 * @throws DamagedFileError
 * @throws the system's error where the file may be whole and could not be read, as without rights or free descriptors
 */
export async function readUndamaged<T>(path: string, parse: (text: string) => T): Promise<T | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  // Neither a folder can be read, nor a pipe without waiting for who writes to it.
  if (found !== undefined && !found.isFile()) throw new DamagedFileError(path, 'it is not a file');
  const text = await readFileIfExists(path);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    throw new DamagedFileError(path, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Goes on without what is damaged: reads, and where that throws {@link DamagedFileError} moves the file aside, so that
 * it is neither used nor lost, and says so in the log and in `/healthz`.
 *
 * @returns undefined where it was damaged
 */
export type OrSetAside = <T>(read: () => Promise<T>) => Promise<T | undefined>;

/** Of commands, which change nothing that a service keeps: what is damaged is an error. */
export const orThrow: OrSetAside = (read) => read();

/** @param now epoch milliseconds */
export function createOrSetAside(
  now: () => number,
  disk: Pick<DiskHealth, 'tellSetAside'>,
  logger: Logger,
): OrSetAside {
  return async (read) => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      const { path, reason } = error;
      const movedTo = setAsidePath(path, now());
      try {
        await rename(path, movedTo);
      } catch (failure) {
        // Another read of the same moment found it damaged as well, and has moved it.
        if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw failure;
      }
      disk.tellSetAside(path, reason, movedTo);
      logger.error({ path, reason, movedTo }, 'a damaged file was set aside; the rest goes on');
      return undefined;
    }
  };
}
