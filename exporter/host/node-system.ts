import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, readSync, renameSync, statSync } from 'node:fs';
import {
  access,
  constants,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import {
  type FileOperations,
  makeFolder,
  openNewFile,
  readFileIfExists,
  refuseBelowProc,
  refuseForeignLinks,
  writeFileAtomic,
} from '../../runtime/atomic-file.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { isOpenToOthers, readSettingsText } from '../../runtime/settings-file.ts';
import type { Files, Host, PackedFile } from './host.ts';
import { createLineFile, type LineFileParts } from './line-file.ts';
import { type LockParts, lockFile } from './lock.ts';

const OWNER_ALONE = 0o600;

/** @param operations that writing is made of: the system's, or what a test puts in their place */
export const createNodeFiles = (operations?: FileOperations): Files => ({
  absolute: (path, folder = '.') => resolve(folder, path),
  folderOf: dirname,
  nameOf: (path) => basename(path),
  read: (path) => readFile(path),
  isOpenToOthers,
  readSettings: readSettingsText,
  readText: readFileIfExists,
  replace: (path, text) => writeFileAtomic(path, text, undefined, operations),
  rename,
  async makeWritable(folder) {
    await makeFolder(folder, operations);
    await access(folder, constants.W_OK);
  },
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  unpack: (gzip) => gunzipSync(gzip),
  create: (path, text) => writeFile(path, text, { flag: 'wx', mode: OWNER_ALONE }),
  createPacked,
  remove: (path) => rm(path, { force: true }),
  list: (folder) => readdir(folder),
  append,
  isInMemory,
  lock: (path, text) => lockFile(nodeLockParts, path, text),
  async tryFolder(folder) {
    refuseBelowProc(folder);
    const made = await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK);
    if (made !== undefined) await removeEmpty(folder, made);
  },
  lineFile: (path, isOwn, largest) => createLineFile(lineFileParts, path, isOwn, largest),
});

export const nodeFiles = createNodeFiles();

async function createPacked(path: string, onFailure: () => void): Promise<PackedFile> {
  const handle = await open(path, 'wx', OWNER_ALONE);
  const gzip = createGzip();
  const written = pipeline(gzip, handle.createWriteStream());
  written.catch(onFailure);
  return {
    write: (text) => void gzip.write(text),
    async end() {
      gzip.end();
      await written;
    },
  };
}

async function append(path: string, text: string, isNew: boolean): Promise<void> {
  const { O_WRONLY, O_APPEND, O_NOFOLLOW = 0 } = constants;
  const file = isNew ? await openNewFile(path, 'ax') : await open(path, O_WRONLY | O_APPEND | O_NOFOLLOW);
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** File systems of Linux that are memory: tmpfs, ramfs (statfs(2)); other systems tell none. */
const IN_MEMORY = [0x01021994, 0x858458f6];

async function isInMemory(folder: string): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    try {
      return IN_MEMORY.includes((await statfs(path)).type);
    } catch {
      if (path === dirname(path)) return false;
    }
  }
}

/** Removes a folder and those above it, up to `made`. One that is in use by now stays. */
async function removeEmpty(folder: string, made: string): Promise<void> {
  try {
    for (let path = folder; path.length >= made.length; path = dirname(path)) await rmdir(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOTEMPTY') throw error;
  }
}

/** Longer than the beginning by which a line of the log is known. */
const BEGINNING = 64;

const lineFileParts: LineFileParts = {
  makeFolder(path) {
    refuseBelowProc(dirname(path));
    refuseForeignLinks(dirname(path));
    mkdirSync(dirname(path), { recursive: true });
  },
  look(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { size: found.size, beginning: found.isFile() ? beginningOf(path) : undefined };
  },
  rename: renameSync,
  append(path, text) {
    refuseForeignLinks(path);
    appendFileSync(path, text, { mode: OWNER_ALONE });
  },
};

function beginningOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(BEGINNING);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

const boot = readBoot();

/** It does not change while this process runs. */
function readBoot(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

export const nodeMachine: Pick<Host, 'machineStartedAt' | 'machine'> = {
  machineStartedAt: () => Date.now() - uptime() * 1000,
  machine: () => ({ ...(boot === undefined ? {} : { boot }), uptime: uptime() }),
};

const nodeLockParts: LockParts = {
  pid: process.pid,
  hostname: hostname(),
  now: () => Date.now(),
  machineStartedAt: nodeMachine.machineStartedAt,
  lifeOf(pid) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
    }
    return processBeganAt(pid);
  },
  read: (path) => readFile(path, 'utf8'),
  async replace(path, text) {
    await makeFolder(dirname(path));
    await writeFileAtomic(path, text);
  },
  remove: (path) => rm(path, { force: true }),
};

/** When a process began, in ticks since the machine did: numbers of processes come again (proc_pid_stat(5), field 22). */
function processBeganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
