import { errorCode } from './error-code.ts';

/** Whether what a service must keep reaches its disk, by its last write. */
export interface DiskHealth {
  /** Does a write and remembers how it ended. @throws what the write throws */
  watch<T>(write: () => Promise<T>): Promise<T>;
  /** What is wrong, where, and how to mend it; undefined unless the last write failed. */
  problem(): string | undefined;
  /** For `/healthz`. */
  health(): { readonly status: 'ok' | 'failing'; readonly problem?: string };
}

/**
 * @param folder absolute, as of now
 * @param setting what moves it, such as `[server] DataDir`
 */
export function createDiskHealth(folder: () => string, setting: string): DiskHealth {
  let failure: string | undefined;
  const problem = (): string | undefined =>
    failure === undefined
      ? undefined
      : `${folder()} cannot be written (${failure}): free the disk, mend the permissions, or move ${setting}`;
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
    problem,
    health() {
      const found = problem();
      return found === undefined ? { status: 'ok' } : { status: 'failing', problem: found };
    },
  };
}
