import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import type { Logger } from '../runtime/logger.ts';
import { type Device, deviceKey } from './device.ts';
import { type KeptPush, readKept, writeKept } from './kept-file.ts';

/**
 * The last push of each device, on disk.
 *
 * A push is written down as *prepared* before it is forwarded and becomes *accepted* when Pushgateway has it, so that
 * what Pushgateway may hold is never more than what is known here, wherever a crash falls. A prepared push of which
 * nobody knows whether it arrived stays prepared: it is what counters are held to and what a device reads back, and it
 * is forwarded again. Calls for one device must not overlap.
 */
export interface KeptPushes {
  readonly count: number;
  devices(): readonly Device[];
  /** The prepared push where there is one, else the accepted one. */
  held(device: Device): KeptPush | undefined;
  isPrepared(device: Device): boolean;
  /** The exposition text of {@link held}. @throws when nothing is held or the disk refuses */
  text(device: Device): Promise<string>;
  /** Durable when it resolves. @throws when the disk refuses */
  prepare(push: KeptPush, text: string): Promise<void>;
  /** Pushgateway has what was prepared. */
  confirm(device: Device): Promise<void>;
  /** What was prepared last certainly did not reach Pushgateway. */
  withdraw(device: Device): Promise<void>;
  /** Marks what is held as void for what comes next. Durable when it resolves. @throws as {@link text} */
  rebase(device: Device): Promise<void>;
  /** Nothing is held of the device any more. @throws when the disk refuses */
  forget(device: Device): Promise<void>;
}

interface Entry {
  accepted?: KeptPush | undefined;
  prepared?: KeptPush | undefined;
  /** Whether an earlier prepared push may have arrived: then a later one cannot be withdrawn to the accepted one. */
  inDoubt: boolean;
}

const ACCEPTED = '.prom';
const PREPARED = '.prepared';

/** @throws when the folder cannot be read or written */
export async function openKeptPushes(folder: string, logger: Logger): Promise<KeptPushes> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const entries = new Map<string, Entry>();
  for (const name of await readdir(folder)) {
    const suffix = [ACCEPTED, PREPARED].find((each) => name.endsWith(each));
    if (suffix === undefined) continue;
    const path = join(folder, name);
    try {
      const { push } = readKept(await readFile(path, 'utf8'));
      const entry = entryOf(entries, push);
      if (suffix === ACCEPTED) entry.accepted = push;
      else Object.assign(entry, { prepared: push, inDoubt: true });
    } catch (error) {
      logger.error({ err: error, file: name }, 'a kept push cannot be read; set aside, its device starts afresh');
      await rename(path, `${path}.unreadable`);
    }
  }

  const heldOf = (device: Device): KeptPush | undefined => {
    const entry = entries.get(deviceKey(device));
    return entry?.prepared ?? entry?.accepted;
  };
  const isPrepared = (device: Device): boolean => entries.get(deviceKey(device))?.prepared !== undefined;

  return {
    get count() {
      return entries.size;
    },
    devices: () => [...entries.values()].flatMap(({ prepared, accepted }) => prepared ?? accepted ?? []),
    held: heldOf,
    isPrepared,
    async text(device) {
      const path = pathOf(folder, device, isPrepared(device) ? PREPARED : ACCEPTED);
      return readKept(await readFile(path, 'utf8')).text;
    },
    async prepare(push, text) {
      await writeFileAtomic(pathOf(folder, push, PREPARED), writeKept(push, text));
      const entry = entryOf(entries, push);
      entry.inDoubt = entry.prepared !== undefined;
      entry.prepared = push;
    },
    async confirm(device) {
      const entry = entryOf(entries, device);
      entry.accepted = entry.prepared ?? entry.accepted;
      // Without flushing the folder: should the rename be lost, the push is only forwarded once more.
      await rename(pathOf(folder, device, PREPARED), pathOf(folder, device, ACCEPTED));
      entry.prepared = undefined;
      entry.inDoubt = false;
    },
    async withdraw(device) {
      const entry = entryOf(entries, device);
      if (entry.inDoubt) return;
      await rm(pathOf(folder, device, PREPARED), { force: true });
      entry.prepared = undefined;
      if (entry.accepted === undefined) entries.delete(deviceKey(device));
    },
    async rebase(device) {
      const which = isPrepared(device) ? 'prepared' : 'accepted';
      const path = pathOf(folder, device, which === 'prepared' ? PREPARED : ACCEPTED);
      const { push, text } = readKept(await readFile(path, 'utf8'));
      const rebased = { ...push, rebased: true } as const;
      await writeFileAtomic(path, writeKept(rebased, text));
      entryOf(entries, device)[which] = rebased;
    },
    async forget(device) {
      for (const suffix of [PREPARED, ACCEPTED]) await rm(pathOf(folder, device, suffix), { force: true });
      entries.delete(deviceKey(device));
    },
  };
}

function entryOf(entries: Map<string, Entry>, device: Device): Entry {
  const key = deviceKey(device);
  const entry = entries.get(key) ?? { inDoubt: false };
  entries.set(key, entry);
  return entry;
}

/** A DeviceID may hold what file systems refuse or fold, so files are named by its hash. */
function pathOf(folder: string, device: Device, suffix: string): string {
  const name = createHash('sha256').update(deviceKey(device)).digest('hex').slice(0, 32);
  return join(folder, `${name}${suffix}`);
}
