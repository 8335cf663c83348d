import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { VERSION } from '../../core/version.ts';
import { executableName } from '../../tools/release/make.ts';
import { nodeBinary } from '../../tools/release/node-binary.ts';
import { shippedBundles } from '../../tools/release/single-executable.ts';
import { checkDevices } from './check-devices.ts';
import { arm64Emulation } from './emulation.ts';
import { firstPush, output, type Program } from './program.ts';

/** Those that this machine can start. */
const CHECKED = ['linux-x64', 'linux-arm64'] as const;

const SimulatorLine = z.object({ kernel: z.string() });

/**
 * Starts the executables that this machine can run: each says its version, loads every bundle, replays a recording with the same result as
 * the plain bundle, and pushes a simulated kernel's counters; that of this platform runs the demo. That of Windows is not
 * started: where there is wine, its Node runs the bundles, and reads a kernel over a named pipe.
 *
 * @param root the checkout's folder, with release/ made
 * @throws Error at the first that fails
 */
export async function checkRelease(root: string, print: (line: string) => void): Promise<void> {
  for (const target of CHECKED) {
    const path = join(root, 'release', executableName(target));
    if (!existsSync(path)) throw new Error(`${path} is not there: make it first, with \`npm run dist\``);
  }
  const recordings = join(root, 'test', 'recordings');
  const replay = [
    ...['replay', join(recordings, 'mixed.ndjson.gz'), '--logs', join(recordings, 'mixed.logs.json.gz')],
    ...['--proxies', join(recordings, 'proxies.json'), '--interval', '1000', '--from-zero', '--json'],
  ];
  const plain: Program = { command: process.execPath, args: [join(root, 'dist', 'flowcollect.mjs')], env: {} };
  const expected = await output(plain, replay);

  const simulator = spawn(process.execPath, [
    join(root, 'dist', 'flowcollect.mjs'),
    'simulator',
    'kernel',
    '--speed',
    '10',
  ]);
  try {
    const [line] = (await once(createInterface(simulator.stdout), 'line')) as [string];
    const kernel = SimulatorLine.parse(JSON.parse(line)).kernel;
    for (const [name, program] of await programs(root)) {
      const started = Date.now();
      const version = (await output(program, ['version'])).trim();
      if (version !== VERSION) throw new Error(`${name} says version ${version} instead of ${VERSION}`);
      const start = Date.now() - started;
      for (const command of shippedBundles().values()) await output(program, [command, '--help']);
      if ((await output(program, replay)) !== expected) throw new Error(`${name} replays a recording differently`);
      const push = await firstPush(program, kernel);
      print(`${name}: version in ${start} ms, the same replay as the plain bundle, first push after ${push} ms`);
    }
    await checkDevices(root, plain, replay, kernel, print);
    if (await hasWine()) {
      const push = await firstPushOverPipe(root);
      print(`Windows, under wine: the first push of a kernel behind a named pipe after ${push} ms`);
    } else print('no wine: a named pipe of Windows was not tried');
    await demo(root);
    print('the demo ran to its report');
  } finally {
    simulator.kill('SIGTERM');
  }
}

/** The whole system out of the executable alone. @throws Error when it ends without a report */
async function demo(root: string): Promise<void> {
  const native = join(root, 'release', executableName('linux-x64'));
  const cache = join(root, '.cache', 'release');
  const missing = ['--config', join(cache, 'no.ini'), '--client', join(cache, 'no.ini')];
  const program: Program = { command: native, args: [], env: { XDG_CACHE_HOME: cache } };
  const printed = await output(program, ['stack', '--exit-after-report', ...missing]);
  if (!printed.includes('demo.yaml')) throw new Error(`the demo of the executable printed no report:\n${printed}`);
}

async function programs(root: string): Promise<[string, Program][]> {
  const at = (name: string): string => join(root, 'release', name);
  const native = executableName('linux-x64');
  const foreign = executableName('linux-arm64');
  const { command, env } = await arm64Emulation(join(root, '.cache', 'release'));
  return [
    [native, { command: at(native), args: [], env: {} }],
    [`${foreign}, emulated`, { command, args: [at(foreign)], env }],
  ];
}

const PIPE = '\\\\.\\pipe\\flowcollect-check';

/** Wine 8 cannot set keep-alive on a socket that is not connected yet, as undici does. */
const WITHOUT_KEEP_ALIVE = `const net = require('node:net');
net.Socket.prototype.setKeepAlive = function () { return this; };
for (const name of ['connect', 'createConnection']) {
  const real = net[name];
  net[name] = (options, ...rest) =>
    real(typeof options === 'object' ? { ...options, keepAlive: false } : options, ...rest);
}
`;

/** Whether wine is there, which stands in for Windows. */
async function hasWine(): Promise<boolean> {
  return await output({ command: 'wine', args: [], env: {} }, ['--version']).then(
    () => true,
    () => false,
  );
}

/**
 * Runs the bundles on the Windows build of Node under wine: the exporter reads a simulated kernel over a named pipe.
 *
 * @param root the checkout's folder, built
 * @returns milliseconds from the exporter's start to its first push of counted bytes
 * @throws Error when none comes
 */
async function firstPushOverPipe(root: string): Promise<number> {
  const cache = join(root, '.cache', 'release');
  const { path: node } = await nodeBinary(cache, 'win-x64');
  const folder = join(cache, 'wine');
  await mkdir(folder, { recursive: true });
  const preload = join(folder, 'without-keep-alive.cjs');
  await writeFile(preload, WITHOUT_KEEP_ALIVE);
  const log = join(folder, 'output.log');
  await writeFile(log, '');
  const bundle = join(root, 'dist', 'flowcollect.mjs');
  // Nor can a program of wine write to a pipe of ours.
  const program: Program = {
    command: 'sh',
    args: ['-c', `exec wine "$@" >> '${log}' 2>&1`, 'wine', node, '--require', preload, bundle],
    env: { WINEPREFIX: join(folder, 'prefix'), WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' },
  };
  // Makes the prefix, which takes its time.
  await output(program, ['version']);
  const simulator = spawn(
    program.command,
    [...program.args, 'simulator', 'kernel', '--socket', PIPE, '--speed', '10'],
    { env: { ...process.env, ...program.env }, stdio: 'ignore' },
  );
  try {
    return await firstPush(program, PIPE);
  } catch (error) {
    throw new Error(`under wine the exporter pushed nothing; what it said is in ${log}`, { cause: error });
  } finally {
    simulator.kill('SIGTERM');
    if (simulator.exitCode === null && simulator.signalCode === null) await once(simulator, 'exit');
  }
}
