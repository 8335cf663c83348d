import { execFile } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { inject } from 'postject';
import { BUNDLE_OF_COMMAND } from '../../cli/commands.ts';
import alias from '../bundle-aliases.json' with { type: 'json' };

/** The bundles that are handed out, each with one of its commands. */
export function shippedBundles(): Map<string, string> {
  return new Map([...BUNDLE_OF_COMMAND].map(([command, bundle]) => [bundle, command]));
}

/**
 * One CommonJS script that holds every command: the form that a single executable of Node 22 takes.
 *
 * @param root the checkout's folder
 * @param path where the script is written
 * @returns what it is made of
 */
export async function buildSingleBundle(root: string, path: string): Promise<Metafile> {
  const loaders = [...shippedBundles().keys()].map((name) => `  ${name}: () => import('./${name}/main.ts'),`);
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: {
      contents: [
        "import { dispatch } from './cli/commands.ts';",
        "import { ownCommand, ownInvocation } from './runtime/own-program.ts';",
        'const called = ownCommand(ownInvocation(process.env, process.argv[1]));',
        `const LOADERS = {\n${loaders.join('\n')}\n};`,
        'dispatch(process.argv.slice(2), async (bundle) => LOADERS[bundle](), called).then(',
        '  (exitCode) => { process.exitCode = exitCode; },',
        '  (error) => { console.error(error); process.exitCode = 1; },',
        ');',
      ].join('\n'),
      resolveDir: root,
      sourcefile: 'single-executable.ts',
    },
    outfile: path,
    bundle: true,
    alias,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    // CommonJS has no import.meta; in a single executable the file is the executable.
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    minify: true,
    keepNames: true,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

const run = promisify(execFile);

/** The mark in Node's executable that says whether it carries a blob; from Node's documentation. */
const SENTINEL = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Makes the blob that an executable carries. It holds no code cache, so that one blob serves every platform.
 *
 * @param node an executable of the same version as those that will carry the blob
 */
export async function makeBlob(node: string, script: string, folder: string): Promise<Buffer> {
  const [config, blob] = [join(folder, 'sea.json'), join(folder, 'sea.blob')];
  const settings = { main: script, output: blob, disableExperimentalSEAWarning: true, useCodeCache: false };
  await writeFile(config, JSON.stringify(settings));
  await run(node, ['--experimental-sea-config', config]);
  return readFile(blob);
}

/** Copies Node's executable and puts the blob into the copy. */
export async function makeExecutable(node: string, blob: Buffer, path: string): Promise<void> {
  await copyFile(node, path);
  await chmod(path, 0o755);
  await inject(path, 'NODE_SEA_BLOB', blob, { sentinelFuse: SENTINEL });
}
