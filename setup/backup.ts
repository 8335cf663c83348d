import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { z } from 'zod';
import { type Translate, UserFacingError } from '../core/language.ts';
import { readServerSection } from '../core/server-settings.ts';
import { SettingsReader } from '../core/settings.ts';
import { formatBytes } from '../core/units.ts';
import { VERSION } from '../core/version.ts';
import { errorCode } from '../runtime/error-code.ts';
import { serviceOf } from '../runtime/installed.ts';
import { whileTelling } from '../runtime/progress.ts';
import type { ScreenOutput } from '../runtime/screen.ts';
import { readSettingsText, tokenFileOf } from '../runtime/settings-file.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { compareVersions } from './release-feed.ts';
import { TEXTS } from './texts.ts';

/** Where services that `flowcollect service install` started keep their data. */
const STATE_FOLDERS = ['/var/lib/flowcollect-gateway', '/var/lib/flowcollect-auditor'];

/** `flowcollect backup FILE [PATH…]`. @param terminal for how long it takes */
export function backupCommand(print: (line: string) => void, terminal: ScreenOutput, translate: Translate): Command {
  return new Command('backup')
    .description(translate(COMMANDS.backup))
    .argument('<file>', translate(TEXTS.backupFile))
    .argument('[path...]', translate(TEXTS.backupMore))
    .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .action(async (file: string, more: readonly string[], { config }: { config: string }) => {
      await serviceOf('gateway', config);
      const began = performance.now();
      if (existsSync(resolve(file))) throw new BackupError(TEXTS.backupExists(file));
      const paths = [resolve(config), ...more.map((path) => resolve(path))];
      const data = await dataFolder(config);
      const tokens = dirname(tokenFileOf(config));
      for (const folder of [tokens, ...(isOurs(data) ? [data] : []), ...STATE_FOLDERS])
        if (existsSync(folder)) paths.push(folder);
      for (const path of paths) print(path);
      const packing = (seconds: number): string => translate(TEXTS.packing(seconds));
      await whileTelling(terminal, packing, () => writeBackup(resolve(file), paths, VERSION));
      const { size } = await stat(resolve(file));
      print(translate(TEXTS.packed(formatBytes(size), ((performance.now() - began) / 1000).toFixed(1))));
    });
}

/** `flowcollect restore FILE`. */
export function restoreCommand(print: (line: string) => void, translate: Translate): Command {
  return new Command('restore')
    .description(translate(COMMANDS.restore))
    .argument('<file>', translate(TEXTS.restoreFile))
    .option('--into <folder>', translate(TEXTS.restoreInto))
    .option('--replace', translate(TEXTS.restoreReplace))
    .action(async (file: string, { into, replace }: { into?: string; replace?: true }) => {
      const place = into === undefined ? parse(resolve(file)).root : resolve(into);
      for (const path of await restoreBackup(file, { into: place, replace: replace === true })) print(path);
    });
}

/** Whether a service has its data there: the DataDir of containers names a folder that may be another's on the machine. */
function isOurs(folder: string): boolean {
  return existsSync(join(folder, 'gateway')) || existsSync(join(folder, 'auditor'));
}

/** Where `[server] DataDir` leads. @throws SettingsError */
async function dataFolder(config: string): Promise<string> {
  const reader = new SettingsReader(basename(config), await readSettingsText(config));
  const { settings } = reader.finish(readServerSection(reader));
  return resolve(dirname(resolve(config)), settings.DataDir);
}

const run = promisify(execFile);

const MANIFEST = 'flowcollect-backup.json';
const Manifest = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  /** What was packed, relative to the root of the file system, with `/`. */
  paths: z.array(z.string().regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$)).+/)),
});

/** A backup cannot be made or brought back; the message says how to go on. */
class BackupError extends UserFacingError {
  override readonly name = 'BackupError';
}

/**
 * Packs files and folders with their owners and permissions. Folders of running databases should be stopped before; the
 * files of FlowCollect's own services are whole at every instant, or read up to the last record that is: a log that
 * grows meanwhile is packed as far as it was then.
 *
 * @param paths absolute; links are followed
 * @throws BackupError
 */
