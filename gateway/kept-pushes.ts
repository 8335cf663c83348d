import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../runtime/logger.ts';
import { type Device, deviceKey } from './device.ts';
import { openDurableFolder } from './durable-folder.ts';
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
  text(device: Device): Promise<Buffer>;
  /** Durable when it resolves. @throws when the disk refuses */
  prepare(push: KeptPush, text: Uint8Array): Promise<void>;
  /** Pushgateway has what was prepared. @throws when the disk refuses */
  confirm(device: Device): Promise<void>;
  /** What was prepared last certainly did not reach Pushgateway. @throws when the disk refuses */
  withdraw(device: Device): Promise<void>;
  /** Marks what is held as void for what comes next. Durable when it resolves. @throws as {@link text} */
  rebase(device: Device): Promise<void>;
  /** Nothing is held of the device any more. @throws when the disk refuses */
  forget(device: Device): Promise<void>;
  close(): Promise<void>;
}

interface Entry {
  /** Name of its files, without the suffix. */
  readonly file: string;
  accepted?: KeptPush | undefined;
  prepared?: KeptPush | undefined;
  /** Whether an earlier prepared push may have arrived: then a later one cannot be withdrawn to the accepted one. */
  inDoubt: boolean;
}

const ACCEPTED = '.prom';
const PREPARED = '.prepared';

/** @throws when the folder cannot be read or written */
export async function openKeptPushes(path: string, logger: Logger): Promise<KeptPushes> {
  const folder = await openDurableFolder(path);
  const entries = new Map<string, Entry>();
  for (const name of await readdir(path)) {
    const suffix = [ACCEPTED, PREPARED].find((each) => name.endsWith(each));
    if (suffix === undefined) continue;
    try {
      const { push } = readKept(await readFile(join(path, name), 'utf8'));
      const entry = entryOf(entries, push);
      if (suffix === ACCEPTED) entry.accepted = push;
      else Object.assign(entry, { prepared: push, inDoubt: true });
    } catch (error) {
      logger.error({ err: error, file: name }, 'a kept push cannot be read; set aside, its device starts afresh');
      await folder.rename(name, `${name}.unreadable`);
    }
  }

  const heldOf = (device: Device): KeptPush | undefined => {
    const entry = entries.get(deviceKey(device));
    return entry?.prepared ?? entry?.accepted;
  };
  const isPrepared = (device: Device): boolean => entries.get(deviceKey(device))?.prepared !== undefined;
  const heldFile = (device: Device): string =>
    entryOf(entries, device).file + (isPrepared(device) ? PREPARED : ACCEPTED);
  const read = async (device: Device) => readKept(await readFile(join(path, heldFile(device)), 'utf8'));

  return {
    get count() {
      return entries.size;
    },
    devices: () => [...entries.values()].flatMap(({ prepared, accepted }) => prepared ?? accepted ?? []),
    held: heldOf,
    isPrepared,
    text: async (device) => Buffer.from((await read(device)).text),
    async prepare(push, text) {
      const file = entries.get(deviceKey(push))?.file ?? fileOf(push);
      await folder.replace(file + PREPARED, writeKept(push, text));
      const entry = entryOf(entries, push);
      entry.inDoubt = entry.prepared !== undefined;
      entry.prepared = push;
    },
    async confirm(device) {
      const entry = entryOf(entries, device);
      entry.accepted = entry.prepared ?? entry.accepted;
      // Should the rename be lost, the push is only forwarded once more.
      await folder.rename(entry.file + PREPARED, entry.file + ACCEPTED);
      entry.prepared = undefined;
      entry.inDoubt = false;
    },
    async withdraw(device) {
      const entry = entryOf(entries, device);
      if (entry.inDoubt) return;
      await folder.remove(entry.file + PREPARED);
      entry.prepared = undefined;
      if (entry.accepted === undefined) entries.delete(deviceKey(device));
    },
    async rebase(device) {
      const { push, text } = await read(device);
      const rebased = { ...push, rebased: true } as const;
      await folder.replace(heldFile(device), writeKept(rebased, Buffer.from(text)));
      entryOf(entries, device)[isPrepared(device) ? 'prepared' : 'accepted'] = rebased;
    },
    async forget(device) {
      for (const suffix of [PREPARED, ACCEPTED]) await folder.remove(entryOf(entries, device).file + suffix);
      entries.delete(deviceKey(device));
    },
    close: () => folder.close(),
  };
}

function entryOf(entries: Map<string, Entry>, device: Device): Entry {
  const key = deviceKey(device);
  const entry = entries.get(key) ?? { file: fileOf(device), inDoubt: false };
  entries.set(key, entry);
  return entry;
}

/** A DeviceID may hold what file systems refuse or fold, so files are named by its hash. */
function fileOf(device: Device): string {
  return createHash('sha256').update(deviceKey(device)).digest('hex').slice(0, 32);
}
