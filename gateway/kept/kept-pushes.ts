import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { deviceKey, type PushId, type UserDevice } from '../../core/device-id.ts';
import { writeFileAtomic } from '../../runtime/atomic-file.ts';
import type { DiskHealth } from '../../runtime/health.ts';
import type { Logger } from '../../runtime/logger.ts';
import { MAX_UNPACKED_BYTES } from '../access/limits.ts';
import { parsePush } from '../contract/contract-check.ts';
import { ledgerBytes, type RisingCounters } from '../contract/push-parser.ts';
import { openAppendOnlyLog } from './open-log.ts';

/**
 * The last push of each device, on disk.
 *
 * A push is written down as *prepared* before it is forwarded and becomes *accepted* when Pushgateway has it, so that
 * what Pushgateway may hold is never more than what is known here, wherever a crash falls. A prepared push of which
 * nobody knows whether it arrived stays prepared: it is what counters are held to and what a device reads back, and it
 * is forwarded again. Calls for one device must not overlap.
 */
export interface KeptPushes {
  /** What is kept by now, that of pushes on their way to the disk included. */
  readonly usage: Pick<KeptUsage, 'devices' | 'bytes' | 'of'>;
  devices(): readonly UserDevice[];
  /** The prepared push where there is one, else the accepted one. */
  held(device: UserDevice): KeptPush | undefined;
  isPrepared(device: UserDevice): boolean;
  /** The exposition text of {@link held}. @throws when nothing is held or the disk refuses */
  text(device: UserDevice): Promise<Buffer>;
  /** Durable when it resolves. @param packed the text as gzip data, kept in its place @throws when the disk refuses */
  prepare(push: KeptPush, text: Uint8Array, packed?: Uint8Array): Promise<void>;
  /** Pushgateway has what was prepared. Should that be lost on its way to the disk, it is only forwarded once more. */
  confirm(device: UserDevice): void;
  /** What was prepared last certainly did not reach Pushgateway. */
  withdraw(device: UserDevice): void;
  /** Marks what is held as void for what comes next. Durable when it resolves. @throws as {@link text} */
  rebase(device: UserDevice): Promise<void>;
  /** Nothing is held of the device any more. */
  forget(device: UserDevice): void;
  close(): Promise<void>;
}

interface Kept {
  readonly push: KeptPush;
  readonly bytes: number;
}

interface Entry {
  /** What its records are called, without the suffix. */
  readonly name: string;
  accepted?: Kept | undefined;
  prepared?: Kept | undefined;
  /** Whether an earlier prepared push may have arrived: then a later one cannot be withdrawn to the accepted one. */
  inDoubt: boolean;
}

const ACCEPTED = '.prom';
const PREPARED = '.prepared';

/** The folder of the kept pushes of a gateway. @param dataDir its `DataDir` */
export const keptFolderIn = (dataDir: string): string => join(dataDir, 'gateway', 'pushes');

/**
 * @param onSetAside called with what was damaged
 * @throws when the folder cannot be read or written
 */
export async function openKeptPushes(
  path: string,
  logger: Logger,
  onSetAside: DiskHealth['onSetAside'],
): Promise<KeptPushes> {
  const log = await openAppendOnlyLog(path, logger, onSetAside);
  const entries = new Map<string, Entry>();
  const usage = createKeptUsage();
  /** A prepared push is another one for a moment, or as long as the store is away: what counts is the larger. */
  const measure = (device: UserDevice, coming = 0): void => {
    const { accepted, prepared } = entries.get(deviceKey(device)) ?? {};
    usage.set(device, Math.max(accepted?.bytes ?? 0, prepared?.bytes ?? 0, coming));
  };
  for (const name of log.names()) {
    const content = await log.read(name);
    try {
      const { push, bytes } = readKept(content);
      const entry = entryOf(entries, push);
      if (name.endsWith(ACCEPTED)) entry.accepted = { push, bytes };
      else Object.assign(entry, { prepared: { push, bytes }, inDoubt: true });
      measure(push);
    } catch (error) {
      logger.error({ err: error, file: name }, 'a kept push cannot be read; set aside, its device starts from nothing');
      const movedTo = join(path, `${name}.unreadable`);
      await writeFileAtomic(movedTo, content);
      onSetAside(join(path, name), 'it is no kept push', movedTo);
      log.drop(name);
    }
  }

  const heldOf = (device: UserDevice): KeptPush | undefined => {
    const entry = entries.get(deviceKey(device));
    return (entry?.prepared ?? entry?.accepted)?.push;
  };
  const isPrepared = (device: UserDevice): boolean => entries.get(deviceKey(device))?.prepared !== undefined;
  const heldName = (device: UserDevice): string =>
    entryOf(entries, device).name + (isPrepared(device) ? PREPARED : ACCEPTED);
  const read = async (device: UserDevice) => readKept(await log.read(heldName(device)));

  return {
    usage,
    devices: () => [...entries.values()].flatMap(({ prepared, accepted }) => (prepared ?? accepted)?.push ?? []),
    held: heldOf,
    isPrepared,
    text: async (device) => (await read(device)).text,
    async prepare(push, text, packed) {
      const name = entries.get(deviceKey(push))?.name ?? nameOf(push);
      const bytes = keptBytes(push.ledger, text, packed);
      measure(push, bytes);
      try {
        await log.put(name + PREPARED, writeKept(push, text, packed));
        const entry = entryOf(entries, push);
        entry.inDoubt = entry.prepared !== undefined;
        entry.prepared = { push, bytes };
      } finally {
        measure(push);
      }
    },
    confirm(device) {
      const entry = entryOf(entries, device);
      entry.accepted = entry.prepared ?? entry.accepted;
      log.move(entry.name + PREPARED, entry.name + ACCEPTED);
      entry.prepared = undefined;
      entry.inDoubt = false;
      measure(device);
    },
    withdraw(device) {
      const entry = entryOf(entries, device);
      if (entry.inDoubt) return;
      log.drop(entry.name + PREPARED);
      entry.prepared = undefined;
      if (entry.accepted === undefined) entries.delete(deviceKey(device));
      measure(device);
    },
    async rebase(device) {
      const { push, text } = await read(device);
      const rebased = { ...push, rebased: true } as const;
      await log.put(heldName(device), writeKept(rebased, text));
      const kept = { push: rebased, bytes: keptBytes(push.ledger, text) };
      entryOf(entries, device)[isPrepared(device) ? 'prepared' : 'accepted'] = kept;
      measure(device);
    },
    forget(device) {
      for (const suffix of [PREPARED, ACCEPTED]) log.drop(entryOf(entries, device).name + suffix);
      entries.delete(deviceKey(device));
      measure(device);
    },
    close: () => log.close(),
  };
}

