import * as files from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const flush = promisify(files.fdatasync);

export interface LogFile {
  readonly path: string;
  /** Up to the last record that is whole. */
  size: number;
}

/** Appends to a log, and begins another once it is full or has failed. Calls must not overlap. */
export interface LogWriter {
  /**
   * What waits for the medium is done on another thread; writing ends in the system's memory and costs less here.
   *
   * @param flushed whether the bytes are on the medium when it resolves
   * @returns where they begin
   * @throws when the disk refuses: then none of the bytes count, though they may be found there after a crash
   */
  append(bytes: Uint8Array, flushed: boolean): Promise<{ readonly log: LogFile; readonly at: number }>;
  /** Whether the next bytes begin another log. */
  isAtEnd(): boolean;
  close(): Promise<void>;
}

export interface LogWriterOptions {
  readonly folder: string;
  /** Of the last log that is there already; 0 for none. */
  readonly lastNumber: number;
  /** A log that is as large is followed by another. */
  readonly logBytes: number;
  /** Another log is there. */
  begun(log: LogFile): void;
}

export const LOG_NAME = /^(\d{10})\.log$/;

export async function openLogWriter({ folder, lastNumber, logBytes, begun }: LogWriterOptions): Promise<LogWriter> {
  // Windows cannot open folders; NTFS journals what changes in them.
  const handle = process.platform === 'win32' ? undefined : await open(folder, 'r');
  let number = lastNumber;
  let writing: { readonly log: LogFile; readonly file: number } | undefined;

  async function begin(): Promise<{ readonly log: LogFile; readonly file: number }> {
    number += 1;
    const path = join(folder, `${String(number).padStart(10, '0')}.log`);
    const file = files.openSync(path, 'wx', 0o600);
    try {
      await handle?.sync();
    } catch (error) {
      files.closeSync(file);
      throw error;
    }
    const log = { path, size: 0 };
    begun(log);
    return { log, file };
  }

  function end(): void {
    if (writing !== undefined) files.closeSync(writing.file);
    writing = undefined;
  }

  return {
    async append(bytes, flushed) {
      // Whoever empties the folder of a running gateway must not have it write to a file that nobody can open again.
      if (writing !== undefined && files.statSync(writing.log.path, { throwIfNoEntry: false }) === undefined) end();
      writing ??= await begin();
      const { log, file } = writing;
      try {
        for (let at = 0; at < bytes.length; ) at += files.writeSync(file, bytes, at);
        if (flushed) await flush(file);
      } catch (error) {
        // What a failed flush leaves on the medium is not known: nothing may be appended to it.
        takeBack(file, log.size);
        end();
        throw error;
      }
      const at = log.size;
      log.size += bytes.length;
      if (log.size >= logBytes) end();
      return { log, at };
    },
    isAtEnd: () => writing === undefined,
    async close() {
      end();
      await handle?.close();
    },
  };
}

function takeBack(file: number, size: number): void {
  try {
    files.ftruncateSync(file, size);
  } catch {
    // The records are still there, whole or not, and read as a push of which nobody knows whether it arrived.
  }
}
