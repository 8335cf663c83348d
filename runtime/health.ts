import { type Clock, createPeriodicTask, type PeriodicTask } from './async.ts';
import { errorCode, isExhausted } from './error-code.ts';
import type { Logger } from './logger.ts';

/** Whether what a service must keep reaches its disk, by its last write, and was whole when it was read. */
export interface DiskHealth {
  /** Does a write and remembers how it ended. @throws what the write throws */
  watch<T>(write: () => Promise<T>): Promise<T>;
  /** A damaged file is under another name now: told until the service is started again. */
  onSetAside(path: string, reason: string, movedTo: string): void;
  /** What is wrong, where, and how to fix it; undefined unless the last write failed. */
  problem(): string | undefined;
  /** What was set aside, and how to fix it; undefined where all was whole. */
  damage(): string | undefined;
  /** For `/healthz`. */
  health(): { readonly status: 'ok' | 'degraded' | 'failing'; readonly problem?: string };
}

/**
 * @param folder absolute, as of now
 * @param setting what moves it, such as `[server] DataDir`
 */
export function createDiskHealth(folder: () => string, setting: string): DiskHealth {
  let failure: string | undefined;
  const setAside: string[] = [];
  const problem = (): string | undefined =>
    failure === undefined
      ? undefined
      : `${folder()} cannot be written (${failure}): ${
          isExhausted(failure)
            ? 'no file descriptor is left, raise LimitNOFILE (systemd), ulimits (compose) or ulimit -n'
            : `free the disk, fix the permissions, or move ${setting}`
        }`;
  const damage = (): string | undefined =>
    setAside.length === 0
      ? undefined
      : `damaged files were set aside: ${setAside.join(', ')}; restore them from a backup, or start the service again to go on without`;
  return {
    async watch(write) {
      try {
        const result = await write();
        failure = undefined;
        return result;
      } catch (error) {
        failure = errorCode(error);
        throw error;
      }
    },
    onSetAside: (path, reason, movedTo) => void setAside.push(`${path} (${reason}) as ${movedTo}`),
    problem,
    damage,
    health() {
      const failing = problem();
      if (failing !== undefined) return { status: 'failing', problem: failing };
      const damaged = damage();
      return damaged === undefined ? { status: 'ok' } : { status: 'degraded', problem: damaged };
    },
  };
}

/** The first line of a checked text; the second is what it holds. */
interface Header {
  /** Such as `flowcollect-auditor-state`. */
  readonly format: string;
  readonly version: number;
  /** Of the second line, hexadecimal. */
  readonly sha256: string;
}

/** What a checked text is of, and the highest version that is read and written. */
interface Format {
  readonly format: string;
  readonly version: number;
}

type Sha256 = (text: string) => string;

/** @param body without a line break, such as JSON */
export function checkedText({ format, version }: Format, body: string, sha256: Sha256): string {
  const header: Header = { format, version, sha256: sha256(body) };
  return `${JSON.stringify(header)}\n${body}\n`;
}

/** What {@link checkedText} was given, or why it is not that any more. */
export function readCheckedText(
  { format, version }: Format,
  text: string,
  sha256: Sha256,
): { readonly ok: true; readonly body: string } | { readonly ok: false; readonly reason: string } {
  const unusable = (reason: string) => ({ ok: false, reason }) as const;
  const [first = '', body = ''] = text.split('\n');
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(first) as Partial<Header> | null;
  } catch {
    return unusable('its first line is not JSON');
  }
  if (header?.format !== format) return unusable(`it is not a ${format}`);
  if (header.version !== version) {
    return unusable(`it has version ${String(header.version)} and this program reads version ${version}`);
  }
  if (header.sha256 !== sha256(body)) return unusable('its checksum does not match: it was cut or edited');
  return { ok: true, body };
}

/** The name that a damaged file gets, whose old one is free then: colons cannot be part of one on Windows. */
export const setAsidePath = (path: string, now: number): string =>
  `${path}.corrupt-${new Date(now).toISOString().replaceAll(/[:.-]/g, '')}`;

const CHECK_EVERY_MS = 10_000;

/**
 * Says when no file descriptor is left, and when there are some again: the system then refuses connections without a
 * word to the program, and what else fails names a disk or a network that nothing is wrong with.
 *
 * @param probe opens a file and closes it; throws the system's error
 */
export function watchDescriptors(logger: Logger, clock: Clock, probe: () => Promise<void>): PeriodicTask {
  let exhausted = false;
  const task = createPeriodicTask({
    clock,
    every: CHECK_EVERY_MS,
    async run() {
      const code = await probe().then(() => undefined, errorCode);
      if (code === undefined && exhausted) logger.info('file descriptors are free again');
      if (code !== undefined && !exhausted && isExhausted(code)) {
        logger.error(
          { code },
          'no file descriptor is left: connections and files are refused; raise LimitNOFILE (systemd), ulimits (compose) or ulimit -n',
        );
      }
      exhausted = code !== undefined && (exhausted || isExhausted(code));
    },
  });
  task.start();
  return task;
}
