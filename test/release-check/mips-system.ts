import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { debianPackages } from './emulation.ts';

const run = promisify(execFile);

/** QEMU and the libraries of it that a system without a desktop lacks, of Debian 12. */
const QEMU = [
  ...['qemu-system-mips', 'qemu-system-common', 'qemu-system-data', 'libaio1', 'libcapstone4', 'libdaxctl1'],
  ...['libfdt1', 'libfuse3-3', 'libibverbs1', 'libndctl6', 'libnl-3-200', 'libnl-route-3-200', 'libpmem1'],
  ...['librdmacm1', 'libslirp0', 'liburing2', 'libvdeplug2'],
];

/** A router's processor with a Linux of its own. */
interface MipsSystem {
  /** The emulator, and what it is started with besides {@link MipsSystem.boot}'s files. */
  readonly qemu: string;
  readonly libraries: string;
  readonly firmware: string;
  readonly kernel: string;
  readonly busybox: string;
  /** Of the network card, in the order in which they are loaded. */
  readonly modules: readonly string[];
}

/**
 * MIPS without a floating point unit, as routers have it: user mode does not correct what a processor traps and a
 * kernel corrects (docs/adr/0025-run-the-exporter-in-go.md), so it takes a system. All is of Debian, unpacked into a cache folder.
 *
 * @throws Error where apt or dpkg are missing or fail
 */
export async function mipsSystem(cache: string): Promise<MipsSystem> {
  const emulator = await debianPackages(cache, 'qemu-mips', QEMU);
  const apt = await foreignApt(join(cache, 'apt-mipsel'));
  const { stdout } = await run('apt-cache', [...apt, 'depends', 'linux-image-4kc-malta']);
  const [, image = ''] = /Depends: (linux-image-\S+)/.exec(stdout) ?? [];
  const system = await debianPackages(cache, 'mipsel', [image, 'busybox-static'], apt);
  const [version = ''] = await readdir(join(system, 'lib', 'modules'));
  const drivers = join(system, 'lib', 'modules', version, 'kernel', 'drivers', 'net');
  const libraries = ['usr/lib', 'lib'].map((folder) => join(emulator, folder, 'x86_64-linux-gnu'));
  return {
    qemu: join(emulator, 'usr', 'bin', 'qemu-system-mipsel'),
    libraries: libraries.join(':'),
    firmware: join(emulator, 'usr', 'share', 'qemu'),
    kernel: join(system, 'boot', `vmlinuz-${version}`),
    busybox: join(system, 'bin', 'busybox'),
    modules: [join(drivers, 'mii.ko'), join(drivers, 'ethernet', 'amd', 'pcnet32.ko')],
  };
}

/** Options by which apt looks for packages of mipsel, in a folder of its own. */
async function foreignApt(folder: string): Promise<string[]> {
  const lists = join(folder, 'lists');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(folder, 'archives', 'partial'), { recursive: true });
  await writeFile(join(folder, 'status'), '');
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const sources = join(folder, 'sources.list');
  await writeFile(sources, `deb [signed-by=${keys}] http://deb.debian.org/debian bookworm main\n`);
  const options = Object.entries({
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::status': join(folder, 'status'),
    'Dir::State::lists': lists,
    'Dir::Cache': folder,
    'APT::Architecture': 'mipsel',
    'APT::Architectures': 'mipsel',
    'APT::Sandbox::User': 'root',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await run('apt-get', [...options, '-q', 'update']);
  return options;
}

/** This machine's loopback as the emulated one sees it. */
export const HOST_LOOPBACK = '10.0.2.2';

/**
 * Starts the system, whose first process prepares it, runs these lines of a shell and turns it off.
 *
 * @param files for the root of its file system, by name
 * @param onLine called with each line of its console
 */
export async function bootMips(
  system: MipsSystem,
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  script: string,
  onLine: (line: string) => void,
): Promise<{ readonly ended: Promise<unknown>; stop(): void }> {
  const init = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
${system.modules.map((_, at) => `insmod /module${at}.ko`).join('\n')}
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ip route add default via ${HOST_LOOPBACK}
${script}
poweroff -f
`;
  const modules = await Promise.all(
    system.modules.map(async (path, at) => [`module${at}.ko`, await readFile(path)] as const),
  );
  const contents = new Map<string, Uint8Array | undefined>([
    ...['bin', 'dev', 'proc', 'sys', 'tmp'].map((name) => [name, undefined] as const),
    ['bin/busybox', await readFile(system.busybox)],
    ['init', Buffer.from(init)],
    ...modules,
    ...files,
  ]);
  const archive = join(folder, 'root.cpio.gz');
  await writeFile(archive, gzipSync(cpio(contents), { level: 1 }));
  const options = [
    ...['-L', system.firmware, '-M', 'malta', '-cpu', '24Kc', '-m', '256', '-nographic', '-no-reboot', '-vga', 'none'],
    ...['-netdev', 'user,id=net', '-device', 'pcnet,netdev=net,romfile=', '-kernel', system.kernel],
    ...['-initrd', archive, '-append', 'console=ttyS0 rdinit=/init quiet'],
  ];
  const qemu = spawn(system.qemu, options, {
    env: { ...process.env, LD_LIBRARY_PATH: system.libraries },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface(qemu.stdout).on('line', (line) => onLine(line.trim()));
  return { ended: once(qemu, 'exit'), stop: () => void qemu.kill('SIGTERM') };
}

/** An archive as Linux unpacks it into its first file system (Documentation/driver-api/early-userspace, `newc`). */
function cpio(contents: ReadonlyMap<string, Uint8Array | undefined>): Buffer {
  const padded = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const parts: Buffer[] = [];
  const add = (name: string, mode: number, content: Uint8Array): void => {
    const fields = [parts.length + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
    const numbers = fields.map((field) => field.toString(16).padStart(8, '0')).join('');
    parts.push(padded(Buffer.from(`070701${numbers}${name}\0`)), padded(content));
  };
  const empty = new Uint8Array();
  for (const [name, content] of contents) add(name, content === undefined ? 0o040755 : 0o100755, content ?? empty);
  add('TRAILER!!!', 0, empty);
  return Buffer.concat(parts);
}
