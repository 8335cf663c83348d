import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';
import { VERSION } from '../../core/version.ts';
import { startScriptedGateway } from '../../test/scripted-gateway.ts';
import { executableName } from './make.ts';
import { bootMips, HOST_LOOPBACK, mipsSystem } from './mips-system.ts';
import { DEVICE_TARGETS, deviceArchive } from './native.ts';
import { arm64Emulation, nodeBinary } from './node-binary.ts';
import { shippedBundles } from './single-executable.ts';

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

/** Files for devices that this machine can run, and QEMU's name of their processor; none for its own. */
const CHECKED_DEVICES: ReadonlyMap<string, string | undefined> = new Map([
  ['linux-amd64', undefined],
  ['linux-arm64', 'aarch64'],
  ['linux-armv7', 'arm'],
  ['linux-riscv64', 'riscv64'],
]);

/** As {@link checkRelease} does with executables; the rest of the devices' files is said to be only built. */
async function checkDevices(
  root: string,
  plain: Program,
  replay: readonly string[],
  kernel: string,
  print: (line: string) => void,
): Promise<void> {
  const made = [...DEVICE_TARGETS.keys()].filter((name) => existsSync(join(root, 'release', deviceArchive(name))));
  if (made.length === 0) {
    print('NOT tried: files for devices, which were not made');
    return;
  }
  const expected = await output(plain, replay);
  const { command: emulator } = await arm64Emulation(join(root, '.cache', 'release'));
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-devices-'));
  try {
    for (const name of made.filter((each) => CHECKED_DEVICES.has(each))) {
      await run('tar', ['-xzf', join(root, 'release', deviceArchive(name)), '-C', folder]);
      const [processor, path] = [CHECKED_DEVICES.get(name), join(folder, 'flowcollect')];
      const program: Program =
        processor === undefined
          ? { command: path, args: [], env: {} }
          : { command: emulator.replace('aarch64', processor), args: [path], env: {} };
      const version = (await output(program, ['version'])).trim();
      if (version !== VERSION) throw new Error(`${name} says version ${version} instead of ${VERSION}`);
      if ((await output(program, replay)) !== expected) throw new Error(`${name} replays a recording differently`);
      const push = await firstPush(program, kernel);
      const how = processor === undefined ? '' : ', emulated';
      print(`${name} for devices${how}: the same replay as the plain bundle, first push after ${push} ms`);
    }
    if (made.includes(MIPS)) await checkMips(root, plain, kernel, folder, print);
    const tried = (name: string): boolean => CHECKED_DEVICES.has(name) || name === MIPS;
    print(`only built: ${made.filter((each) => !tried(each)).join(', ')}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const MIPS = 'linux-mipsle';
/** Emulation of a whole machine takes a minute for what a router does in seconds. */
const MIPS_MS = 20 * 60_000;

/** The file for routers of MIPS in a system of their kind: the same replay, and a push over its network. */
async function checkMips(
  root: string,
  plain: Program,
  kernel: string,
  folder: string,
  print: (line: string) => void,
): Promise<void> {
  const system = await mipsSystem(join(root, '.cache', 'release'));
  const own = join(folder, MIPS);
  await mkdir(own);
  await run('tar', ['-xzf', join(root, 'release', deviceArchive(MIPS)), '-C', own]);
  const recordings = join(root, 'test', 'recordings');
  const options = ['--interval', '10000', '--from-zero', '--json'];
  const replay = (from: string): string[] => ['replay', `${from}/udp.ndjson.gz`, '--logs', `${from}/udp.logs.json.gz`];
  const expected = createHash('sha256')
    .update(await output(plain, [...replay(recordings), ...options]))
    .digest('hex');
  const gateway = await startScriptedGateway();
  const seenFromThere = (origin: string): string => origin.replace('127.0.0.1', HOST_LOOPBACK);
  const files = new Map<string, Uint8Array>([
    ['bin/flowcollect', await readFile(join(own, 'flowcollect'))],
    ['udp.ndjson.gz', await readFile(join(recordings, 'udp.ndjson.gz'))],
    ['udp.logs.json.gz', await readFile(join(recordings, 'udp.logs.json.gz'))],
    ['client.ini', Buffer.from(settingsFor(seenFromThere(kernel), seenFromThere(gateway.origin), '/tmp/state'))],
  ]);
  const script = `echo "version $(flowcollect version)"
echo "replayed $(flowcollect ${[...replay(''), ...options].join(' ')} | sha256sum)"
flowcollect exporter --config /client.ini`;
  const lines: string[] = [];
  const machine = await bootMips(system, own, files, script, (line) => lines.push(line));
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (what: string): void =>
        reject(new Error(`${MIPS}: ${what}; its console said:\n${lines.join('\n')}`));
      setTimeout(fail, MIPS_MS, 'no push arrived').unref();
      machine.ended.then(() => fail('the machine ended'), reject);
      gateway.onPush = async ({ text }) => {
        if (COUNTED.test(text)) resolve();
      };
    });
  } finally {
    machine.stop();
    await machine.ended;
    await gateway.kill();
  }
  if (!lines.includes(`version ${VERSION}`)) throw new Error(`${MIPS} says another version:\n${lines.join('\n')}`);
  if (!lines.some((line) => line.startsWith(`replayed ${expected}`))) {
    throw new Error(`${MIPS} replays a recording differently:\n${lines.join('\n')}`);
  }
  print(`${MIPS} for devices, a whole machine emulated: the same replay as the plain bundle, and a push`);
}

/** A push in which bytes were counted. */
const COUNTED = /^flowcollect_traffic_bytes_total\{.*\} [1-9]/m;

const settingsFor = (kernel: string, gateway: string, state = 'flowcollect-state'): string =>
  `[client]\nMihomoAPIAddr = ${kernel}\nRemoteServer = ${gateway}\nRemoteToken = release-check\nDeviceID = release check\nPushInterval = 1s\nMetricsListen = 127.0.0.1:0\nStateDir = ${state}\n`;

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

const run = promisify(execFile);

/** How a build of FlowCollect is started. */
interface Program {
  readonly command: string;
  /** Before FlowCollect's own. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const START_MS = 120_000;

/** What `flowcollect <args>` prints. @throws Error when it fails */
async function output({ command, args, env }: Program, own: readonly string[]): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 26, timeout: START_MS };
  return (await run(command, [...args, ...own], options)).stdout;
}

/**
 * Runs the exporter against a kernel until its first push of counted bytes has arrived at a gateway on loopback.
 *
 * @param kernel address of a kernel that moves bytes
 * @returns milliseconds from the start to that push
 * @throws Error when none comes in time, with what the exporter said
 */
async function firstPush({ command, args, env }: Program, kernel: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-release-'));
  const gateway = await startScriptedGateway();
  const settings = join(folder, 'ClientSetting.ini');
  await writeFile(settings, settingsFor(kernel, gateway.origin));
  const started = Date.now();
  const exporter = spawn(command, [...args, 'exporter', '--config', settings], { env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [exporter.stdout, exporter.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = once(exporter, 'exit');
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (what: string): void => reject(new Error(`${what}; the exporter said:\n${said}`));
      setTimeout(fail, START_MS, 'no push arrived').unref();
      ended.then(() => fail('the exporter ended'), reject);
      gateway.onPush = async ({ authorization, text }) => {
        if (COUNTED.test(text) && authorization === 'Bearer release-check') resolve();
      };
    });
    return Date.now() - started;
  } finally {
    exporter.kill('SIGTERM');
    await ended;
    await gateway.kill();
    await rm(folder, { recursive: true, force: true });
  }
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
