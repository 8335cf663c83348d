import { existsSync, writeSync } from 'node:fs';
import { type FileHandle, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openNewFile, syncFolder } from '../../runtime/atomic-file.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';

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
export interface Place {
  readonly file: FileHandle;
  readonly at: number;
  readonly length: number;
}

interface WaitingRecord {
  readonly record: LogRecord;
  /** Where somebody waits for the medium. */
  readonly put?: { resolve(): void; reject(error: unknown): void };
}

/** One line of a log of named contents, and for `put` what is put. Names are of `a-z`, `0-9`, `.` and `_`. */
export type LogRecord =
  /** From now on that name has this content. */
  | { readonly kind: 'put'; readonly name: string; readonly content: Uint8Array }
  /** The content has another name now, in place of what had that; nothing where the name is not known. */
  | { readonly kind: 'move'; readonly name: string; readonly to: string }
  | { readonly kind: 'drop'; readonly name: string };

/** What the file may take without being written again; more only up to three times what is current. */
const SPARE_BYTES = 32 * 2 ** 20;
export const nameOfLog = (number: number): string => `${String(number).padStart(10, '0')}.log`;

/** A log as it was found; there is none yet where `file` is left out. */
interface FoundLog {
  readonly folder: string;
  readonly number: number;
  readonly file?: FileHandle | undefined;
  readonly size: number;
  readonly places: Map<string, Place>;
  /** Whether nothing may be appended to the file any more: what a failed write left of it is not known. */
  readonly isSpoilt: boolean;
}

export function createAppendOnlyLog(found: FoundLog, logger: Logger, spareBytes = SPARE_BYTES): AppendOnlyLog {
  const { folder, places } = found;
  let { number, file, size, isSpoilt } = found;
  let path = join(folder, nameOfLog(number));
  let limit = spareBytes;
  let queue: WaitingRecord[] = [];
  let running: Promise<void> | undefined;

  function add(waiting: WaitingRecord): void {
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

  async function append(batch: readonly WaitingRecord[]): Promise<void> {
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

export function applyMove(places: Map<string, Place>, name: string, to: string): void {
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

/**
 * A record as bytes: `put NAME LENGTH CHECKSUM`, its content and a newline; `move NAME TO CHECKSUM`;
 * `drop NAME CHECKSUM`. The checksum is the CRC-32 of what is before it and of the content.
 *
 * @returns `contentAt`: how many of the bytes stand before the content
 */
export function writeRecord(record: LogRecord): { readonly bytes: Buffer; readonly contentAt: number } {
  const { kind, name } = record;
  if (kind === 'move') return { bytes: lineOf(`move ${name} ${record.to}`), contentAt: 0 };
  if (kind === 'drop') return { bytes: lineOf(`drop ${name}`), contentAt: 0 };
  const head = lineOf(`put ${name} ${record.content.length}`, record.content);
  return { bytes: Buffer.concat([head, record.content, Buffer.from('\n')]), contentAt: head.length };
}

function lineOf(text: string, content?: Uint8Array): Buffer {
  return Buffer.from(`${text} ${checksum(text, content)}\n`);
}

/** Of a record: its line up to there, and its content. */
export function checksum(text: string, content: Uint8Array = new Uint8Array()): string {
  return crc32(content, crc32(text)).toString(16).padStart(8, '0');
}
