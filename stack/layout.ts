import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OwnProgram } from '../runtime/own-program.ts';

/** What the stack runs from: a checkout or unpacked bundles, or the single executable alone. */
export interface StackInstallation {
  readonly own: OwnProgram;
  /** The provisioned dashboards; undefined in the single executable and the image, which do not carry them. */
  readonly grafana: string | undefined;
  /** For the programs of others and for runs of the demo. */
  readonly cache: string;
}

/** @param own how FlowCollect was started */
export function installationOf(own: OwnProgram, environment: Readonly<Record<string, string>>): StackInstallation {
  const [script] = own.args;
  if (script === undefined) return { own, grafana: undefined, cache: join(userCache(environment), 'flowcollect') };
  // The bundle is in dist/.
  const root = dirname(dirname(script));
  const isImage = environment.FLOWCOLLECT_IMAGE !== undefined;
  return { own, grafana: isImage ? undefined : join(root, 'grafana'), cache: join(root, '.cache') };
}

/** Where programs of this user keep what can be had again (the XDG base directory specification, or Windows' own). */
function userCache({ XDG_CACHE_HOME, LOCALAPPDATA }: Readonly<Record<string, string>>): string {
  return XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache');
}

/** Where one run keeps data, logs and generated settings. */
export interface RunFolder {
  readonly path: string;
  /** Whether it goes with the run: a demo leaves nothing behind. */
  readonly temporary: boolean;
  in(...names: readonly string[]): string;
  log(part: string): string;
}

/** The folder of a demo is new each time; that of a real kernel keeps its data in `DataDir`. */
export async function openRunFolder({ cache }: StackInstallation, realData: string | undefined): Promise<RunFolder> {
  if (realData === undefined) await mkdir(cache, { recursive: true });
  const path = realData === undefined ? await mkdtemp(join(cache, 'demo-')) : join(realData, 'stack');
  await mkdir(join(path, 'logs'), { recursive: true });
  return {
    path,
    temporary: realData === undefined,
    in: (...names) => join(path, ...names),
    log: (part) => join(path, 'logs', `${part}.log`),
  };
}

/** Removes what a demo wrote. */
export async function discard(folder: RunFolder): Promise<void> {
  if (folder.temporary) await rm(folder.path, { recursive: true, force: true });
}
