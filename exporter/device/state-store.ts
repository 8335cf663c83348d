import type { Clock } from '../../runtime/clock.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Files } from '../host/files.ts';
import type { SavedDevice } from './saved-device.ts';
import { readState, writeState } from './state-file.ts';

export interface StateStoreOptions {
  /** The state file, as of now. */
  path(): string;
  /** A copy of it on a medium that outlives a power cut; undefined when none is wanted. */
  copyPath(): string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: Files;
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

export function createStateStore({ path, copyPath, clock, logger, files }: StateStoreOptions): StateStore {
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
      logger.error(
        { reason: read.reason, movedTo: read.movedTo },
        'the state is not usable and was set aside; the gateway is asked for the counters',
      );
    }
    return read.kind === 'found' ? read.device : undefined;
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
        logger.error({ code: errorCode(error) }, 'the copy of the state cannot be written; mend [client] StateSync');
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
