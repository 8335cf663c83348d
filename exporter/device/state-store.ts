import type { Text } from '../../core/language.ts';
import { type Clock, createSerialQueue } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Files, LockHolder } from '../host/host.ts';
import type { SavedDevice } from './saved-device.ts';
import { changesBetween, rowsOf, type StateRows } from './state-changes.ts';
import {
  appendChanges,
  readOwner,
  readState,
  removeState,
  StateError,
  statePath,
  statesIn,
  writeState,
} from './state-file.ts';

export interface StateStoreOptions {
  /** The folder of the state, as of now. */
  folder(): string;
  /** That of a copy of it on a medium that outlives a power cut; undefined when none is wanted. */
  copyFolder(): string | undefined;
  /** The settings that the state belongs to and the kernel's name in them, to know it again under another DeviceID. */
  readonly owner: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: Files;
  /** A damaged file is under another name now. */
  onSetAside?(path: string, reason: string, movedTo: string): void;
}

/** One device's state on disk, and its copy where the state itself is in RAM. No other process uses it meanwhile. */
export interface StateStore {
  /**
   * The newest usable state of these settings or else of this device; what is not usable is set aside and told.
   *
   * @throws StateError, also where another process holds it
   */
  read(deviceId: string): Promise<SavedDevice | undefined>;
  /** Durable when it resolves; the copy is written too when an hour has gone by. @throws the system's error */
  write(device: SavedDevice): Promise<void>;
  /**
   * Appends what changed since the state was written, where anything moved. Durable when it resolves.
   *
   * @param device as it is when its turn has come
   * @throws the system's error
   */
  append(device: () => SavedDevice): Promise<void>;
  /** Writes the copy, the state as it was written last, and lets go of the state. */
  close(): Promise<void>;
}

/** Frequent writing wears out flash. What moved within the hour is taken from the gateway. */
const COPY_EVERY_MS = 3_600_000;
/** Changes beyond this and the size of the state are no longer cheaper than the state. */
const MOST_APPENDED = 2 ** 20;
/** Rows that change with time alone. */
const OF_TIME = new Set(['device.run', 'ledger.at', 'ledger.daysOfUse', 'ledger.pace']);

/** The state as it is on the disk. */
interface Written {
  readonly device: SavedDevice;
  readonly path: string;
  readonly sha256: string;
  /** With what was appended; absent before anything was. */
  rows?: StateRows;
  /** How much was appended since. */
  appended: number;
}

/** A state that no other process may use. */
interface Held {
  readonly path: string;
  release(): Promise<void>;
}

const lockOf = (path: string): string => `${path}.lock`;