export async function writeBackup(archive: string, paths: readonly string[], version: string): Promise<void> {
  const real = [...new Set(await Promise.all(paths.map(realPath)))];
  const root = parse(resolve(archive)).root;
  const named = real.map((path) => relative(root, path).replaceAll('\\', '/'));
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-backup-'));
  const partial = `${archive}.${randomBytes(6).toString('hex')}.part`;
  try {
    await writeFile(join(folder, MANIFEST), JSON.stringify({ version, paths: named }));
    // An archive holds secrets: made by its owner for nobody else.
    await writeFile(partial, '', { mode: 0o600, flag: 'wx' });
    await pack(['-czpf', resolve(partial), '-C', folder, MANIFEST, '-C', root, '--', ...named]);
    await rename(partial, archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(partial, { force: true });
  }
}

interface RestoreOptions {
  /** Where the root of the backup goes; that of the file system for what it was made from. */
  readonly into: string;
  /** Puts what is there aside, with `.before-restore` at its name, instead of refusing. */
  readonly replace: boolean;
}

/**
 * Brings back what a backup holds, of this or an earlier version. What is there stays as it is unless all is written.
 *
 * @returns the absolute paths that were written
 * @throws BackupError when it is no whole one, of a later version, or something is in the way
 */
export async function restoreBackup(archive: string, { into, replace }: RestoreOptions): Promise<string[]> {
  const { paths, version } = await readManifest(archive);
  if (compareVersions(version, VERSION) > 0) throw new BackupError(TEXTS.laterBackup(archive, version));
  const targets = paths.map((path) => join(into, path));
  const free: string[] = [];
  for (const target of targets) {
    if (!existsSync(target)) {
      free.push(target);
      continue;
    }
    if (!replace) throw new BackupError(TEXTS.inTheWay(target));
    if (existsSync(aside(target))) throw new BackupError(TEXTS.leftAside(aside(target)));
  }
  const moved: string[] = [];
  try {
    for (const target of targets) {
      if (!existsSync(target)) continue;
      await rename(target, aside(target));
      moved.push(target);
    }
    await mkdir(into, { recursive: true });
    for (const target of targets) await mkdir(dirname(target), { recursive: true });
    // Paths are none of its options, whatever they begin with.
    await tar(['-xzpf', resolve(archive), '-C', into, '--', ...paths]);
    return targets;
  } catch (error) {
    // A disk that is full, most likely: what was there goes on.
    for (const target of [...free, ...moved]) await rm(target, { recursive: true, force: true });
    for (const target of moved.reverse()) await rename(aside(target), target);
    throw error;
  }
}

const aside = (path: string): string => `${path}.before-restore`;

/** Reads the archive to its end: one that was cut short must not take the place of what is there. */
async function readManifest(archive: string): Promise<z.infer<typeof Manifest>> {
  try {
    await access(archive, constants.R_OK);
  } catch (error) {
    throw new BackupError(TEXTS.unreadableArchive(archive, errorCode(error)), { cause: error });
  }
  try {
    return Manifest.parse(JSON.parse(await tar(['-xzOf', resolve(archive), MANIFEST])));
  } catch (error) {
    throw new BackupError(TEXTS.noBackup(archive), { cause: error });
  }
}

/** How often a folder is packed again whose files are removed while it is packed. */
const ATTEMPTS = 3;

async function pack(args: readonly string[], attempts = ATTEMPTS): Promise<void> {
  try {
    await tar(args);
  } catch (error) {
    const said =
      error instanceof BackupError
        ? String((error.cause as { stderr?: unknown } | undefined)?.stderr ?? '').trim()
        : '';
    // What GNU tar says of a file that grew; anything else is a failure.
    if (said !== '' && said.split('\n').every((line) => line.endsWith(': file changed as we read it'))) return;
    if (attempts <= 1 || !/: File removed before we read it$/m.test(said)) throw error;
    await pack(args, attempts - 1);
  }
}

/** In English, whatever the language of the system: see above. Windows has no `env`, and another tar. */
const TAR: readonly [string, ...string[]] = process.platform === 'win32' ? ['tar'] : ['env', 'LC_ALL=C', 'tar'];
/** With what `env` ends where there is no such program. */
const ENV_FINDS_NONE = 127;

async function tar(args: readonly string[]): Promise<string> {
  try {
    const [program, ...first] = TAR;
    return (await run(program, [...first, ...args], { maxBuffer: 2 ** 24 })).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' || code === ENV_FINDS_NONE) throw new BackupError(TEXTS.noTar);
    throw new BackupError(TEXTS.tarFailed((stderr ?? '').trim()), { cause: error });
  }
}

/** @throws BackupError where nothing is there, or may not be seen */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw new BackupError(TEXTS.nothingToPack(path, errorCode(error)), { cause: error });
  }
}
