import { type FileHandle, open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UserFacingError } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { TEXTS } from '../texts.ts';

/** A recording cannot be made; the message says which file and why, or what is wrong with the kernel. */
export class RecordError extends UserFacingError {
  override readonly name = 'RecordError';
}

/** Where `replay` finds the parts of a recording. */
export interface RecordingPaths {
  readonly frames: string;
  readonly logs: string;
  readonly proxies: string;
}

export const recordingPaths = (name: string): RecordingPaths => ({
  frames: `${name}.ndjson.gz`,
  logs: `${name}.logs.json.gz`,
  proxies: `${name}.proxies.json`,
});

/** The files of a recording while it is made. */
export interface RecordingFiles {
  /** @param t epoch milliseconds @param text a `/connections` message as received */
  frame(t: number, text: string): void;
  /** @param line a message of `/logs` */
  log(t: number, line: { readonly type: string; readonly payload: string }): void;
  /** Ends the files. @throws RecordError where they could not be written */
  close(): Promise<void>;
  /** Ends and removes the files. */
  discard(): Promise<void>;
}

/**
 * Makes the files of a recording, readable by their owner alone, since they tell of hosts and addresses. They are
 * written as they grow, however long the recording is.
 *
 * @param proxies the kernel's `/proxies` answer
 * @param onFailure called at once when a file cannot be written any more
 * @throws RecordError where one of them cannot be made, or is there already
 */
export async function createRecordingFiles(
  paths: RecordingPaths,
  proxies: string,
  onFailure: () => void,
): Promise<RecordingFiles> {
  const made: FileHandle[] = [];
  const discard = async (): Promise<void> => {
    for (const handle of made) await handle.close().catch(() => {});
    for (const path of Object.values(paths).slice(0, made.length)) await rm(path, { force: true });
  };
  const inWords = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      await discard();
      throw new RecordError(TEXTS.unwritableRecording(path, errorCode(error)), { cause: error });
    }
  };
  const make = (path: string): Promise<FileHandle> =>
    inWords(path, async () => {
      const handle = await open(path, 'wx', 0o600);
      made.push(handle);
      return handle;
    });
  const frames = packInto(paths.frames, await make(paths.frames), onFailure);
  const logs = packInto(paths.logs, await make(paths.logs), onFailure);
  const catalog = await make(paths.proxies);
  await inWords(paths.proxies, async () => {
    await catalog.writeFile(proxies);
    await catalog.close();
  });

  let before = '[';
  return {
    frame: (t, text) => frames.write(`{"t":${t}}\t${text.trim()}\n`),
    log(t, { type, payload }) {
      logs.write(before + JSON.stringify({ t, type, payload }));
      before = ',\n';
    },
    async close() {
      logs.write(before === '[' ? '[]' : ']');
      await Promise.all([frames.end(), logs.end()]);
    },
    async discard() {
      await Promise.allSettled([frames.end(), logs.end()]);
      await discard();
    },
  };
}

function packInto(path: string, handle: FileHandle, onFailure: () => void) {
  const gzip = createGzip();
  const written = pipeline(gzip, handle.createWriteStream());
  written.catch(onFailure);
  return {
    write: (text: string): void => void gzip.write(text),
    async end(): Promise<void> {
      gzip.end();
      try {
        await written;
      } catch (error) {
        throw new RecordError(TEXTS.unwritableRecording(path, errorCode(error)), { cause: error });
      }
    },
  };
}
