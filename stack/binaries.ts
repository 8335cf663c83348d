import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UserFacingError } from '../core/language.ts';
import { TEXTS } from './command-texts.ts';
import { DebianError, isWhole, unpackDebianPackages } from './debian-packages.ts';

const run = promisify(execFile);

/** Paths of the programs that the stack starts beside its own services. */
export interface Binaries {
  readonly prometheus: string;
  readonly promtool: string;
  readonly pushgateway: string;
  readonly alertmanager: string;
  /** Dashboards are optional: Debian has no Grafana, so it is used only where it is installed. */
  readonly grafana?: string;
}

/** The programs are not on PATH and cannot be unpacked either; the message says how to get them. */
export class BinariesError extends UserFacingError {
  override readonly name = 'BinariesError';
}

export interface BinariesOptions {
  /** Where unpacked programs are kept, such as `.cache` of the checkout. */
  readonly cacheFolder: string;
  /** Called before programs are downloaded and unpacked, which takes a while. */
  readonly onUnpack?: () => void;
}

/** What each program is called on PATH (upstream's name, then Debian's) and among the unpacked ones. */
const NAMES = {
  prometheus: { onPath: ['prometheus'], unpacked: 'prometheus' },
  promtool: { onPath: ['promtool'], unpacked: 'promtool' },
  pushgateway: { onPath: ['pushgateway', 'prometheus-pushgateway'], unpacked: 'prometheus-pushgateway' },
  alertmanager: { onPath: ['alertmanager', 'prometheus-alertmanager'], unpacked: 'flowcollect-alertmanager' },
} as const;

type Required = keyof typeof NAMES;
const REQUIRED = Object.keys(NAMES) as Required[];

/**
 * The programs of the stack: each from PATH, else from the cache, which is filled from Debian's packages when it must
 * (without root, without touching the system). Once the cache is filled, nothing is downloaded again.
 *
 * @throws BinariesError when a program can be had in neither way
 */
export async function ensureBinaries({ cacheFolder, onUnpack }: BinariesOptions): Promise<Binaries> {
  const onPath = await findOnPath();
  const missing = REQUIRED.filter((name) => onPath[name] === undefined);
  if (missing.length === 0) return onPath as Binaries;
  const unpacked = join(resolve(cacheFolder), 'debian');
  if (!(await isWhole(unpacked))) {
    onUnpack?.();
    try {
      await unpackDebianPackages(cacheFolder, unpacked);
    } catch (error) {
      if (!(error instanceof DebianError)) throw error;
      throw new BinariesError(TEXTS.noBinaries(missing.join(', '), error.text), { cause: error });
    }
  }
  return { ...Object.fromEntries(missing.map((name) => [name, inFolder(unpacked, name)])), ...onPath } as Binaries;
}

async function findOnPath(): Promise<Partial<Binaries>> {
  const entries = REQUIRED.map(async (name) => [name, await firstOnPath(NAMES[name].onPath)] as const);
  const grafana = ['grafana', await firstOnPath(['grafana'])] as const;
  return Object.fromEntries([...(await Promise.all(entries)), grafana].filter(([, path]) => path !== undefined));
}

async function firstOnPath(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    try {
      // The shell looks names up for us: PATH itself is the caller's business.
      const { stdout } =
        process.platform === 'win32' ? await run('where', [name]) : await run('sh', ['-c', `command -v ${name}`]);
      const path = stdout.split(/\r?\n/)[0];
      if (path !== undefined && path !== '') return path;
    } catch {
      // Not there: try the next name.
    }
  }
  return undefined;
}

function inFolder(folder: string, name: Required): string {
  return join(folder, 'usr', 'bin', NAMES[name].unpacked);
}
