import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { BUNDLE_OF_COMMAND } from '../cli/commands.ts';
import { pairingCode } from '../setup/pairing-code.ts';
import { createKernelSimulator } from '../simulator/kernel/kernel-simulator.ts';
import { createHouseholdSource } from '../simulator/kernel/kernel-source.ts';
import { createRandom } from '../simulator/random.ts';
import { DAMAGED_FILES, killAgainAndAgain, ON_NODE, type Program } from './kills.ts';
import { fromSetup } from './later-program.ts';
import type { NativeProgram } from './native-build.ts';
import { type ReceivedPush, startScriptedGateway } from './scripted-gateway.ts';
import { connectionsMessage, startScriptedKernel } from './scripted-kernel.ts';

const built = await fromSetup<NativeProgram>(inject('nativeFile'));
if ('missing' in built) {
  // Seen in every run: a run without it must not pass for one with it.
  process.stderr.write(`\nDID NOT RUN the exporter's host in Go (${built.missing}): Node alone was tried\n\n`);
}
const NATIVE: Program = ['path' in built ? built.path : 'flowcollect-native'];

const RECORDINGS = fileURLToPath(new URL('recordings/', import.meta.url));
const recordings = (await readdir(RECORDINGS)).flatMap((name) => /^(.*)\.ndjson\.gz$/.exec(name)?.[1] ?? []);

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** Runs a command in a folder, which is also the home of whoever runs it and answers with these lines. */
async function run(
  [command, ...first]: Program,
  args: readonly string[],
  cwd: string,
  answers: readonly string[] = [],
): Promise<Ended> {
  const limits = { cwd, env: { PATH: process.env.PATH, HOME: cwd }, maxBuffer: 2 ** 26 };
  const running = promisify(execFile)(command, [...first, ...args], limits);
  running.child.stdin?.end(answers.map((line) => `${line}\n`).join(''));
  const ended = await running.catch((error) => error);
  return { code: ended.code ?? 0, said: `${ended.stdout}${ended.stderr}` };
}

it('is built wherever there is Go', () => expect(built).not.toHaveProperty('failure'));

