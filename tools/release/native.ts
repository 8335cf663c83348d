import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VERSION } from '../../core/version.ts';

const run = promisify(execFile);

/** Of what a file for a device is made: Go's names of a system, a processor and its variant. */
type DeviceTarget = Readonly<Record<string, string>>;

/**
 * Devices by what their file is called. Routers' processors often lack an FPU, and OpenWrt's kernels do not emulate one:
 * so softfloat. Android takes the one for Linux, which is static and finds certificates there too.
 */
export const DEVICE_TARGETS: ReadonlyMap<string, DeviceTarget> = new Map([
  ['linux-amd64', { GOOS: 'linux', GOARCH: 'amd64' }],
  ['linux-386', { GOOS: 'linux', GOARCH: '386', GO386: 'softfloat' }],
  ['linux-arm64', { GOOS: 'linux', GOARCH: 'arm64' }],
  ['linux-armv7', { GOOS: 'linux', GOARCH: 'arm', GOARM: '7' }],
  ['linux-armv5', { GOOS: 'linux', GOARCH: 'arm', GOARM: '5' }],
  ['linux-mipsle', { GOOS: 'linux', GOARCH: 'mipsle', GOMIPS: 'softfloat' }],
  ['linux-mips', { GOOS: 'linux', GOARCH: 'mips', GOMIPS: 'softfloat' }],
  ['linux-riscv64', { GOOS: 'linux', GOARCH: 'riscv64' }],
  ['windows-amd64', { GOOS: 'windows', GOARCH: 'amd64' }],
  ['windows-arm64', { GOOS: 'windows', GOARCH: 'arm64' }],
  ['darwin-arm64', { GOOS: 'darwin', GOARCH: 'arm64' }],
  ['darwin-amd64', { GOOS: 'darwin', GOARCH: 'amd64' }],
  ['freebsd-amd64', { GOOS: 'freebsd', GOARCH: 'amd64' }],
]);

/** How Go is called here; undefined where there is none. */
export async function findGo(): Promise<string | undefined> {
  for (const go of ['go', '/usr/local/go/bin/go']) {
    try {
      await run(go, ['version']);
      return go;
    } catch {
      // Not there; a Go that is broken says so when it builds.
    }
  }
  return undefined;
}

/**
 * Builds the exporter's host in Go around its bundles, which `tools/build.mjs` makes. The same sources make the
 * same bytes on any machine.
 *
 * @param root the checkout's folder
 * @param target another system than this one
 * @throws Error with what Go said
 */
