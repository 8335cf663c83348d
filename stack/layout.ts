import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The checkout that the stack runs from. */
export interface Checkout {
  /** Built bundles. */
  readonly bundles: string;
  readonly grafana: string;
  readonly cache: string;
}

/** @param root absolute path of the checkout */
export function checkoutAt(root: string): Checkout {
  return {
    bundles: join(root, 'dist'),
    grafana: join(root, 'grafana'),
    cache: join(root, '.cache'),
  };
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
export async function openRunFolder(checkout: Checkout, realData: string | undefined): Promise<RunFolder> {
  if (realData === undefined) await mkdir(checkout.cache, { recursive: true });
  const path = realData === undefined ? await mkdtemp(join(checkout.cache, 'demo-')) : join(realData, 'stack');
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
