import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UserFacingError } from '../core/language.ts';
import { TEXTS } from './texts.ts';

const run = promisify(execFile);

/** Paths of the programs that the stack starts besides its own services. */
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

interface BinariesOptions {
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

const DEBIAN_PACKAGES = ['prometheus', 'prometheus-pushgateway', 'prometheus-alertmanager'] as const;
const PROGRAMS = ['prometheus', 'promtool', 'prometheus-pushgateway', 'flowcollect-alertmanager'] as const;

/** Debian's packages cannot be had or do not run here. */
class DebianError extends UserFacingError {
  override readonly name = 'DebianError';
}

/**
 * Downloads Debian's packages and unpacks them into a folder, without root and without installing anything: apt checks
 * their signatures, dpkg-deb only unpacks. Two processes may do so at once: the folder appears whole or not at all.
 *
 * @param workFolder where temporary folders may be made, on the same file system as `target`
 * @throws DebianError
 */
async function unpackDebianPackages(workFolder: string, target: string): Promise<void> {
  await mkdir(workFolder, { recursive: true });
  const temporary = await mkdtemp(join(resolve(workFolder), 'unpack-'));
  try {
    const downloads = join(temporary, 'downloads');
    await mkdir(downloads);
    await downloadDebianPackages(DEBIAN_PACKAGES, downloads, join(temporary, 'apt'));
    const root = join(temporary, 'root');
    for (const file of await readdir(downloads)) {
      if (file.endsWith('.deb')) await tool('dpkg-deb', ['-x', join(downloads, file), root], temporary);
    }
    await relocateAlertmanager(root);
    for (const program of PROGRAMS) await tool(join(root, 'usr', 'bin', program), ['--version'], temporary);
    await moveIntoPlace(root, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * First by the machine's package lists; where these are missing or outdated, by lists fetched into a folder of our own.
 *
 * @param into an existing folder for the .deb files
 * @param aptFolder where apt may keep those lists
 * @throws DebianError
 */
export async function downloadDebianPackages(
  packages: readonly string[],
  into: string,
  aptFolder: string,
): Promise<void> {
  try {
    await tool('apt-get', ['download', ...SANDBOX_OFF, ...packages], into);
    return;
  } catch (error) {
    if (!(error instanceof DebianError) || error.cause === undefined) throw error;
  }
  const own = await ownAptState(aptFolder);
  // One broken third-party source makes the update fail although Debian's own lists arrived: the download decides.
  const updated = await tool('apt-get', ['update', ...own], into).catch((error: unknown) => String(error));
  try {
    await tool('apt-get', ['download', ...own, ...packages], into);
  } catch (error) {
    const unreachable = updated.split('\n').find((line) => UNREACHABLE.test(line));
    throw unreachable === undefined ? error : new DebianError(TEXTS.offline(unreachable), { cause: error });
  }
}

/** What apt says where it gets through to nobody. */
const UNREACHABLE = /could not (?:connect|resolve)|unable to connect|temporary failure resolving|unreachable/i;

/** As root, apt would drop to a user that cannot write into our folder. */
const SANDBOX_OFF = ['-q', '-o', 'APT::Sandbox::User=root'] as const;

async function ownAptState(folder: string): Promise<string[]> {
  const [state, cache] = [join(folder, 'state'), join(folder, 'cache')];
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  await writeFile(join(state, 'status'), '');
  return [
    ...SANDBOX_OFF,
    ...['-o', `Dir::State=${state}`, '-o', `Dir::State::status=${join(state, 'status')}`],
    ...['-o', `Dir::Cache=${cache}`],
  ];
}

/**
 * Debian's Alertmanager reads its mail template from an absolute path of the system, and ends without it. The same path
 * written relative (`usr/share/prometheus//alertmanager` has as many bytes) finds the unpacked template once a wrapper
 * starts the program inside the unpacked folder. Arguments of the wrapper must therefore hold absolute paths.
 */
async function relocateAlertmanager(root: string): Promise<void> {
  const program = join(root, 'usr', 'bin', 'prometheus-alertmanager');
  const absolute = Buffer.from('/usr/share/prometheus/alertmanager');
  const relative = Buffer.from('usr/share/prometheus//alertmanager');
  const bytes = await readFile(program);
  for (let at = bytes.indexOf(absolute); at !== -1; at = bytes.indexOf(absolute, at)) relative.copy(bytes, at);
  await writeFile(program, bytes);
  const wrapper = ['#!/bin/sh', `cd "\${0%/*}/../.." && exec usr/bin/prometheus-alertmanager "$@"`, ''];
  await writeFile(join(root, 'usr', 'bin', 'flowcollect-alertmanager'), wrapper.join('\n'), { mode: 0o755 });
}

async function moveIntoPlace(from: string, target: string): Promise<void> {
  try {
    await rename(from, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    // Another process was first, or somebody removed a part of an old folder: a whole one stays, since programs may
    // be running from it.
    if (await isWhole(target)) return;
    await rm(target, { recursive: true, force: true });
    await rename(from, target);
  }
}

/** Whether an unpacked folder holds every program. */
async function isWhole(folder: string): Promise<boolean> {
  try {
    await Promise.all(PROGRAMS.map((program) => access(join(folder, 'usr', 'bin', program), constants.X_OK)));
    return true;
  } catch {
    return false;
  }
}

/** @returns what it warned of */
async function tool(command: string, args: readonly string[], folder: string): Promise<string> {
  try {
    // By env, so that apt says in English what is wrong.
    const options = { cwd: folder, maxBuffer: 16 * 2 ** 20, timeout: 300_000 };
    const { stderr } = await run('/usr/bin/env', ['LC_ALL=C', command, ...args], options);
    return stderr;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    // env ends with 127 where there is no such command; Windows has no env.
    if (code === 'ENOENT' || (code === 127 && !command.includes('/'))) throw new DebianError(TEXTS.notDebian(command));
    const detail = (stderr ?? '').trim().split('\n').slice(-2).join(' ');
    throw new DebianError(TEXTS.packagesUnusable(`${command} ${args[0]}`, detail), { cause: error });
  }
}