export function createStateStore(options: StateStoreOptions): StateStore {
  const { folder, copyFolder, clock, logger, files, onSetAside } = options;
  const queue = createSerialQueue();
  const owner = files.sha256(options.owner).slice(0, 16);
  let held: Held | undefined;
  let written: Written | undefined;
  // An exporter that starts again and again must not copy each time.
  let copiedAt = clock.now();
  let copyFailed = false;
  /** Where a copy is wanted, once it was looked whether there can be one. */
  let looked: string | undefined;
  /** Whose state the copy is, as far as is known. */
  let copyOf: string | undefined;

  async function readFrom(path: string): Promise<SavedDevice | undefined> {
    const read = await readState(files, path, clock.now(), (appended, reason, movedTo) => {
      onSetAside?.(appended, reason, movedTo);
      logger.error({ reason, movedTo }, 'what was appended to the state is not usable and was set aside');
    });
    if (read.kind === 'set_aside') {
      onSetAside?.(path, read.reason, read.movedTo);
      logger.error(
        { reason: read.reason, movedTo: read.movedTo },
        'the state is not usable and was set aside; the gateway is asked for the counters',
      );
    }
    return read.kind === 'found' ? read.value : undefined;
  }

  /** That of these settings, under whatever DeviceID; else the device's, whose settings may have been elsewhere. */
  async function find(within: string, deviceId: string): Promise<string> {
    const own = statePath(files, within, deviceId);
    let other: string | undefined;
    for (const path of await statesIn(files, within)) {
      const found = await readOwner(files, path);
      if (found?.owner !== owner) continue;
      if (found.deviceId === deviceId) return path;
      other ??= path;
    }
    return (await files.readText(own).catch(() => '')) === undefined ? (other ?? own) : own;
  }

  /** Where the state is to be written: by its device's name, unless another process or other settings are there. */
  async function place(device: SavedDevice): Promise<Held> {
    const path = statePath(files, folder(), device.deviceId);
    if (held?.path === path) return held;
    const there = held === undefined ? undefined : await readOwner(files, path);
    const lock = await files.lock(lockOf(path), options.owner);
    if (lock.kind === 'taken' && (there === undefined || there.owner === owner)) return { path, release: lock.release };
    if (lock.kind === 'taken') await lock.release();
    else
      logger.warn({ path, pid: lock.by.pid, holder: lock.by.text }, 'another process uses the state of this DeviceID');
    return held ?? { path, release: async () => {} };
  }

  async function write(device: SavedDevice): Promise<void> {
    const before = held;
    const now = await place(device);
    try {
      const sha256 = await writeState(files, now.path, device, owner);
      written = { device, path: now.path, sha256, appended: 0 };
    } catch (error) {
      if (now !== before) await now.release();
      throw error;
    }
    held = now;
    if (before !== undefined && before !== now) {
      if (files.folderOf(before.path) === files.folderOf(now.path)) await removeState(files, before.path);
      await before.release();
    }
    await look();
    copyOf ??= device.deviceId;
    // A copy under the name before would not know what was pushed under the new one.
    const isRenamed = copyOf !== device.deviceId;
    // A clock set back must not put the copy off for long.
    if (isRenamed || Math.abs(clock.now() - copiedAt) >= COPY_EVERY_MS) await copy(device);
  }

  async function append(device: SavedDevice): Promise<void> {
    if (written === undefined || written.appended > MOST_APPENDED) {
      await write(device);
      return;
    }
    const rows = rowsOf(device);
    const changes = changesBetween(written.rows ?? rowsOf(written.device), rows);
    if (changes.gone.length === 0 && changes.set.every(([name]) => OF_TIME.has(name))) return;
    const isFirst = written.appended === 0;
    written.appended += await appendChanges(files, written.path, changes, written.sha256, isFirst);
    written.rows = rows;
  }

  async function copy(device: SavedDevice): Promise<void> {
    const within = copyFolder();
    if (within === undefined) return;
    copiedAt = clock.now();
    const before = copyOf;
    copyOf = device.deviceId;
    await tellOfFailure(async () => {
      await writeState(files, statePath(files, within, device.deviceId), device, owner);
      if (before !== undefined && before !== device.deviceId) {
        await removeState(files, statePath(files, within, before));
      }
    });
  }

  /** The first copy is due in an hour: that none can be written there is said before. */
  async function look(): Promise<void> {
    const within = copyFolder();
    if (within === looked) return;
    looked = within;
    if (within === undefined) return;
    await tellOfFailure(() => files.makeWritable(within));
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
    async read(deviceId) {
      const path = await find(folder(), deviceId);
      const lock = await files.lock(lockOf(path), options.owner);
      if (lock.kind === 'held') throw new StateError(heldState(path, lock.by));
      held = { path, release: lock.release };
      const state = await readFrom(path).catch(async (error) => {
        await lock.release();
        throw error;
      });
      copyOf = state?.deviceId;
      if (state !== undefined) return state;
      const within = copyFolder();
      const copied = within === undefined ? undefined : await readFrom(await find(within, deviceId));
      // Where the gateway was pushed to since, it knows more, and is asked before the first push.
      copyOf = copied?.deviceId;
      if (copied !== undefined) logger.info('the state is gone; going on from its copy');
      return copied;
    },
    write: (device) => queue.run(() => write(device)),
    append: (device) => queue.run(() => append(device())),
    async close() {
      await queue.idle();
      if (written !== undefined) await copy(written.device);
      await held?.release();
      held = undefined;
    },
  };
}

const heldState = (path: string, { pid, text, since }: LockHolder): Text => ({
  zh: `状态 ${path} 正被进程 ${pid}（${text}，自 ${since}）使用：请先停止它，或给其中一个换 [client] DeviceID`,
  en: `the state ${path} is held by process ${pid} (${text}, since ${since}): stop that one, or give one of the two another [client] DeviceID`,
});
