import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readIni } from '../core/ini.ts';
import { stamped } from '../tools/release/make.ts';
import { DEVICE_TARGETS, deviceArchive } from '../tools/release/native.ts';
import { ensureDebianProgram } from './debian-program.ts';
import { CACHE_FOLDER } from './real-parts.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../packaging/device/install.sh', import.meta.url));

let folder: string;
/** The root of the device's file system. */
let device: string;
/** The files of a release. */
let whole: string;
/** A copy of them, and where it is served. */
let made: string;
let server: Server;
let address: string;
/** What BusyBox has, and nothing else. */
let busybox: string;

beforeAll(async () => {
  whole = await release();
  busybox = await mkdtemp(join(tmpdir(), 'flowcollect-busybox-'));
  await run(await ensureDebianProgram('busybox', CACHE_FOLDER), ['--install', '-s', busybox]);
});
afterAll(async () => {
  for (const each of [busybox, whole]) await rm(each, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-install-'));
  device = join(folder, 'device');
  await mkdir(join(device, 'etc'), { recursive: true });
  made = join(folder, 'release');
  await cp(whole, made, { recursive: true });
  server = createServer((request, response) => {
    const file = createReadStream(join(made, basename(request.url ?? '')));
    file.on('error', () => response.writeHead(404).end());
    file.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.close();
});

/** Archives as `npm run dist` names them, whose program prints what they are for. */
async function release(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'flowcollect-release-'));
  const sums: string[] = [];
  for (const target of DEVICE_TARGETS.keys()) {
    const content = join(made, target);
    await mkdir(content);
    await writeFile(join(content, 'flowcollect'), `#!/bin/sh\necho ${target}\n`);
    const archive = join(made, deviceArchive(target));
    await run('tar', ['-czf', archive, '-C', content, '.']);
    await rm(content, { recursive: true });
    const sum = createHash('sha256')
      .update(await readFile(archive))
      .digest('hex');
    sums.push(`${sum}  ${deviceArchive(target)}\n`);
  }
  await writeFile(join(made, 'SHA256SUMS'), sums.join(''));
  return made;
}

/** Runs a line of the shell as BusyBox has it, or another one where tools stand in for its own, in English. */
async function shell(line: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const env = { PATH: busybox, HOME: '/root', LANG: 'en_US.UTF-8', ROOT: device, ...environment };
  return (await run('PATH' in environment ? '/bin/sh' : join(busybox, 'ash'), ['-c', line], { env })).stdout;
}

/** On a router with OpenWrt, by the script of the release. */
async function install(processor: string, from = address): Promise<string> {
  await writeFile(join(device, 'etc', 'openwrt_release'), `DISTRIB_ARCH='${processor}'\n`);
  return shell(`ash ${SCRIPT} --from ${from}`);
}

/** With a tool in the place of the system's. */
async function withTool(name: string, script: string): Promise<Readonly<Record<string, string>>> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${join(folder, 'bin')}:${busybox}` };
}

it.each([
  ['x86_64', 'linux-amd64'],
  ['aarch64_cortex-a53', 'linux-arm64'],
  ['arm_cortex-a7_neon-vfpv4', 'linux-armv7'],
  ['arm_arm926ej-s', 'linux-armv5'],
  ['mipsel_24kc', 'linux-mipsle'],
  ['mips_24kc', 'linux-mips'],
  ['riscv64_riscv64', 'linux-riscv64'],
])('a router with %s gets the file for %s', async (processor, target) => {
  expect(await install(processor)).toContain(`installed ${target}: /usr/bin/flowcollect`);
});

it('is installed with settings that its owner alone may read, and what an upgrade of the router keeps', async () => {
  await install('mipsel_24kc');
  const path = join(device, 'etc', 'flowcollect', 'ClientSetting.ini');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const settings = readIni(await readFile(path, 'utf8')).entries('client');
  expect(Object.fromEntries(settings)).toEqual({
    StateDir: '/tmp/flowcollect-state',
    StateSync: '/etc/flowcollect/state',
  });
  const kept = await readFile(join(device, 'lib', 'upgrade', 'keep.d', 'flowcollect'), 'utf8');
  for (const each of ['/usr/bin/flowcollect', '/etc/flowcollect', '/lib/upgrade/keep.d/flowcollect']) {
    expect(kept.split('\n')).toContain(each);
    await stat(join(device, each));
  }
});

it('keeps the settings when it is installed again', async () => {
  await install('mipsel_24kc');
  const path = join(device, 'etc', 'flowcollect', 'ClientSetting.ini');
  await writeFile(path, 'mine');
  await install('mipsel_24kc');
  expect(await readFile(path, 'utf8')).toBe('mine');
});

it('installs nothing that its checksum does not fit, nor on a processor that it does not know', async () => {
  await expect(install('powerpc_464fp')).rejects.toThrow(/no file for this device \(powerpc_464fp\)/);
  await writeFile(join(made, deviceArchive('linux-mipsle')), 'cut');
  await expect(install('mipsel_24kc')).rejects.toThrow(/is not what SHA256SUMS says/);
  await expect(stat(join(device, 'usr'))).rejects.toThrow('ENOENT');
});

it('says where it looked when nothing is there', async () => {
  await rm(join(made, 'SHA256SUMS'));
  await expect(install('mipsel_24kc')).rejects.toThrow(`${address}/SHA256SUMS cannot be had`);
  await expect(shell(`ash ${SCRIPT}`)).rejects.toThrow('this script is not of a release');
});

describe('where there is no OpenWrt', () => {
  it.each([
    ['Linux', 'x86_64', 'linux-amd64'],
    ['Linux', 'i686', 'linux-386'],
    ['Linux', 'aarch64', 'linux-arm64'],
    ['Linux', 'armv7l', 'linux-armv7'],
    ['Linux', 'armv6l', 'linux-armv5'],
    ['Darwin', 'arm64', 'darwin-arm64'],
    ['FreeBSD', 'amd64', 'freebsd-amd64'],
  ])('%s on %s gets %s by one line from its release', async (system, processor, target) => {
    const script = stamped(await readFile(SCRIPT, 'utf8'), { files: address, images: '' });
    await writeFile(join(made, 'install.sh'), script);
    const env = await withTool('uname', `case "$1" in -s) echo ${system} ;; *) echo ${processor} ;; esac`);
    expect(await shell(`wget -q -O- ${address}/install.sh | /bin/sh`, env)).toContain(`installed ${target}: `);
  });

  it('goes where its user may write, and says how it is called there', async () => {
    const env = await withTool('id', 'echo 1000');
    expect(await shell(`/bin/sh ${SCRIPT} --from ${made}`, { ...env, HOME: '/home/me' })).toContain(
      '\n  /home/me/.local/bin/flowcollect init device --code FC1-',
    );
    await shell(`/bin/sh ${SCRIPT} --from ${made}`, { ...env, TERMUX_VERSION: '0.118', PREFIX: '/data/usr' });
    expect(await readdir(join(device, 'data', 'usr', 'bin'))).toEqual(['flowcollect']);
  });

  it('names sudo in what comes next where it was run by sudo, and nowhere else', async () => {
    const env = await withTool('id', 'echo 0');
    const line = 'flowcollect init device --config /etc/flowcollect/ClientSetting.ini --code FC1-...\n';
    const said = (more: Readonly<Record<string, string>>) =>
      shell(`/bin/sh ${SCRIPT} --from ${made}`, { ...env, PATH: `${env.PATH}:/usr/local/bin`, ...more });
    expect(await said({})).toContain(`\n  ${line}`);
    expect(await said({ SUDO_USER: 'me' })).toContain(`\n  sudo ${line}`);
  });

  it('takes an archive that was fetched by hand, if it is for this device and its checksum is beside it', async () => {
    const env = await withTool('uname', 'case "$1" in -s) echo Linux ;; *) echo x86_64 ;; esac');
    const from = (target: string) => `/bin/sh ${SCRIPT} --from ${join(made, deviceArchive(target))}`;
    expect(await shell(from('linux-amd64'), env)).toContain('installed linux-amd64');
    await expect(shell(from('linux-arm64'), env)).rejects.toThrow(/wants \S+linux-amd64\.tar\.gz, not/);
  });
});

it('does nothing where a pipe cuts it short', async () => {
  const script = await readFile(SCRIPT, 'utf8');
  await writeFile(join(made, 'install.sh'), script.slice(0, script.lastIndexOf('main')));
  expect(await shell(`ash ${join(made, 'install.sh')} --from ${made}`)).toBe('');
  await expect(stat(join(device, 'usr'))).rejects.toThrow('ENOENT');
});
