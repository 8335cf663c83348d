import { existsSync, writeSync } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setAsidePath } from '../../core/json.ts';
import { makeFolder, openNewFile, refuseForeignLinks, syncFolder, writeFileAtomic } from '../../runtime/atomic-file.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { DiskHealth } from '../../runtime/health.ts';
import type { Logger } from '../../runtime/logger.ts';
import { type LogRecord, readRecords, writeRecord } from './log-records.ts';

/**
 * Named contents that are replaced many times a second. What is put is appended to a file, and one flush serves all that
 * was put while the one before was under way. A crash at any instant leaves of each name the old content or the new.
 * Calls for one name must not overlap, but for `read`.
 *
 * Once the file is several times as large as what is current, and after a write failed, what is current is written to
 * another file, which takes its place.
 */
export interface AppendOnlyLog {
  names(): string[];
  /** @throws when there is nothing of that name, or the disk refuses */
  read(name: string): Promise<Buffer>;
  /** On the medium when it resolves. @throws when the disk refuses: then the name has what it had */
  put(name: string, content: Uint8Array): Promise<void>;
  /** Gives a content another name. Not flushed: after a power cut it may not have happened. */
  move(name: string, to: string): void;
  /** As {@link move}; nothing where the name is not there. */
  drop(name: string): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

/** Where a content is. */
interface Place {
  readonly file: FileHandle;
  readonly at: number;
  readonly length: number;
}

interface Waiting {
  readonly record: LogRecord;
  /** Where somebody waits for the medium. */
  readonly put?: { resolve(): void; reject(error: unknown): void };
}

/** What the file may take without being written again; more only up to three times what is current. */
const SPARE_BYTES = 32 * 2 ** 20;
const LOG_NAME = /^(\d{10})\.log$/;
const nameOfLog = (number: number): string => `${String(number).padStart(10, '0')}.log`;

/**
 * @param onSetAside called with what was damaged
 * @throws when the folder cannot be made or read, or nothing can be written there
 */
export async function openAppendOnlyLog(
  folder: string,
  logger: Logger,
  onSetAside: DiskHealth['onSetAside'],
  spareBytes = SPARE_BYTES,
): Promise<AppendOnlyLog> {
  await makeFolder(folder, undefined, 0o700);
  const places = new Map<string, Place>();
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => LOG_NAME.test(name));
  for (const { name } of entries.filter((each) => each.isDirectory())) {
    const movedTo = setAsidePath(join(folder, name), Date.now());
    await rename(join(folder, name), movedTo);
    logger.error({ movedTo }, 'a folder was in place of the log of pushes; devices push again by themselves');
    onSetAside(join(folder, name), 'a folder is in its place', movedTo);
  }
  const numbers = entries.filter((each) => !each.isDirectory()).map(({ name }) => Number.parseInt(name, 10));
  let number = Math.max(0, ...numbers);
  let path = join(folder, nameOfLog(number));
  let file: FileHandle | undefined;
  let size = 0;
  /** Whether nothing may be appended to the file any more: what a failed write left of it is not known. */
  let isSpoilt = true;
  let limit = spareBytes;
  if (numbers.length > 0) {
    refuseForeignLinks(path);
    const bytes = await readFile(path);
    const { found, end, damaged } = readRecords(bytes);
    // As after a power cut; nobody was told that what follows is kept.
    const isCut = end < bytes.length && damaged.at(-1)?.end !== bytes.length;
    isSpoilt = isCut || damaged.length > 0;
    if (isCut) logger.warn({ file: path, at: end }, 'the log of pushes ends in a record that is not whole');
    if (damaged.length > 0) {
      const movedTo = setAsidePath(path, Date.now());
      await writeFileAtomic(movedTo, Buffer.concat(damaged.map((span) => bytes.subarray(span.at, span.end))));
      logger.error(
        { file: path, at: damaged.map(({ at }) => at).slice(0, 10), movedTo },
        'records of the log of pushes are damaged; they are set aside, the others are kept, and devices push again by themselves',
      );
      onSetAside(path, 'some of its records are damaged', movedTo);
    }
    file = await open(path, 'r+');
    size = end;
    for (const { record, at } of found) {
      if (record.kind === 'put') places.set(record.name, { file, at, length: record.content.length });
      else if (record.kind === 'move') applyMove(places, record.name, record.to);
      else places.delete(record.name);
    }
  }
  // A crash may have come before the one that another took the place of was removed.
  for (const each of numbers) if (each !== number) await rm(join(folder, nameOfLog(each)), { force: true });

