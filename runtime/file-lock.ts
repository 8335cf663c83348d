import { open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserFacingError } from '../core/language.ts';
import { makeFolder, refuseForeignLinks } from './atomic-file.ts';
import { TEXTS } from './texts.ts';

/** Another process holds on to a file; the message names the lock and when to remove it. */
export class FileLockError extends UserFacingError {
  override readonly name = 'FileLockError';
}

const TRY_AGAIN_MS = 20;
const PATIENCE_MS = 10_000;
/** A change takes milliseconds: a lock of that age was left by a process that was killed. */
const ABANDONED_MS = 60_000;

/**
 * Changes a file while no other process of FlowCollect on this machine does, so that what is read within is what is
 * written over. The lock is a file next to it, `.lock` at its name, which only one process can make.
 *
 * @param path absolute, and not a link; its folder is made where it is missing
 * @throws FileLockError when another process holds on for ten seconds
 * @throws what the disk or the work says
 */
export async function whileLocked<T>(path: string, work: () => Promise<T>, patience = PATIENCE_MS): Promise<T> {
  const lock = `${path}.lock`;
  refuseForeignLinks(dirname(lock));
  for (const until = Date.now() + patience; !(await take(lock)); ) {
    if (await isAbandoned(lock)) await breakUp(lock);
    else if (Date.now() >= until) throw new FileLockError(TEXTS.locked(path, lock));
    else await delay(TRY_AGAIN_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Whether it was free. */
async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT') throw error;
    await makeFolder(dirname(lock));
    return take(lock);
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs > ABANDONED_MS;
  } catch {
    return false;
  }
}

/** Under a lock of its own: two that both found it abandoned must not remove what a third one has just made. */
async function breakUp(lock: string): Promise<void> {
  await whileLocked(lock, async () => {
    if (await isAbandoned(lock)) await rm(lock, { force: true });
  });
}
