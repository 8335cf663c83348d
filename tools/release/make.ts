import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VERSION } from '../../core/version.ts';
import { packFolder, writeChecksums } from './archive.ts';
import { licencesOf } from './licences.ts';
import { hostTarget, nodeBinary, TARGETS, type Target } from './node-binary.ts';
import { buildSingleBundle, shippedBundles } from './single-bundle.ts';
import { makeBlob, makeExecutable } from './single-executable.ts';

/** What the archive of plain bundles brings beside them. */
const COMPANIONS = [
  'setting.ini.example',
  'LICENSE',
  'README.md',
  'README.zh-CN.md',
  'packaging',
  'prometheus',
  'grafana/provisioning',
  'grafana/dashboards',
  'docs',
];

/** File name of a target's executable. */
export function executableName(target: Target): string {
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
  const host = hostTarget();
  if (host === undefined) throw new Error(`run this on one of ${Object.keys(TARGETS).join(', ')}`);
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
    for (const target of Object.keys(TARGETS) as Target[]) {
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

    const name = `flowcollect-${VERSION}-node`;
    await assembleBundles(root, join(work, name), licences);
    await packFolder(work, name, join(release, `${name}.tar.gz`));
    print(`made ${name}.tar.gz`);
    await writeChecksums(release);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The plain bundles as they are unpacked: `dist/` beside settings and guides. */
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
