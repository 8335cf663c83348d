import { checkedText, readCheckedText, setAsidePath } from '../../core/checked-text.ts';
import { type Text, UserFacingError } from '../../core/language.ts';
import type { Clock } from '../../runtime/clock.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Files } from '../host/host.ts';
import type { SavedDevice } from './saved-device.ts';

/** What a file held. */
export type KeptRead<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly value: T }
  /** It was damaged and was moved aside; why, and where it is now. */
  | { readonly kind: 'set_aside'; readonly reason: string; readonly movedTo: string };

/** Raised when {@link SavedDevice} or the ledger's state cannot be read as it was before; what is new is optional. */
const FORMAT = { format: 'flowcollect-exporter-state', version: 2 };

/** The state is there, or its folder is, and cannot be used; the message names the setting that moves it. */
export class StateError extends UserFacingError {
  override readonly name = 'StateError';
}

/**
 * @param kernel the NAME of `[kernel.NAME]`, which may hold characters that a file's name cannot; empty for `[client]`
 */
export function statePath(files: Files, folder: string, kernel = ''): string {
  const name = kernel === '' ? '' : `.${files.sha256(kernel).slice(0, 16)}`;
  return files.absolute(`exporter-state${name}.json`, folder);
}

/**
 * Writes atomically: a crash at any instant leaves the old state or the new.
 *
 * @throws the system's error, such as ENOSPC
 */
export async function writeState(files: Files, path: string, device: SavedDevice): Promise<void> {
  await files.replace(path, checkedText(FORMAT, JSON.stringify(device), files.sha256));
}

/**
 * Reads the state; one that is damaged or of another version is moved aside, so that it is neither used nor lost.
 *
 * @param now epoch milliseconds, for the name of a file set aside
 * @throws StateError where the file is there and cannot be read or moved
 */
export async function readState(files: Files, path: string, now: number): Promise<KeptRead<SavedDevice>> {
  try {
    return await readOrSetAside(files, path, now, (text) => {
      const checked = readCheckedText(FORMAT, text, files.sha256);
      if (!checked.ok) throw new Error(checked.reason);
      return JSON.parse(checked.body) as SavedDevice;
    });
  } catch (error) {
    throw new StateError(unusableState(path, errorCode(error)), { cause: error });
  }
}

/**
 * Reads a file; one that is damaged, or a folder in its place, is moved aside.
 *
 * @param parse throws an error whose message says what is wrong with the text
 * @throws the system's error where it cannot be read or moved
 */
export async function readOrSetAside<T>(
  files: Files,
  path: string,
  now: number,
  parse: (text: string) => T,
): Promise<KeptRead<T>> {
  const setAside = async (reason: string): Promise<KeptRead<T>> => {
    const movedTo = setAsidePath(path, now);
    await files.rename(path, movedTo);
    return { kind: 'set_aside', reason, movedTo };
  };
  let text: string | undefined;
  try {
    text = await files.readText(path);
  } catch (error) {
    if (errorCode(error) === 'EISDIR') return setAside('it is not a file');
    throw error;
  }
  if (text === undefined) return { kind: 'none' };
  try {
    return { kind: 'found', value: parse(text) };
  } catch (error) {
    return setAside(error instanceof Error ? error.message : String(error));
  }
}

export interface StateStoreOptions {
  /** The state file, as of now. */
  path(): string;
  /** A copy of it on a medium that outlives a power cut; undefined when none is wanted. */
  copyPath(): string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: Files;
  /** A damaged file stands under another name now. */
  onSetAside?(path: string, reason: string, movedTo: string): void;
}

/** One device's state on disk, and its copy where the state itself is in RAM. */
export interface StateStore {
  /** The newest usable state; what is not usable is set aside and told. @throws StateError */
  read(): Promise<SavedDevice | undefined>;
  /** Durable when it resolves; the copy is written too when an hour has gone by. @throws the system's error */
  write(device: SavedDevice): Promise<void>;
  /** Writes the copy: the state as it was written last. */
  close(): Promise<void>;
}

/** Flash wears out: an hour that only the gateway knows is better than a router that dies of its own state. */
const COPY_EVERY_MS = 3_600_000;

export function createStateStore({ path, copyPath, clock, logger, files, onSetAside }: StateStoreOptions): StateStore {
  let written: SavedDevice | undefined;
  // An exporter that starts again and again must not copy each time.
  let copiedAt = clock.now();
  let copyFailed = false;
  /** Where a copy is wanted, once it was looked whether there can be one. */
  let looked: string | undefined;
  /** Whose state the copy is, as far as is known. */
  let copyOf: string | undefined;

  async function readFrom(file: string): Promise<SavedDevice | undefined> {
    const read = await readState(files, file, clock.now());
    if (read.kind === 'set_aside') {
      onSetAside?.(file, read.reason, read.movedTo);
      logger.error(
        { reason: read.reason, movedTo: read.movedTo },
        'the state is not usable and was set aside; the gateway is asked for the counters',
      );
    }
    return read.kind === 'found' ? read.value : undefined;
  }

  async function copy(device: SavedDevice): Promise<void> {
    const file = copyPath();
    if (file === undefined) return;
    copiedAt = clock.now();
    copyOf = device.deviceId;
    await tellOfFailure(() => writeState(files, file, device));
  }

  /** The first copy is due in an hour: that none can be written there is said before. */
  async function look(): Promise<void> {
    const file = copyPath();
    if (file === looked) return;
    looked = file;
    if (file === undefined) return;
    await tellOfFailure(() => files.makeWritable(files.folderOf(file)));
  }

  async function tellOfFailure(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      copyFailed = false;
    } catch (error) {
      if (!copyFailed) {
        logger.error({ code: errorCode(error) }, 'the copy of the state cannot be written; fix [client] StateSync');
      }
      copyFailed = true;
    }
  }

  return {
    async read() {
      const state = await readFrom(path());
      copyOf = state?.deviceId;
      if (state !== undefined) return state;
      const file = copyPath();
      const copied = file === undefined ? undefined : await readFrom(file);
      // Where the gateway was pushed to since, it knows more, and is asked before the first push.
      copyOf = copied?.deviceId;
      if (copied !== undefined) logger.info('the state is gone; going on from its copy');
      return copied;
    },
    async write(device) {
      await writeState(files, path(), device);
      written = device;
      await look();
      copyOf ??= device.deviceId;
      // A copy under the name before would not know what was pushed under the new one.
      const isRenamed = copyOf !== device.deviceId;
      // A clock set back must not put the copy off for long.
      if (isRenamed || Math.abs(clock.now() - copiedAt) >= COPY_EVERY_MS) await copy(device);
    },
    async close() {
      if (written !== undefined) await copy(written);
    },
  };
}

const unusableState = (path: string, code: string): Text => ({
  zh: `状态文件 ${path} 无法使用（${code}），请修改 [client] StateDir`,
  en: `the state ${path} cannot be used (${code}); fix [client] StateDir`,
});
