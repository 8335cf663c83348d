import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Prometheus 3.15, which docker-compose.yml runs, as its Go module is called. */
export const PROMETHEUS3_MODULE = 'github.com/prometheus/prometheus@v0.315.0';

const PROGRAMS = ['promtool', 'prometheus'] as const;

/** The programs of Prometheus 3. */
type Prometheus3 = Readonly<Record<(typeof PROGRAMS)[number], string>>;

/** @returns undefined where `npm run prometheus3` has not built them */
export function findPrometheus3(cacheFolder: string): Prometheus3 | undefined {
  const programs = programsIn(cacheFolder);
  return Object.values(programs).every((path) => existsSync(path)) ? programs : undefined;
}

/**
 * Builds them with Go, from the released module, into the cache. The module cannot be installed (`go install` refuses its
 * replace directives), but a module that needs it can be built.
 *
 * @param tell is given each step
 * @throws Error when there is no Go, or the build fails
 */
export async function buildPrometheus3(cacheFolder: string, tell: (step: string) => void): Promise<Prometheus3> {
  const programs = programsIn(cacheFolder);
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, 'go-'));
  try {
    await writeFile(join(folder, 'go.mod'), 'module flowcollect.invalid/programs\n');
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
    const [module, version] = PROMETHEUS3_MODULE.split('@');
    for (const name of PROGRAMS) {
      tell(`building ${name} ${version}`);
      await go('get', `${module}/cmd/${name}@${version}`);
      await go('build', '-o', join(folder, 'bin', name), `${module}/cmd/${name}`);
    }
    await rm(placeIn(cacheFolder), { recursive: true, force: true });
    await rename(join(folder, 'bin'), placeIn(cacheFolder));
    return programs;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const placeIn = (cacheFolder: string): string =>
  join(cacheFolder, `prometheus-${PROMETHEUS3_MODULE.split('@')[1] ?? ''}`);

function programsIn(cacheFolder: string): Prometheus3 {
  const place = placeIn(cacheFolder);
  return { promtool: join(place, 'promtool'), prometheus: join(place, 'prometheus') };
}
