import { UserFacingError } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Files } from '../host/files.ts';
import { TEXTS } from '../texts.ts';
import type { SavedDevice } from './saved-device.ts';

/** What a state file held. */
export type StateRead =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly device: SavedDevice }
  /** It was not usable and was moved aside; why, and where it is now. */
  | { readonly kind: 'set_aside'; readonly reason: string; readonly movedTo: string };

/** The first line of a state file; the second is the state itself. */
interface Header {
  readonly format: 'flowcollect-exporter-state';
  readonly version: number;
  /** Of the second line, hexadecimal. */
  readonly sha256: string;
}

/** Raised when {@link SavedDevice} or the ledger's state cannot be read as it was before; what is new is optional. */
const VERSION = 2;
const FORMAT = 'flowcollect-exporter-state';

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
  const body = JSON.stringify(device);
  const header: Header = { format: FORMAT, version: VERSION, sha256: files.sha256(body) };
  await files.replace(path, `${JSON.stringify(header)}\n${body}\n`);
}

/**
 * Reads the state; one that is damaged or of another version is moved aside, so that it is neither used nor lost.
 *
 * @param now epoch milliseconds, for the name of a file set aside
 * @throws StateError where the file is there and cannot be read or moved
 */
export async function readState(files: Files, path: string, now: number): Promise<StateRead> {
  try {
    return await read(files, path, now);
  } catch (error) {
    throw new StateError(TEXTS.unusableState(path, errorCode(error)), { cause: error });
  }
}

async function read(files: Files, path: string, now: number): Promise<StateRead> {
  const text = await files.readText(path);
  if (text === undefined) return { kind: 'none' };
  const checked = check(files, text);
  if (checked.kind === 'found') return checked;
  // Colons cannot be part of a file name on Windows.
  const movedTo = `${path}.corrupt-${new Date(now).toISOString().replaceAll(/[:.-]/g, '')}`;
  await files.rename(path, movedTo);
  return { kind: 'set_aside', reason: checked.reason, movedTo };
}

function check(
  files: Files,
  text: string,
): { kind: 'found'; device: SavedDevice } | { kind: 'unusable'; reason: string } {
  const unusable = (reason: string) => ({ kind: 'unusable', reason }) as const;
  const [first = '', body = ''] = text.split('\n');
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(first) as Partial<Header> | null;
  } catch {
    return unusable('its first line is not JSON');
  }
  if (header?.format !== FORMAT) return unusable('it is not a state of the exporter');
  if (header.version !== VERSION) {
    return unusable(`it has version ${String(header.version)} and this exporter reads version ${VERSION}`);
  }
  if (header.sha256 !== files.sha256(body)) return unusable('its checksum does not match: it was cut or edited');
  return { kind: 'found', device: JSON.parse(body) as SavedDevice };
}
