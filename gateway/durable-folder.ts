import * as files from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openFile = promisify(files.open);
const flush = promisify(files.fsync);

/**
 * A folder of small files that are replaced several times a second, as `writeFileAtomic` replaces one: a crash at any
 * instant leaves the old content or the new.
 *
 * What may wait for the medium is done on other threads: flushing, and whatever changes the folder, for the file
 * system's journal. Writing and closing end in the system's memory: done here and now they cost less than handing them
 * to another thread. A flush of the folder serves all files that were renamed before it began.
 */
export interface DurableFolder {
  /** On the medium when it resolves. @throws when the disk refuses */
  replace(name: string, content: Uint8Array): Promise<void>;
  /** Not flushed: after a power cut it may not have happened. @throws when the disk refuses */
  rename(from: string, to: string): Promise<void>;
  /** As {@link rename}; a file that is not there is removed already. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws when the folder cannot be made or opened */
export async function openDurableFolder(path: string): Promise<DurableFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  // Windows cannot open folders; its renames are journalled by NTFS.
  const folder = process.platform === 'win32' ? undefined : await open(path, 'r');
  const flushFolder = createSharedRun(async () => folder?.sync());
  return {
    async replace(name, content) {
      const temporary = join(path, `${name}.tmp`);
      const file = await openFile(temporary, 'w', 0o600);
      try {
        for (let at = 0; at < content.length; ) at += files.writeSync(file, content, at);
        await flush(file);
      } finally {
        files.closeSync(file);
      }
      await rename(temporary, join(path, name));
      await flushFolder();
    },
    rename: (from, to) => rename(join(path, from), join(path, to)),
    remove: (name) => rm(join(path, name), { force: true }),
    close: async () => folder?.close(),
  };
}

/** Runs a task so that every call is served by a run that began after it, and no two run at once. */
export function createSharedRun(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        running = next ?? Promise.resolve();
        next = undefined;
        return task();
      });
    return next;
  };
}
