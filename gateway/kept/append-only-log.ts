import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import { headLength, type LogRecord, readRecords, writeRecord } from './log-record.ts';
import { LOG_NAME, type LogFile, openLogWriter } from './log-writer.ts';

/**
 * Named contents that are replaced many times a second, in a folder of logs: what is put is appended, and one flush
 * serves all that was put while the one before was under way. A crash at any instant leaves of each name the old
 * content or the new. Calls for one name must not overlap, but for `read`.
 *
 * Logs are removed oldest first, once nothing in them is current: so a `move` or `drop` outlives what it speaks of.
 * Where logs take several times what is current in them, the oldest is emptied by copying that on.
 */
export interface RecordLog {
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

export interface RecordLogOptions {
  readonly logger: Logger;
  /** Names of files that hold one content each, as an earlier version kept them. */
  readonly single: RegExp;
  readonly logBytes?: number;
  /** What logs may take together without being emptied; more only up to three times what is current. */
  readonly spareBytes?: number;
}

/** Where a content is. */
interface Place {
  readonly log: LogFile;
  readonly at: number;
  readonly length: number;
}

interface Waiting {
  readonly record: LogRecord;
  /** Where somebody waits for the medium. */
  readonly put?: { resolve(): void; reject(error: unknown): void };
}

const LOG_BYTES = 8 * 2 ** 20;
const SPARE_BYTES = 4 * LOG_BYTES;

/** @throws when the folder cannot be made or read */
export async function openRecordLog(
  path: string,
  { logger, single, logBytes = LOG_BYTES, spareBytes = SPARE_BYTES }: RecordLogOptions,
): Promise<RecordLog> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { places, logs, lastNumber } = await readFolder(path, single, logger);
  const writer = await openLogWriter({ folder: path, lastNumber, logBytes, begun: (log) => logs.push(log) });
  let queue: Waiting[] = [];
  /** Moves and drops that could not be written; they go before whatever is next. */
  let unwritten: Waiting[] = [];
  let running: Promise<void> | undefined;

  function add(waiting: Waiting): void {
    queue.push(waiting);
    running ??= run();
  }

  async function run(): Promise<void> {
    // What comes in the same moment is written together.
    await new Promise(setImmediate);
    while (queue.length > 0) {
      const batch = [...unwritten, ...queue];
      queue = [];
      unwritten = [];
      await write(batch);
      if (writer.isAtEnd()) await tidy();
    }
    running = undefined;
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    try {
      const written = await append(
        batch.map(({ record }) => record),
        batch.some(({ put }) => put !== undefined),
      );
      for (const [index, { record, put }] of batch.entries()) {
        if (put === undefined) continue;
        const place = written[index];
        if (place !== undefined) places.set(record.name, place);
        put.resolve();
      }
    } catch (error) {
      unwritten = batch.filter(({ put }) => put === undefined);
      for (const { put } of batch) put?.reject(error);
    }
  }

  /** @returns where the contents are, for each record */
  async function append(records: readonly LogRecord[], flushed: boolean): Promise<Place[]> {
    const parts: Uint8Array[] = [];
    let length = 0;
    const written = records.map((record) => {
      const own = writeRecord(record);
      const at = length + headLength(own);
      for (const part of own) length += part.length;
      parts.push(...own);
      return { at, length: record.kind === 'put' ? record.content.length : 0 };
    });
    const { log, at } = await writer.append(Buffer.concat(parts, length), flushed);
    return written.map((place) => ({ log, at: at + place.at, length: place.length }));
  }

  async function tidy(): Promise<void> {
    try {
      for (let oldest = logs[0]; oldest !== undefined && logs.length > 1; oldest = logs[0]) {
        const current = [...places.values()];
        if (current.some(({ log }) => log === oldest)) {
          const [all, needed] = [sum(logs.map(({ size }) => size)), sum(current.map(({ length }) => length))];
          if (all <= Math.max(spareBytes, 3 * needed)) return;
          await copyOn(oldest);
        }
        await rm(oldest.path, { force: true });
        logs.shift();
      }
    } catch (error) {
      logger.error({ code: errorCode(error) }, 'old logs of pushes cannot be removed; look at [server] DataDir');
    }
  }

  async function copyOn(from: LogFile): Promise<void> {
    const contents = new Map<Place, Buffer>();
    for (const place of places.values()) if (place.log === from) contents.set(place, await readPlace(place));
    // Under the names that they have by now: a move or drop that is not written yet finds nothing to do.
    const copied: Place[] = [];
    const records: LogRecord[] = [];
    for (const [name, place] of places) {
      const content = contents.get(place);
      if (content === undefined) continue;
      copied.push(place);
      records.push({ kind: 'put', name, content });
    }
    const copies = await append(records, true);
    const copyOf = new Map(copied.map((place, index) => [place, copies[index]]));
    for (const [name, place] of places) places.set(name, copyOf.get(place) ?? place);
  }

  return {
    names: () => [...places.keys()],
    async read(name) {
      for (;;) {
        const place = places.get(name);
        if (place === undefined) throw new Error(`nothing is kept as ${name}`);
        try {
          return await readPlace(place);
        } catch (error) {
          // Copied on meanwhile, and its log removed.
          if (places.get(name) === place) throw error;
        }
      }
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
      await writer.close();
    },
  };
}

/** What the folder holds: single files first, as they are older than any log. */
async function readFolder(path: string, single: RegExp, logger: Logger) {
  const places = new Map<string, Place>();
  const logs: LogFile[] = [];
  const names = (await readdir(path)).sort();
  for (const name of names.filter((each) => single.test(each))) {
    const log = { path: join(path, name), size: (await stat(join(path, name))).size };
    logs.push(log);
    places.set(name, { log, at: 0, length: log.size });
  }
  const numbered = names.filter((each) => LOG_NAME.test(each));
  for (const name of numbered) {
    const bytes = await readFile(join(path, name));
    const { found, end } = readRecords(bytes);
    // As after a power cut; nobody was told that what follows is kept.
    if (end < bytes.length) logger.warn({ file: name, at: end }, 'a log of pushes ends in a record that is not whole');
    const log = { path: join(path, name), size: bytes.length };
    logs.push(log);
    for (const { record, at } of found) {
      if (record.kind === 'put') places.set(record.name, { log, at, length: record.content.length });
      else if (record.kind === 'move') applyMove(places, record.name, record.to);
      else places.delete(record.name);
    }
  }
  return { places, logs, lastNumber: Number(LOG_NAME.exec(numbered.at(-1) ?? '')?.[1] ?? 0) };
}

function applyMove(places: Map<string, Place>, name: string, to: string): void {
  const place = places.get(name);
  if (place === undefined) return;
  places.delete(name);
  places.set(to, place);
}

async function readPlace({ log, at, length }: Place): Promise<Buffer> {
  const file = await open(log.path, 'r');
  try {
    const content = Buffer.alloc(length);
    const { bytesRead } = await file.read(content, 0, length, at);
    if (bytesRead < length) throw new Error(`${log.path} was cut short`);
    return content;
  } finally {
    await file.close();
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
