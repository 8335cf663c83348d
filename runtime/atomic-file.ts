import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import {
  constants,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserFacingError } from '../core/language.ts';
import { type DiskHealth, setAsidePath } from './health.ts';
import type { Logger } from './logger.ts';
import { TEXTS } from './texts.ts';

/** The file operations that an atomic write is made of: the system's, or what a test puts in their place. */
export interface FileOperations {
  /** `wx` makes the file, and fails where anything is at its name, a link included. */
  open(path: string, flags: 'r' | 'wx', mode?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
}

interface OpenFile {
  writeFile(content: string | Uint8Array): Promise<void>;
  chmod(mode: number): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  /** What was written is on the medium when it resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const SYSTEM: FileOperations = { open, rename, mkdir };

/**
 * Replaces a file so that a reader, or a crash at any instant, sees the old content or the new, never a part: written
 * next to it, flushed, renamed over it, and the folder flushed so that the rename itself survives a power cut.
 *
 * What root writes belongs to whom the file that it replaces belonged, or the folder: a command that root runs by hand
 * must leave nothing that the service cannot read. Whoever owns the folder cannot lead root elsewhere: what is written
 * is a new file under a name that nobody can guess, its rights are set on the open file, and links of others are refused.
 *
 * @param mode permissions; by default those of the file that is replaced, or 0600, since state and archives describe people
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  mode?: number,
  files: FileOperations = SYSTEM,
): Promise<void> {
  const folder = dirname(path);
  refuseForeignLinks(folder);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const found = await lstat(path).catch(() => undefined);
  const replaced = found?.isFile() ? found : undefined;
  const file = await openForWriting(temporary, mode ?? 0o600, files);
  try {
    try {
      await file.writeFile(content);
      // Whatever the umask takes away.
      await file.chmod(mode ?? (replaced?.mode ?? 0o600) & 0o777);
      if (isRoot()) {
        const { uid, gid } = replaced ?? (await stat(folder));
        await file.chown(uid, gid);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder, files);
  await removeAbandoned(folder);
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

/** A text of what files hold: another one after every save, whichever way it was made, wherever links lead. */
export async function fingerprint(paths: readonly string[]): Promise<string> {
  const each = paths.map((path) =>
    stat(path, { bigint: true }).then(
      ({ dev, ino, size, mtimeNs, ctimeNs }) => `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`,
      (error: NodeJS.ErrnoException) => String(error.code),
    ),
  );
  return (await Promise.all(each)).join('\n');
}

/**
 * To be called before folders are made with `recursive`: below /proc, wherever links lead there, the system says of each
 * folder that the one above is missing, and Node asks it without end.
 *
 * @throws an error of code EROFS
 */
export function refuseBelowProc(path: string): void {
  for (let each = resolve(path); ; each = dirname(each)) {
    let real: string;
    try {
      real = realpathSync(each);
    } catch {
      if (each === dirname(each)) return;
      continue;
    }
    if (!/^\/proc(\/|$)/.test(real)) return;
    throw Object.assign(new Error(`${path} is below /proc, where no file can be made`), { code: 'EROFS' });
  }
}

/**
 * Makes a folder where there is none, which belongs to whom the one above belongs; see {@link writeFileAtomic}.
 *
 * @param mode permissions, whatever the umask takes away; by default what it leaves
 */
export async function makeFolder(
  path: string,
  files: Pick<FileOperations, 'mkdir'> = SYSTEM,
  mode?: number,
): Promise<void> {
  refuseForeignLinks(path);
  refuseBelowProc(path);
  if (isRoot() && !existsSync(dirname(path))) await makeFolder(dirname(path), files, mode);
  const made = await files.mkdir(path, { recursive: true });
  if (made === undefined || process.platform === 'win32' || (mode === undefined && !isRoot())) return;
  const { uid, gid } = await stat(dirname(path));
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (mode !== undefined) await folder.chmod(mode);
    if (isRoot()) await folder.chown(uid, gid);
  } finally {
    await folder.close();
  }
}

/**
 * Opens a new file that its owner alone may read, in place of what is at its name, never through a link; see
 * {@link writeFileAtomic} for whom it belongs to.
 *
 * @param flags as of `open`: to append, or to read and write
 * @throws where anything is put there in the same moment
 */
export async function openNewFile(path: string, flags: 'ax' | 'wx+'): Promise<FileHandle> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  const file = await open(path, flags, 0o600);
  if (isRoot()) {
    const { uid, gid } = await stat(dirname(path));
    await file.chown(uid, gid);
  }
  return file;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** What root writes to must not be reached by a link that another user made, as a service may in its own folder. */
export function refuseForeignLinks(written: string): void {
  if (!isRoot()) return;
  for (let path = resolve(written); path !== dirname(path); path = dirname(path)) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() && found.uid !== 0) {
      throw Object.assign(new Error(`${path} is a link of user ${found.uid}, which root does not follow`), {
        code: 'ELOOP',
      });
    }
  }
}

const TEMPORARY = /\.[0-9a-f]{12}\.tmp$/;
/** A write takes moments: a file of that age was left by a process that was killed. */
const ABANDONED_MS = 60_000;
/** Folders in which this process has looked. */
const tidied = new Set<string>();

async function removeAbandoned(folder: string): Promise<void> {
  if (tidied.has(folder)) return;
  tidied.add(folder);
  for (const name of (await readdir(folder)).filter((each) => TEMPORARY.test(each))) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
}

/** The folder is made only where it is missing: most files are written again and again. */
async function openForWriting(path: string, mode: number, files: FileOperations): Promise<OpenFile> {
  try {
    return await files.open(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolder(dirname(path), files);
    return files.open(path, 'wx', mode);
  }
}

/** What was made, renamed or removed in a folder is on the medium when it resolves. */
export async function syncFolder(path: string, files: FileOperations = SYSTEM): Promise<void> {
  // Windows cannot open folders; NTFS journals what changes in them.
  if (process.platform === 'win32') return;
  const folder = await files.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** What is at a path is not what was written there: it was cut or edited, or is a folder. */
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
export function createOrSetAside(now: () => number, disk: Pick<DiskHealth, 'onSetAside'>, logger: Logger): OrSetAside {
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
      disk.onSetAside(path, reason, movedTo);
      logger.error({ path, reason, movedTo }, 'a damaged file was set aside; the rest goes on');
      return undefined;
    }
  };
}
