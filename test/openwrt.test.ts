import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readIni } from '../core/ini.ts';
import { DEVICE_TARGETS, deviceArchive } from '../tools/release/native.ts';

const run = promisify(execFile);
const OPENWRT = fileURLToPath(new URL('../packaging/openwrt/', import.meta.url));

let folder: string;
let router: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-openwrt-'));
  router = join(folder, 'router');
  await mkdir(join(router, 'etc'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

/** Archives as `npm run dist` names them, whose program prints what they are for. */
async function release(): Promise<string> {
  const made = join(folder, 'release');
  await mkdir(made, { recursive: true });
  const sums: string[] = [];
  for (const target of DEVICE_TARGETS.keys()) {
    const content = join(folder, target);
    await mkdir(content, { recursive: true });
    await writeFile(join(content, 'flowcollect'), `#!/bin/sh\necho ${target}\n`);
    const archive = join(made, deviceArchive(target));
    await run('tar', ['-czf', archive, '-C', content, '.']);
    const sum = createHash('sha256')
      .update(await readFile(archive))
      .digest('hex');
    sums.push(`${sum}  ${deviceArchive(target)}\n`);
  }
  await writeFile(join(made, 'SHA256SUMS'), sums.join(''));
  return made;
}

async function install(from: string, processor: string): Promise<string> {
  await writeFile(join(router, 'etc', 'openwrt_release'), `DISTRIB_ARCH='${processor}'\n`);
  const env = { ...process.env, ROOT: router };
  return (await run('sh', [join(OPENWRT, 'install.sh'), from], { env })).stdout;
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
  expect(await install(await release(), processor)).toContain(`installed ${target};`);
});

it('is installed with settings that its owner alone may read, and what an upgrade of the router keeps', async () => {
  await install(await release(), 'mipsel_24kc');
  const path = join(router, 'etc', 'flowcollect', 'ClientSetting.ini');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const settings = readIni(await readFile(path, 'utf8')).entries('client');
  expect(Object.fromEntries(settings)).toEqual({
    StateDir: '/tmp/flowcollect-state',
    StateSync: '/etc/flowcollect/state',
  });
  const kept = await readFile(join(router, 'lib', 'upgrade', 'keep.d', 'flowcollect'), 'utf8');
  for (const each of ['/usr/bin/flowcollect', '/etc/flowcollect', '/lib/upgrade/keep.d/flowcollect']) {
    expect(kept.split('\n')).toContain(each);
    await stat(join(router, each));
  }
});

it('keeps the settings when it is installed again', async () => {
  const from = await release();
  await install(from, 'mipsel_24kc');
  const path = join(router, 'etc', 'flowcollect', 'ClientSetting.ini');
  await writeFile(path, 'mine');
  await install(from, 'mipsel_24kc');
  expect(await readFile(path, 'utf8')).toBe('mine');
});

it('installs nothing that its checksum does not fit, nor on a processor that it does not know', async () => {
  const from = await release();
  await expect(install(from, 'powerpc_464fp')).rejects.toThrow(/no file for the processor 'powerpc_464fp'/);
  await writeFile(join(from, deviceArchive('linux-mipsle')), 'cut');
  await expect(install(from, 'mipsel_24kc')).rejects.toThrow(/is not what SHA256SUMS says/);
  await expect(stat(join(router, 'usr', 'bin', 'flowcollect'))).rejects.toThrow('ENOENT');
});