function entryOf(entries: Map<string, Entry>, device: UserDevice): Entry {
  const key = deviceKey(device);
  const entry = entries.get(key) ?? { name: nameOf(device), inDoubt: false };
  entries.set(key, entry);
  return entry;
}

/** Of signs that a record's name may have, whatever the DeviceID holds. */
function nameOf(device: UserDevice): string {
  return createHash('sha256').update(deviceKey(device)).digest('hex').slice(0, 32);
}

/** What the gateway knows of a push it let through, besides its text. */
export interface KeptPush extends UserDevice, PushId {
  /** When it was let through, in epoch milliseconds. */
  readonly at: number;
  readonly ledger: RisingCounters;
  /** Declared void: kept for Pushgateway, but what comes next is not held to it. */
  readonly rebased?: true | undefined;
}

/** A kept file that cannot be read back; the message says why. */
class KeptFileError extends Error {
  override readonly name = 'KeptFileError';
}

const MARK = '# flowcollect-push ';

const KeptHead = z.object({
  user: z.string(),
  deviceId: z.string(),
  stateId: z.string(),
  sequence: z.number().int().nonnegative(),
  at: z.number(),
  rebased: z.literal(true).optional(),
  encoding: z.literal('gzip').optional(),
});

/**
 * A kept push as bytes: a comment with the facts, then the exposition text as Pushgateway got it.
 *
 * @param packed the text as gzip data, which is kept in its place: a seventh of the size
 */
function writeKept(push: Omit<KeptPush, 'ledger'>, text: Uint8Array, packed?: Uint8Array): Uint8Array {
  const { user, deviceId, stateId, sequence, at, rebased } = push;
  const encoding = packed === undefined ? undefined : 'gzip';
  const head = `${MARK}${JSON.stringify({ user, deviceId, stateId, sequence, at, rebased, encoding })}\n`;
  return Buffer.concat([Buffer.from(head), packed ?? text]);
}

/** @returns `bytes` as {@link keptBytes} has them @throws KeptFileError */
function readKept(content: Buffer): { push: KeptPush; text: Buffer; bytes: number } {
  const end = content.indexOf('\n');
  if (end < 0 || !content.toString('utf8', 0, end).startsWith(MARK)) {
    throw new KeptFileError('does not begin as a kept push does');
  }
  try {
    const { encoding, ...head } = KeptHead.parse(JSON.parse(content.toString('utf8', MARK.length, end)));
    const kept = content.subarray(end + 1);
    const text = encoding === 'gzip' ? gunzipSync(kept, { maxOutputLength: MAX_UNPACKED_BYTES }) : kept;
    const checked = parsePush(text);
    if (checked.kind === 'refused') throw new KeptFileError(checked.message);
    const { ledger } = checked;
    return { push: { ...head, ledger }, text, bytes: keptBytes(ledger, text, kept) };
  } catch (error) {
    if (error instanceof KeptFileError) throw error;
    throw new KeptFileError('cannot be read', { cause: error });
  }
}

/** What is kept of devices, by user. */
interface KeptUsage {
  /** How many devices. */
  readonly devices: ReadonlyMap<string, number>;
  /** How many bytes; see {@link keptBytes}. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Of one device, 0 when nothing is kept of it. */
  of(device: UserDevice): number;
  /** Notes what a device takes from now on. @param bytes 0 when it is gone */
  set(device: UserDevice, bytes: number): void;
}

/** What is noted with each push, about. */
const BESIDE_BYTES = 256;

/**
 * What a push takes: the names of its series in memory as long as it is kept, or where that is more, its text, which a
 * read-back has in memory, or the gzip data that is on the disk in its place: it can be longer, with blocks that hold
 * nothing.
 */
export function keptBytes(ledger: RisingCounters, text: Uint8Array, packed?: Uint8Array): number {
  return BESIDE_BYTES + Math.max(ledgerBytes(ledger), text.length, packed?.length ?? 0);
}

function createKeptUsage(): KeptUsage {
  const devices = new Map<string, number>();
  const bytes = new Map<string, number>();
  const sizes = new Map<string, number>();
  const add = (to: Map<string, number>, user: string, more: number): void => {
    const sum = (to.get(user) ?? 0) + more;
    if (sum === 0) to.delete(user);
    else to.set(user, sum);
  };
  const of = (device: UserDevice): number => sizes.get(deviceKey(device)) ?? 0;
  return {
    devices,
    bytes,
    of,
    set(device, size) {
      const before = of(device);
      add(devices, device.user, Math.sign(size) - Math.sign(before));
      add(bytes, device.user, size - before);
      if (size === 0) sizes.delete(deviceKey(device));
      else sizes.set(deviceKey(device), size);
    },
  };
}