  let queue: Waiting[] = [];
  let running: Promise<void> | undefined;

  function add(waiting: Waiting): void {
    queue.push(waiting);
    running ??= run();
  }

  async function run(): Promise<void> {
    // What comes in the same moment is written together.
    await new Promise(setImmediate);
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      const puts = batch.filter(({ put }) => put !== undefined);
      try {
        await append((await rewriteWhereDue()) ? puts : batch);
        for (const { put } of puts) put?.resolve();
      } catch (error) {
        // Moves and drops are not lost with it: the file is written again from what they made of the contents.
        isSpoilt = true;
        for (const { put } of puts) put?.reject(error);
      }
    }
    running = undefined;
  }

  async function append(batch: readonly Waiting[]): Promise<void> {
    if (file === undefined) throw new Error('there is no log of pushes');
    const parts: Uint8Array[] = [];
    const written: [string, Place][] = [];
    let at = size;
    for (const { record } of batch) {
      const { bytes, contentAt } = writeRecord(record);
      if (record.kind === 'put') {
        written.push([record.name, { file, at: at + contentAt, length: record.content.length }]);
      }
      at += bytes.length;
      parts.push(bytes);
    }
    // Writing ends in the system's memory; what waits for the medium is done on another thread.
    writeAll(file, Buffer.concat(parts), size);
    if (written.length > 0) await file.datasync();
    size = at;
    for (const [name, place] of written) places.set(name, place);
  }

  /** @returns whether the file is another one, which has all that was moved and dropped so far */
  async function rewriteWhereDue(): Promise<boolean> {
    // Where the folder of a running gateway was emptied, the open file could not be found again.
    const isLost = isSpoilt || !existsSync(path);
    if (!isLost && size <= limit) return false;
    if (!isLost && size <= 3 * [...places.values()].reduce((sum, { length }) => sum + length, 0)) return false;
    try {
      await rewrite();
      return true;
    } catch (error) {
      if (isLost) throw error;
      limit = size + spareBytes;
      logger.error({ code: errorCode(error) }, 'the log of pushes cannot be made smaller; look at [server] DataDir');
      return false;
    }
  }

  async function rewrite(): Promise<void> {
    const before = [...places];
    const [former, formerPath] = [file, path];
    const nextPath = join(folder, nameOfLog(number + 1));
    const unfinished = `${nextPath}.tmp`;
    const next = await openNewFile(unfinished, 'wx+');
    const moved = new Map<Place, Place>();
    let at = 0;
    try {
      for (const [name, place] of before) {
        const { bytes, contentAt } = writeRecord({ kind: 'put', name, content: await readPlace(place) });
        writeAll(next, bytes, at);
        moved.set(place, { file: next, at: at + contentAt, length: place.length });
        at += bytes.length;
      }
      await next.datasync();
      await rename(unfinished, nextPath);
      await syncFolder(folder);
    } catch (error) {
      await next.close();
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw error;
    }
    for (const [name, place] of places) places.set(name, moved.get(place) ?? place);
    number += 1;
    [file, path, size, limit, isSpoilt] = [next, nextPath, at, spareBytes, false];
    await former?.close();
    if (former !== undefined) await rm(formerPath, { force: true }).catch(() => undefined);
  }

  return {
    names: () => [...places.keys()],
    async read(name) {
      const place = places.get(name);
      if (place === undefined) throw new Error(`nothing is kept as ${name}`);
      return readPlace(place);
    },
    put: (name, content) =>
      new Promise((resolve, reject) => add({ record: { kind: 'put', name, content }, put: { resolve, reject } })),
    move(name, to) {
      applyMove(places, name, to);
      add({ record: { kind: 'move', name, to } });
    },
    drop(name) {
      if (places.delete(name)) add({ record: { kind: 'drop', name } });
    },
    async close() {
      await running;
      await file?.close();
    },
  };
}

function applyMove(places: Map<string, Place>, name: string, to: string): void {
  const place = places.get(name);
  if (place === undefined) return;
  places.delete(name);
  places.set(to, place);
}

function writeAll({ fd }: FileHandle, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
}

async function readPlace({ file, at, length }: Place): Promise<Buffer> {
  const content = Buffer.alloc(length);
  const { bytesRead } = await file.read(content, 0, length, at);
  if (bytesRead < length) throw new Error('the log of pushes was cut short');
  return content;
}
