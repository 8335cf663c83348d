import { stat } from 'node:fs/promises';
import { systemClock } from './clock.ts';
import { followReload, type Reload, type ReloadSource } from './reload.ts';

/** As {@link followReload}, of this machine's files. */
export const openReload = <Raw, T>(source: ReloadSource<Raw, T>): Promise<Reload<T>> =>
  followReload(source, { clock: systemClock, fingerprint });

/** Another one after every save, whichever way it was made, wherever links lead. */
async function fingerprint(paths: readonly string[]): Promise<string> {
  const each = paths.map((path) =>
    stat(path, { bigint: true }).then(
      ({ dev, ino, size, mtimeNs, ctimeNs }) => `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`,
      (error: NodeJS.ErrnoException) => String(error.code),
    ),
  );
  return (await Promise.all(each)).join('\n');
}
