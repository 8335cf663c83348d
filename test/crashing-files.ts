import { type FileHandle, mkdir, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import type { FileOperations } from '../runtime/atomic-file.ts';

/** `kill`: the process ends and the system keeps what it was given; `power cut`: what was not flushed is gone. */
export type CrashKind = 'kill' | 'power cut';
export type CrashPoint = 'before' | 'half way' | 'after';

export interface CrashingFiles extends FileOperations {
  /** How many operations were begun. */
  readonly count: number;
  /** Resolves with the crash, once the disk is as it is found afterwards; the crashed operation never returns. */
  readonly crashed: Promise<'crashed'>;
}

/**
 * The system's files, with a crash at one operation.
 *
 * @param at which operation, from 0; none when it never comes
 */
export function createCrashingFiles(at: number, point: CrashPoint, kind: CrashKind): CrashingFiles {
  let count = 0;
  let over = false;
  let tell = (_: 'crashed'): void => {};
  const crashed = new Promise<'crashed'>((resolve) => {
    tell = resolve;
  });
  const handles = new Set<FileHandle>();
  /** Files whose content was not flushed; and what a name stood for before a rename that was not flushed. */
  const loose = new Set<string>();
  let unflushedRename: { to: string; before: Buffer | undefined } | undefined;

  async function crash(): Promise<never> {
    over = true;
    // As the system does for a process that ends.
    for (const handle of handles) await handle.close().catch(() => undefined);
    if (kind === 'power cut') {
      for (const path of loose) await truncate(path, 0).catch(() => undefined);
      if (unflushedRename !== undefined) {
        const { to, before } = unflushedRename;
        if (before === undefined) await rm(to);
        else await writeFile(to, before);
      }
    }
    tell('crashed');
    return new Promise(() => {});
  }

  async function run<T>(operation: () => Promise<T>, half: () => Promise<unknown> = operation): Promise<T> {
    if (over) return new Promise(() => {});
    const mine = count;
    count += 1;
    if (mine !== at) return operation();
    if (point === 'half way') await half();
    if (point === 'after') await operation();
    return crash();
  }

  return {
    get count() {
      return count;
    },
    crashed,
    open: (path, flags, mode) =>
      run(async () => {
        const file = await open(path, flags, mode);
        handles.add(file);
        if (flags === 'wx') loose.add(path);
        return {
          writeFile: (content) =>
            run(
              () => file.writeFile(content),
              () => file.writeFile(content.slice(0, content.length / 2)),
            ),
          chmod: (mode) => run(() => file.chmod(mode)),
          chown: (uid, gid) => run(() => file.chown(uid, gid)),
          sync: () =>
            run(async () => {
              await file.sync();
              loose.delete(path);
              if (flags === 'r') unflushedRename = undefined;
            }),
          close: () =>
            run(async () => {
              handles.delete(file);
              await file.close();
            }),
        };
      }),
    rename: (from, to) =>
      run(async () => {
        const before = await readFile(to).catch(() => undefined);
        await rename(from, to);
        if (loose.delete(from)) loose.add(to);
        unflushedRename = { to, before };
      }),
    mkdir: (path, options) => run(() => mkdir(path, options)),
  };
}
