import { type Clock, createPeriodicTask, createSerialQueue } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { DeviceConfig } from '../config.ts';
import type { Files } from '../host/host.ts';
import type { SavedDevice } from './saved-device.ts';
import { changesBetween, rowsOf, type StateRows } from './state-changes.ts';
import {
  appendChanges,
  findState,
  heldState,
  readOwner,
  readState,
  removeState,
  StateError,
  statePath,
  writeState,
} from './state-file.ts';

interface StateStoreOptions {
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
  /** Writes the copy, the state as it was written last, and releases the state. */
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
      const path = await findState(files, folder(), deviceId, owner);
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
      const copied = within === undefined ? undefined : await readFrom(await findState(files, within, deviceId, owner));
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

interface StateAppenderOptions extends Pick<StateStoreOptions, 'files' | 'folder' | 'clock' | 'logger'> {
  /** As of now. */
  config(): StateSettings;
  /** When the last frame was counted; undefined before any. */
  lastFrameAt(): number | undefined;
  /** @throws the system's error */
  append(): Promise<void>;
}

/** Well below a second: writing takes its time too. */
const EVERY_MS = 800;

export type StateSettings = Pick<DeviceConfig, 'StateAppend' | 'StateSync' | 'PushInterval'>;

/**
 * Appends to the state what moved, within two seconds: a frame is a second old at most, and so is what was appended
 * last. Only then does a power cut that ends the kernel too lose no more than that.
 */
export function createStateAppender(options: StateAppenderOptions) {
  const { files, folder, config, clock, logger, lastFrameAt, append } = options;
  let isOn = false;
  let said = '';
  /** The frame that was appended last. */
  let appended: number | undefined;
  let failed = false;

  async function appendNew(): Promise<void> {
    const now = lastFrameAt();
    if (!isOn || now === appended) return;
    appended = now;
    try {
      await append();
      if (failed) logger.info('what moves is appended to the state again');
      failed = false;
    } catch (error) {
      if (!failed) logger.warn({ code: errorCode(error) }, 'what moved cannot be appended to the state; fix StateDir');
      failed = true;
    }
  }

  const task = createPeriodicTask({ clock, every: EVERY_MS, run: appendNew });
  return {
    start: task.start,
    /** Decides whether to, at the start and after an edit, and says what is lost where not. */
    async update() {
      isOn = await appendsState(files, folder(), config());
      const why = isOn ? '' : `${folder()} ${config().PushInterval}`;
      if (why !== said && !isOn) {
        const { PushInterval } = config();
        logger.info(
          { seconds: Math.round(PushInterval / 1000) },
          'the state is written at pushes alone: what moved since the last one is lost where a power cut ends the kernel too',
        );
      }
      said = why;
    },
    /** Nothing more is appended: the state itself is about to be written. */
    stop: task.stop,
  };
}

/** What StateAppend says; by default what a disk bears: not flash that StateSync spares, and no RAM, which a power cut empties. */
export async function appendsState(
  files: Pick<Files, 'isInMemory'>,
  folder: string,
  { StateAppend, StateSync }: StateSettings,
): Promise<boolean> {
  return StateAppend ?? (StateSync === undefined && !(await files.isInMemory(folder)));
}