describe.skipIf(!('path' in built))('the host in Go', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowcollect-native-'));
  });

  /** What both hosts come to. */
  async function onBoth(args: readonly string[], cwd = folder): Promise<[native: Ended, node: Ended]> {
    return Promise.all([run(NATIVE, args, cwd), run(ON_NODE, args, cwd)]);
  }

  it.each(recordings)('replays %s as Node does, to the byte, at every interval', async (name) => {
    const files = await readdir(RECORDINGS);
    const parts = ['logs', 'proxies', 'providers'].flatMap((part) => {
      const file = files.find((each) => each === `${name}.${part}.json` || each === `${name}.${part}.json.gz`);
      return file === undefined ? [] : [`--${part}`, file];
    });
    for (const interval of ['100', '1000', '10000']) {
      const args = ['replay', `${name}.ndjson.gz`, ...parts, '--interval', interval, '--from-zero', '--json'];
      const [native, node] = await onBoth(args, RECORDINGS);
      expect(native).toEqual(node);
      expect(JSON.parse(native.said).frames).toBeGreaterThan(1);
    }
  });

  it('says what Node says of settings, kernel, gateway and a recording, in both languages', async () => {
    const [kernel, gateway] = [await startScriptedKernel(), await startScriptedGateway()];
    kernel.answers.set('/connections', connectionsMessage(1, 2, [['c', '节点', 1, 2]]));
    const write = (name: string, lines: readonly string[]) =>
      writeFile(join(folder, name), ['[client]', ...lines].join('\n'), { mode: 0o600 });
    const good = [`MihomoAPIAddr = ${kernel.address}`, `RemoteServer = ${gateway.origin}`, 'DeviceID = 手机'];
    try {
      await write('good.ini', good);
      await write('bad.ini', [
        'PollInterval = 1',
        'Timezone = Mars/Base',
        'DeviceID = a\u0007b',
        'Mihomo = 5',
        'Q\u0001 = 1',
      ]);
      await write('dead.ini', [
        'RemoteServer = http://127.0.0.1:9',
        'MihomoAPIAddr = http://127.0.0.1:9',
        'DeviceID = x',
      ]);
      for (const [args, code] of [
        [['doctor', '--config', 'good.ini'], 0],
        [['doctor', '--config', 'bad.ini'], 2],
        [['doctor', '--config', 'dead.ini'], 1],
        [['exporter', '--config', 'missing.ini'], 2],
        [['replay', join(RECORDINGS, 'short.ndjson.gz'), '--interval', '5000'], 0],
        [['replay', 'good.ini'], 1],
        [['service', 'install'], 1],
        [['service', 'install', 'telegram'], 2],
      ] as const) {
        for (const language of ['zh', 'en']) {
          const [native, node] = await onBoth([...args, '--language', language]);
          // Node has services besides the exporter.
          const same = node.said.replace(' | gateway | auditor | stack', '');
          expect(native).toEqual({ ...node, said: same });
          expect(native.code, native.said).toBe(code);
        }
      }
    } finally {
      await kernel.kill();
      await gateway.kill();
    }
  });

  it('sets a device up as Node does: by a configuration and a pairing code, by answers, and beside what is there', async () => {
    const [kernel, gateway] = [await startScriptedKernel(), await startScriptedGateway()];
    kernel.secret = 'hush # 5';
    kernel.answers.set('/connections', connectionsMessage(1, 2, [['c', '节点', 1, 2]]));
    const code = pairingCode({ server: gateway.origin, token: 'tok', deviceId: '客厅 电视' });
    const GATEWAY = gateway.origin;
    try {
      for (const [args, answers, exit, before] of [
        [['device', '--code', code, '--yes'], [], 0],
        [['device', '--code', code], ['0', kernel.address, kernel.secret], 0],
        [['device'], ['', GATEWAY, 'tok', 'a/b', '平板'], 0],
        [['device', '--code', `${code.slice(0, -4)}`], [], 1],
        [['device'], [], 1],
        [
          ['device', '--code', code],
          [],
          1,
          '; 我的\r\n[client]\r\nMihomoAPIAddr = http://127.0.0.1:9\r\nStateDir = kept\r\n',
        ],
        [
          ['router'],
          ['', '路由器', kernel.address, kernel.secret, GATEWAY, 'tok'],
          0,
          '; 我的\n[client]\nPushInterval = 10s\n',
        ],
        [['router', '--yes'], [], 1],
      ] as const) {
        for (const language of ['zh', 'en']) {
          const [native, node] = await Promise.all(
            [NATIVE, ON_NODE].map(async (program) => {
              const home = await mkdtemp(join(folder, 'home-'));
              await mkdir(join(home, '.config', 'mihomo'), { recursive: true });
              const config = `external-controller: ${new URL(kernel.address).host}\nsecret: &s "hush \\u0023 5"\nx: *s\n`;
              await writeFile(join(home, '.config', 'mihomo', 'config.yaml'), config);
              const file = join(home, 'ClientSetting.ini');
              if (before !== undefined) await writeFile(file, before, { mode: 0o600 });
              const ended = await run(program, ['init', ...args, '--language', language], home, answers);
              const called = ended.said.replaceAll(program.join(' '), 'flowcollect').replaceAll(home, 'HOME');
              const written = await readFile(file, 'utf8').catch(() => 'none');
              return {
                ...ended,
                said: called,
                written,
                mode: await stat(file).then(
                  (each) => each.mode,
                  () => 0,
                ),
              };
            }),
          );
          expect(native).toEqual(node);
          expect(native?.code, native?.said).toBe(exit);
        }
      }
    } finally {
      await kernel.kill();
      await gateway.kill();
    }
  });

  it.runIf(process.getuid?.() === 0)(
    'says that a folder behind a link is forbidden, not that it is there',
    async () => {
      const open = await mkdtemp(join(tmpdir(), 'flowcollect-native-'));
      await chmod(open, 0o755);
      await copyFile(NATIVE[0], join(open, 'flowcollect'));
      await mkdir(join(open, 'private', 'state'), { recursive: true });
      await chmod(join(open, 'private'), 0o700);
      await symlink('private/state', join(open, 'state'));
      await writeFile(
        join(open, 'ClientSetting.ini'),
        '[client]\nRemoteServer = http://127.0.0.1:1\nDeviceID = d\nStateDir = state/of-kernel\nLanguage = en\n',
      );
      const limits = { cwd: open, uid: 65_534, gid: 65_534 };
      const ended = promisify(execFile)(join(open, 'flowcollect'), ['doctor'], limits);
      await expect(ended).rejects.toMatchObject({ stdout: expect.stringMatching(/state folder .*EACCES\)/) });
    },
  );

  it('advises no command that it has not, unless it says that this one is on the server', async () => {
    const listed = (await run(NATIVE, ['--help'], folder)).said;
    const advised = new Set<string>();
    for (const bundle of ['exporter', 'commands']) {
      const built = await readFile(new URL(`../native/${bundle}.js`, import.meta.url), 'utf8');
      const text = built.replaceAll(/\\u([0-9A-F]{4})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      );
      for (const {
        0: { length },
        1: command = '',
        index,
      } of text.matchAll(/flowcollect ([a-z]+)/g)) {
        const around = text.slice(index - 120, index + length + 120);
        if (!BUNDLE_OF_COMMAND.has(command)) continue;
        if (!new RegExp(`^  ${command} `, 'm').test(listed)) expect(around, command).toMatch(/server|VPS|服务[器端]/);
        advised.add(command);
      }
    }
    expect([...advised]).toEqual(expect.arrayContaining(['init', 'doctor', 'pair']));
  });

  it('exporters killed at 20 random instants, started in turns in Go and on Node, go on from one state and lose no byte but of the last two seconds', {
    timeout: 300_000,
  }, async () => {
    // Two are started at a time: each of them by the other program than before.
    const report = await killAgainAndAgain(20, createRandom('native').next, [NATIVE, ON_NODE, ON_NODE, NATIVE]);
    const { moved, stored, hidden, fallen, beside } = report;
    expect(fallen).toEqual([]);
    expect(stored).toBeLessThanOrEqual(moved);
    expect(stored).toBeGreaterThanOrEqual(moved - hidden);
    expect(beside.stored).toBe(beside.moved);
    expect(report.setAside).toBe(DAMAGED_FILES);
  });

  it('writes the state that Node writes, to the byte', async () => {
    const own = await mkdtemp(join(folder, 'state-'));
    let gateway = await startScriptedGateway();
    const settings = (address: string): Promise<void> =>
      writeFile(
        join(own, 'ClientSetting.ini'),
        [
          '[client]',
          `MihomoAPIAddr = ${address}`,
          `RemoteServer = ${gateway.origin}`,
          'DeviceID = 手机',
          'PollInterval = 100',
          'PushInterval = 10m',
          'MetricsListen = 127.0.0.1:0',
        ].join('\n'),
        { mode: 0o600 },
      );
    const kernel = createKernelSimulator({
      source: createHouseholdSource({ seed: 'state', shape: 'mixed', startedAt: Date.now() - 600_000 }),
      now: () => Date.now(),
      port: 0,
      secret: '',
    });
    await kernel.start();
    await settings(kernel.origin());
    await exporterFor(ON_NODE, own, 3000);
    await kernel.stop();
    // From here on the state is read and written again, and nothing happens that could be in it: nobody answers there, and
    // a kernel on another machine (RFC 5737) says nothing of this one's interfaces.
    await settings('http://192.0.2.1:9');
    const before = await statesIn(own);
    const pushed = [...gateway.pushes];
    const after = [];
    for (const program of [NATIVE, ON_NODE]) {
      for (const [path, text] of before) await writeFile(path, text);
      await gateway.kill();
      gateway = await startScriptedGateway(Number(new URL(gateway.origin).port), [...pushed]);
      await exporterFor(program, own, 1000);
      after.push({ states: await statesIn(own), pushes: gateway.pushes.slice(pushed.length) });
    }
    await gateway.kill();
    const [native, node] = after;
    expect(native?.states).toEqual(node?.states);
    expect(native?.states).not.toEqual(before);
    expect(native?.pushes.map(withoutTimes)).toEqual(node?.pushes.map(withoutTimes));
    expect(native?.pushes.length).toBeGreaterThan(0);
  });
});

/** What a push tells of the counters, and not of the process that tells it. */
const withoutTimes = ({ text, ...push }: ReceivedPush): object => ({
  ...push,
  text: text.replaceAll(
    /^flowcollect_exporter_\w+_timestamp_seconds .*|^flowcollect_exporter_start_time_seconds .*/gm,
    '',
  ),
});

/** Runs an exporter until it has started and so many milliseconds more. */
async function exporterFor([command, ...first]: Program, cwd: string, milliseconds: number): Promise<void> {
  const child = spawn(command, [...first, 'exporter'], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const lines = createInterface(child.stderr);
  for await (const line of lines) if (line.includes('exporter started')) break;
  child.stderr.resume();
  await sleep(milliseconds);
  const [code] = await Promise.all([once(child, 'exit'), child.kill('SIGTERM')]);
  expect(code).toEqual([0, null]);
}

/** The files in which an exporter in a folder keeps its counters. */
async function statesIn(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(join(folder, 'flowcollect-state'))).filter((name) => name.startsWith('exporter-state.'));
  const paths = names.sort().map((name) => join(folder, 'flowcollect-state', name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
}
