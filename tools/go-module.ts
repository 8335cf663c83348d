import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Programs of a released Go module that cannot be installed: `go install` refuses modules with replace directives. */
export interface GoModule<Name extends string> {
  readonly path: string;
  readonly version: string;
  /** Folders of `cmd/`. */
  readonly programs: readonly Name[];
  /** Names the folder in the cache, with the version. */
  readonly folder: string;
  /** The replace directives of its own go.mod that its programs need, such as `a => b v1.0.0`. */
  readonly replace?: readonly string[];
}

type Paths<Name extends string> = Readonly<Record<Name, string>>;

/** @returns undefined where they have not been built */
export function findGoModule<Name extends string>(
  module: GoModule<Name>,
  cacheFolder: string,
): Paths<Name> | undefined {
  const paths = pathsIn(module, cacheFolder);
  return Object.values<string>(paths).every((path) => existsSync(path)) ? paths : undefined;
}

/**
 * Builds them with Go into the cache, from a module that needs theirs.
 *
 * @param tell is given each step
 * @throws Error when there is no Go, or the build fails
 */
async function buildGoModule<Name extends string>(
  module: GoModule<Name>,
  cacheFolder: string,
  tell: (step: string) => void,
): Promise<Paths<Name>> {
  const { path, version, programs, replace = [] } = module;
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, 'go-'));
  try {
    const directives = replace.map((each) => `replace ${each}\n`).join('');
    await writeFile(join(folder, 'go.mod'), `module flowcollect.invalid/programs\n\n${directives}`);
    const go = (...args: string[]) =>
      promisify(execFile)('go', args, {
        cwd: folder,
        maxBuffer: 64 * 2 ** 20,
        env: {
          ...process.env,
          GOPATH: join(folder, 'path'),
          GOCACHE: join(folder, 'cache'),
          // What is downloaded must be writable, or it could not be removed.
          GOFLAGS: '-modcacherw',
        },
      });
    for (const name of programs) {
      tell(`building ${name} ${version}`);
      await go('get', `${path}/cmd/${name}@${version}`);
      await go('build', '-o', join(folder, 'bin', name), `${path}/cmd/${name}`);
    }
    const place = placeIn(module, cacheFolder);
    await rm(place, { recursive: true, force: true });
    await rename(join(folder, 'bin'), place);
    return pathsIn(module, cacheFolder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const placeIn = ({ folder, version }: GoModule<string>, cacheFolder: string): string =>
  join(cacheFolder, `${folder}-${version}`);

function pathsIn<Name extends string>(module: GoModule<Name>, cacheFolder: string): Paths<Name> {
  const place = placeIn(module, cacheFolder);
  return Object.fromEntries(module.programs.map((name) => [name, join(place, name)])) as Paths<Name>;
}

/**
 * What `npm run` prints of a build: the programs, or why there are none.
 *
 * @param name of the module, for people
 */
export async function printGoModule(name: string, module: GoModule<string>, cacheFolder: string): Promise<void> {
  try {
    const tell = (step: string): void => void process.stdout.write(`${step}\n`);
    const programs = findGoModule(module, cacheFolder) ?? (await buildGoModule(module, cacheFolder, tell));
    process.stdout.write(`${Object.values(programs).join('\n')}\n`);
  } catch (error) {
    const { code, stderr, message } = error as { code?: unknown; stderr?: string; message: string };
    const reason = code === 'ENOENT' ? 'there is no Go to build it with; install it: https://go.dev/dl/' : '';
    process.stderr.write(`${name} cannot be built: ${reason || stderr?.trim().split('\n').at(-1) || message}\n`);
    process.exitCode = 1;
  }
}
