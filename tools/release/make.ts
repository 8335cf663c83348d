import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { VERSION } from '../../core/version.ts';
import { findGo, makeDeviceArchives, nativeLicences } from './native.ts';
import { hostPlatform, nodeBinary, PLATFORMS, type Platform } from './node-binary.ts';
import { type ReleasePlaces, releasePlaces } from './places.ts';
import { buildSingleBundle, makeBlob, makeExecutable, shippedBundles } from './single-executable.ts';

/** What the archive of plain bundles brings in addition to them. */
export const COMPANIONS = [
  'setting.ini.example',
  'LICENSE',
  'README.md',
  'README.zh-CN.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'packaging',
  'prometheus',
  'grafana/provisioning',
  'grafana/dashboards',
  'docs',
];

/** File name of a target's executable. */
export function executableName(target: Platform): string {
  return `flowcollect-${VERSION}-${target}${target.startsWith('win') ? '.exe' : ''}`;
}

/**
 * Writes everything that is handed out into `release/`: an executable for each target, the plain bundles as an archive
 * for any Node, the licences of what is bundled, and checksums.
 *
 * @param root the checkout's folder, with dist/ built
 * @throws Error when a part cannot be had or made
 */
export async function makeRelease(root: string, print: (line: string) => void): Promise<void> {
  const host = hostPlatform();
  if (host === undefined) throw new Error(`run this on one of ${Object.keys(PLATFORMS).join(', ')}`);
  const cache = join(root, '.cache', 'release');
  const release = join(root, 'release');
  await rm(release, { recursive: true, force: true });
  await mkdir(release, { recursive: true });
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'work-'));
  try {
    const script = join(work, 'flowcollect.cjs');
    const { inputs } = await buildSingleBundle(root, script);
    const node = await nodeBinary(cache, host);
    const blob = await makeBlob(node.path, script, work);
    for (const target of Object.keys(PLATFORMS) as Platform[]) {
      await makeExecutable((await nodeBinary(cache, target)).path, blob, join(release, executableName(target)));
      print(`made ${executableName(target)}`);
    }

    // Of all three packages of Node, that of Windows alone lacks the licence.
    const ofNode = await readFile((await nodeBinary(cache, 'linux-x64')).licence, 'utf8');
    const licences = [
      `FlowCollect ${VERSION}\n\n${await readFile(join(root, 'LICENSE'), 'utf8')}`,
      await licencesOf(root, Object.keys(inputs)),
      `Node.js ${node.version} (in the single executables)\n\n${ofNode}`,
    ].join(`\n${'-'.repeat(80)}\n\n`);
    await writeFile(join(release, 'LICENCES.txt'), licences);
    await makeDevices(root, release, work, print);

    const name = `flowcollect-${VERSION}-node`;
    await assembleBundles(root, join(work, name), licences);
    await packFolder(work, name, join(release, `${name}.tar.gz`));
    print(`made ${name}.tar.gz`);
    await writeChecksums(release);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The files for devices, where there is Go to make them with. */
async function makeDevices(root: string, release: string, work: string, print: (line: string) => void): Promise<void> {
  const go = await findGo();
  if (go === undefined) {
    print('NOT made: the files for devices, since there is no Go here');
    return;
  }
  const licences = [
    `FlowCollect ${VERSION}\n\n${await readFile(join(root, 'LICENSE'), 'utf8')}`,
    await licencesOf(root, BUNDLED_FOR_DEVICES),
    ...(await nativeLicences(root, go)),
  ].join(`\n${'-'.repeat(80)}\n\n`);
  await makeDeviceArchives(root, go, release, work, licences, print);
  for (const script of ['device/install.sh', 'windows/install.ps1']) {
    const text = await readFile(join(root, 'packaging', script), 'utf8');
    await writeFile(join(release, basename(script)), stamped(text, await releasePlaces(root)));
  }
}

/** A script of installation that knows where its release is. */
export const stamped = (script: string, { files }: ReleasePlaces): string => script.replace('@RELEASES@', files);

/** The packages that bundles in native/ are made of (test/architecture.test.ts). */
const BUNDLED_FOR_DEVICES = ['node_modules/tldts-core/', 'node_modules/yaml/', 'node_modules/zod/'];

/** The plain bundles as they are unpacked: `dist/` next to settings and guides. */
async function assembleBundles(root: string, folder: string, licences: string): Promise<void> {
  await mkdir(join(folder, 'dist'), { recursive: true });
  for (const name of ['flowcollect', ...shippedBundles().keys()]) {
    await cp(join(root, 'dist', `${name}.mjs`), join(folder, 'dist', `${name}.mjs`));
  }
  for (const name of COMPANIONS) {
    await cp(join(root, name), join(folder, name), { recursive: true, filter: (source) => !source.endsWith('.ts') });
  }
  await writeFile(join(folder, 'LICENCES.txt'), licences);
}

/** Packs the folder `name`, which stands in `parent`, as `archive`. */
async function packFolder(parent: string, name: string, archive: string): Promise<void> {
  await promisify(execFile)('tar', ['-czf', archive, '-C', parent, name]);
}

/** Writes SHA256SUMS of all other files of a folder, in the form that `sha256sum -c` reads. */
export async function writeChecksums(folder: string): Promise<void> {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name === 'SHA256SUMS') continue;
    const digest = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), digest);
    lines.push(`${digest.digest('hex')}  ${name}\n`);
  }
  await writeFile(join(folder, 'SHA256SUMS'), lines.join(''));
}

const Manifest = z.object({ name: z.string(), version: z.string(), license: z.string().default('see its text') });

/**
 * The licences of the packages that a bundle is made of, as one text.
 *
 * @param inputs the bundle's source files, relative to the checkout
 * @throws Error naming a package without a licence text
 */
export async function licencesOf(root: string, inputs: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const folder of packageFolders(inputs)) {
    const path = join(root, folder);
    const { name, version, license } = Manifest.parse(JSON.parse(await readFile(join(path, 'package.json'), 'utf8')));
    const file = (await readdir(path)).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? await licenceInReadme(path) : await readFile(join(path, file), 'utf8');
    parts.push(
      `${name} ${version} (${license})\n\n${text?.trim() ?? `Under the ${license} licence; the package brings no text of it.`}\n`,
    );
  }
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Folders of the packages that files belong to, nested ones included, sorted. */
export function packageFolders(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  return [...new Set(folders)].sort();
}

async function licenceInReadme(folder: string): Promise<string | undefined> {
  const file = (await readdir(folder)).find((each) => /^readme/i.test(each));
  if (file === undefined) return undefined;
  return /^#+\s*licen[cs]e\b[\s\S]*/im.exec(await readFile(join(folder, file), 'utf8'))?.[0];
}
