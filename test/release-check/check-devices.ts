import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../../core/version.ts';
import { DEVICE_TARGETS, deviceArchive } from '../../tools/release/native.ts';
import { startScriptedGateway } from '../scripted-gateway.ts';
import { arm64Emulation } from './emulation.ts';
import { bootMips, HOST_LOOPBACK, mipsSystem } from './mips-system.ts';
import { COUNTED, firstPush, output, type Program, run, settingsFor } from './program.ts';

/** Files for devices that this machine can run, and QEMU's name of their processor; none for its own. */
const CHECKED_DEVICES: ReadonlyMap<string, string | undefined> = new Map([
  ['linux-amd64', undefined],
  ['linux-arm64', 'aarch64'],
  ['linux-armv7', 'arm'],
  ['linux-riscv64', 'riscv64'],
]);

/** Runs the files for devices as `checkRelease` does executables; the rest of the devices' files is said to be only built. */
export async function checkDevices(
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
  // Its console is a terminal, on which a replay says how far it is.
  const script = `echo "version $(flowcollect version)"
echo "replayed $(flowcollect ${[...replay(''), ...options].join(' ')} 2>/dev/null | sha256sum)"
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