export async function buildNative(root: string, go: string, output: string, target: DeviceTarget = {}): Promise<void> {
  await mkdir(join(root, '.cache'), { recursive: true });
  const env = { ...process.env, ...goFolders(root), CGO_ENABLED: '0', ...target };
  const modules = `-modfile=${await patchEngine(root, go)}`;
  // HTTP/2 is of no use to one device and a megabyte; behind whatever else runs meanwhile.
  const flags = [modules, '-tags', 'nethttpomithttp2', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w -buildid='];
  await run('nice', [go, 'build', ...flags, '-o', output, '.'], { cwd: join(root, 'native'), env, maxBuffer: 2 ** 24 });
}

const ENGINE = 'github.com/grafana/sobek';

/**
 * Lays the engine into the cache: as `go.sum` has it, with the changes of `native/engine.patch`.
 *
 * @returns the list of modules that names it, instead of `native/go.mod`
 * @throws Error with what Go or git said, such as that a change does not fit this version
 */
async function patchEngine(root: string, go: string): Promise<string> {
  const cwd = join(root, 'native');
  const cache = join(root, '.cache', 'go');
  const [list = '', sums = '', changes = ''] = await Promise.all(
    ['go.mod', 'go.sum', 'engine.patch'].map((file) => readFile(join(cwd, file), 'utf8')),
  );
  const name = `engine-${createHash('sha256').update(list).update(sums).update(changes).digest('hex').slice(0, 16)}`;
  const modules = join(cache, `${name}.mod`);
  if (existsSync(modules)) return modules;
  const env = { ...process.env, ...goFolders(root) };
  const { stdout } = await run(go, ['mod', 'download', '-json', ENGINE], { cwd, env });
  await mkdir(cache, { recursive: true });
  // Made aside: others may build at the same time.
  const made = await mkdtemp(join(cache, 'new-engine-'));
  await cp((JSON.parse(stdout) as { Dir: string }).Dir, made, { recursive: true });
  await run('git', ['apply', join(cwd, 'engine.patch')], {
    cwd: made,
    env: { ...env, GIT_CEILING_DIRECTORIES: cache },
  });
  await rename(made, join(cache, name)).catch(() => rm(made, { recursive: true }));
  await writeFile(join(cache, `${name}.sum`), sums);
  await writeFile(`${made}.mod`, `${list}\nreplace ${ENGINE} => ../.cache/go/${name}\n`);
  await rename(`${made}.mod`, modules);
  return modules;
}

/** Modules and what was compiled, kept in the checkout; writable, so that deleting it works. */
const goFolders = (root: string): Readonly<Record<string, string>> => ({
  GOMODCACHE: join(root, '.cache', 'go', 'modules'),
  GOCACHE: join(root, '.cache', 'go', 'build'),
  GOFLAGS: '-modcacherw -mod=readonly',
});

/**
 * The licences of Go and of the modules that a file for a device is made of, as texts.
 *
 * @throws Error naming a module without one
 */
export async function nativeLicences(root: string, go: string): Promise<string[]> {
  const env = { ...process.env, ...goFolders(root) };
  const format = '{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}';
  const listed = new Set<string>();
  // Of each system: only that of Windows has pipes.
  for (const GOOS of ['linux', 'windows']) {
    const { stdout } = await run(go, ['list', '-tags', 'nethttpomithttp2', '-deps', '-f', format, '.'], {
      cwd: join(root, 'native'),
      env: { ...env, GOOS },
    });
    for (const line of stdout.split('\n')) if (line !== '') listed.add(line);
  }
  const { stdout } = await run(go, ['env', 'GOVERSION', 'GOROOT']);
  const [version = '', goRoot = ''] = stdout.trim().split('\n');
  const modules = [...[...listed].sort().map((line) => line.split('\t')), ['Go', version, goRoot]];
  return Promise.all(
    modules.map(async ([name = '', of = '', folder = '']) => {
      const files = (await readdir(folder)).filter((each) => /^(?:licen[cs]e|copying|patents)/i.test(each));
      if (files.length === 0) throw new Error(`${name} brings no licence`);
      const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
      return `${name} ${of} (in the files for devices)\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`;
    }),
  );
}

/** Name of a target's archive. */
export const deviceArchive = (target: string): string => `flowcollect-${VERSION}-device-${target}.tar.gz`;

/**
 * Makes the file of each target and packs it with the example of the settings and the licences.
 *
 * @param release the folder that gets the archives
 * @param work a folder to make them in
 * @param licences text
 * @throws Error with what Go or tar said
 */
export async function makeDeviceArchives(
  root: string,
  go: string,
  release: string,
  work: string,
  licences: string,
  print: (line: string) => void,
): Promise<void> {
  for (const [name, target] of DEVICE_TARGETS) {
    const folder = join(work, `device-${name}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'LICENCES.txt'), licences);
    await cp(join(root, 'setting.ini.example'), join(folder, 'setting.ini.example'));
    await buildNative(root, go, join(folder, target.GOOS === 'windows' ? 'flowcollect.exe' : 'flowcollect'), target);
    // The same bytes each time: neither names, times nor order of this machine.
    const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--mode=u+rw,go=u-w'];
    const archive = deviceArchive(name);
    await run('tar', [...same, '-I', 'gzip -n9', '-cf', join(release, archive), '-C', folder, '.']);
    print(`made ${archive}`);
  }
}
