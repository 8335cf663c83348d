import { type Text, UserFacingError } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { checkedText, readCheckedText, setAsidePath } from '../../runtime/health.ts';
import type { Files, LockHolder } from '../host/host.ts';
import type { SavedDevice } from './saved-device.ts';
import { deviceOf, rowsOf, type StateChanges, type StateRows, withChanges } from './state-changes.ts';

/** A damaged file is under another name now. */
type OnSetAside = (path: string, reason: string, movedTo: string) => void;

/** What a file held. */
export type KeptRead<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly value: T }
  /** It was damaged and was moved aside; why, and where it is now. */
  | { readonly kind: 'set_aside'; readonly reason: string; readonly movedTo: string };

/** A device as it is in the file, with the settings that it belongs to: they know it again under another DeviceID. */
type Kept = SavedDevice & { readonly owner: string };

/** Raised when {@link SavedDevice} or the ledger's state cannot be read as it was before; what is new is optional. */
const FORMAT = { format: 'flowcollect-exporter-state', version: 2 };
const STATE_NAME = /^exporter-state\b.*\.json$/;

/** The state is there, or its folder is, and cannot be used; the message names the setting that moves it. */
export class StateError extends UserFacingError {
  override readonly name = 'StateError';
}

/** Where a device's state is: devices that share a folder each have their own. */
export function statePath(files: Files, folder: string, deviceId: string): string {
  return files.absolute(`exporter-state.${files.sha256(deviceId).slice(0, 16)}.json`, folder);
}

/** Besides the state, what changed since it was written. */
const changesPath = (path: string): string => path.replace(/\.json$/, '.changes');

/**
 * The state in a folder that belongs to these settings, under whatever DeviceID; else where the device's own is to be, whose
 * settings may have been elsewhere.
 */
export async function findState(files: Files, folder: string, deviceId: string, owner: string): Promise<string> {
  const own = statePath(files, folder, deviceId);
  const names = await files.list(folder).catch((): string[] => []);
  let other: string | undefined;
  for (const name of names.filter((each) => STATE_NAME.test(each))) {
    const path = files.absolute(name, folder);
    const found = await readOwner(files, path);
    if (found?.owner !== owner) continue;
    if (found.deviceId === deviceId) return path;
    other ??= path;
  }
  return (await files.readText(own).catch(() => '')) === undefined ? (other ?? own) : own;
}

/** The owner that a state names and whose counters it holds; undefined where it is none. */
export async function readOwner(files: Files, path: string): Promise<Pick<Kept, 'owner' | 'deviceId'> | undefined> {
  const checked = readCheckedText(FORMAT, (await files.readText(path).catch(() => undefined)) ?? '', files.sha256);
  if (!checked.ok) return undefined;
  const { owner, deviceId } = JSON.parse(checked.body) as Kept;
  return { owner, deviceId };
}

/**
 * Writes atomically: a crash at any instant leaves the old state or the new.
 *
 * @returns the state's checksum, by which changes say what they follow
 * @throws the system's error, such as ENOSPC
 */
export async function writeState(files: Files, path: string, device: SavedDevice, owner: string): Promise<string> {
  const kept: Kept = { ...device, owner };
  const body = JSON.stringify(kept);
  await files.replace(path, checkedText(FORMAT, body, files.sha256));
  return files.sha256(body);
}

/**
 * Appends what changed since the state, or since what was appended before. A crash leaves whole lines and at most one that
 * is cut, which is not read.
 *
 * @param of the checksum of the state
 * @param isFirst starts again: changes to an earlier state are of no use
 * @returns bytes written
 * @throws the system's error
 */
export async function appendChanges(
  files: Files,
  path: string,
  changes: StateChanges,
  of: string,
  isFirst: boolean,
): Promise<number> {
  const line = JSON.stringify(changes);
  const text = `${isFirst ? `${of}\n` : ''}${files.sha256(line)} ${line}\n`;
  await files.append(changesPath(path), text, isFirst);
  return text.length;
}

export async function removeState(files: Files, path: string): Promise<void> {
  await files.remove(path);
  await files.remove(changesPath(path));
}

/**
 * Reads the state; one that is damaged or of another version is moved aside, so that it is neither used nor lost.
 *
 * @param now epoch milliseconds, for the name of a file set aside
 * @param onSetAside called with what was appended to a good state, where a folder is in its place
 * @throws StateError where the file is there and cannot be read or moved
 */
export async function readState(
  files: Files,
  path: string,
  now: number,
  onSetAside?: OnSetAside,
): Promise<KeptRead<SavedDevice>> {
  try {
    const read = await readOrSetAside(files, path, now, (text) => {
      const checked = readCheckedText(FORMAT, text, files.sha256);
      if (!checked.ok) throw new Error(checked.reason);
      return checked.body;
    });
    if (read.kind !== 'found') return read;
    const { owner: _, ...device } = JSON.parse(read.value) as Kept;
    const appended = await readOrSetAside(files, changesPath(path), now, (text) => text);
    if (appended.kind === 'set_aside') onSetAside?.(changesPath(path), appended.reason, appended.movedTo);
    const text = appended.kind === 'found' ? appended.value : undefined;
    const rows = withAppended(files, rowsOf(device), files.sha256(read.value), text);
    return { kind: 'found', value: rows === undefined ? device : deviceOf(rows, device.ledger.models) };
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

/** @returns undefined where nothing was appended to this state */
function withAppended(files: Files, rows: StateRows, of: string, appended = ''): StateRows | undefined {
  const [first, ...lines] = appended.split('\n');
  if (first !== of) return undefined;
  let now = rows;
  for (const line of lines) {
    const space = line.indexOf(' ');
    const text = line.slice(space + 1);
    if (space < 0 || files.sha256(text) !== line.slice(0, space)) return now;
    now = withChanges(now, JSON.parse(text) as StateChanges);
  }
  return now;
}

const unusableState = (path: string, code: string): Text => ({
  zh: `状态文件 ${path} 无法使用（${code}），请修改 [client] StateDir`,
  en: `the state ${path} cannot be used (${code}); fix [client] StateDir`,
});

export const heldState = (path: string, { pid, text, since }: LockHolder): Text => ({
  zh: `状态 ${path} 正被进程 ${pid}（${text}，自 ${since}）使用：请先停止它，或给其中一个换 [client] DeviceID`,
  en: `the state ${path} is held by process ${pid} (${text}, since ${since}): stop that one, or give one of the two another [client] DeviceID`,
});
