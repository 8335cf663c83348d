import { chmod, lchown, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file operations that an atomic write is made of: the system's, or what a test puts in their place. */
export interface FileOperations {
  open(path: string, flags: 'r' | 'w', mode?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
}

export interface OpenFile {
  writeFile(content: string | Uint8Array): Promise<void>;
  /** What was written is on the medium when it resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const SYSTEM: FileOperations = { open, rename, mkdir };

/**
 * Replaces a file so that a reader, or a crash at any instant, sees the old content or the new, never a part: written
 * beside it, flushed, renamed over it, and the folder flushed so that the rename itself survives a power cut.
 *
 * What root writes belongs to whom the file that it replaces belonged, or the folder: a command that root runs by hand
 * must leave nothing that the service cannot read.
 *
 * @param mode permissions; by default those of the file that is replaced, or 0600, since state and archives tell of people
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  mode?: number,
  files: FileOperations = SYSTEM,
): Promise<void> {
  const temporary = `${path}.tmp`;
  const replaced = await stat(path).catch(() => undefined);
  const file = await openForWriting(temporary, mode ?? 0o600, files);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  if (mode === undefined && replaced !== undefined) await chmod(temporary, replaced.mode & 0o777);
  await giveToOwner(replaced ?? (await stat(dirname(path))), temporary);
  await files.rename(temporary, path);
  await syncFolder(dirname(path), files);
}

/** The text of a file, or undefined when it does not exist. */
export async function readFileIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a folder where there is none, which belongs to whom the one above belongs; see {@link writeFileAtomic}. */
export async function makeFolder(path: string, files: Pick<FileOperations, 'mkdir'> = SYSTEM): Promise<void> {
  const made = await files.mkdir(path, { recursive: true });
  if (made !== undefined) await giveToOwner(await stat(dirname(path)), path);
}

/** The folder is made only where it is missing: most files are written again and again. */
async function openForWriting(path: string, mode: number, files: FileOperations): Promise<OpenFile> {
  try {
    return await files.open(path, 'w', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolder(dirname(path), files);
    return files.open(path, 'w', mode);
  }
}

async function giveToOwner({ uid, gid }: { readonly uid: number; readonly gid: number }, path: string): Promise<void> {
  // Not through a link that the folder's owner may have put there.
  if (process.getuid?.() === 0) await lchown(path, uid, gid);
}

async function syncFolder(path: string, files: FileOperations): Promise<void> {
  // Windows cannot open folders; its rename is journalled by NTFS.
  if (process.platform === 'win32') return;
  const folder = await files.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
