import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeBinary } from './node-binary.ts';
import { firstPush, output, type Program } from './try-executable.ts';

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
export async function hasWine(): Promise<boolean> {
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
export async function firstPushOverPipe(root: string): Promise<number> {
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
