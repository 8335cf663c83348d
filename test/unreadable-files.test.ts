import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';

const fileOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What a service runs as: root can read any file, so that root's child is nobody. */
const SELF = process.getuid?.() ?? 0;
const USER = SELF === 0 ? 65_534 : SELF;

let child: ChildProcess | undefined;
let said = '';
afterEach(() => child?.kill('SIGKILL'));

const times = (text: string): number => said.split(text).length - 1;
const until = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 30_000, interval: 50 });

/** A folder of the service's user, with the program in it: nobody may have no way to this checkout. */
async function makePlace(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-unreadable-'));
  await mkdir(join(folder, 'program'));
  const bundles = (await readdir(fileOf('dist'))).filter((name) => name.endsWith('.mjs'));
  for (const name of bundles) await copyFile(fileOf(`dist/${name}`), join(folder, 'program', name));
  await chown(folder, USER, USER);
  return folder;
}

async function start(folder: string, service: string, settings: string): Promise<void> {
  said = '';
  const args = [join(folder, 'program/flowcollect.mjs'), service, '--config', settings];
  child = spawn(process.execPath, args, { cwd: folder, uid: USER, gid: USER });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (each) => (said += each));
  await until(() => expect(said).toMatch(/exporter started|the gateway is open|auditor started/));
}

/** Does something that keeps the service from reading a file, and then what lets it read the new content. */
async function withhold(name: string, hide: () => Promise<unknown>, show: () => Promise<unknown>): Promise<void> {
  const [kept, reloaded] = [times(`${name} kept as they were: a file cannot be read`), times(`${name} reloaded`)];
  await hide();
  await until(() => expect(times(`${name} kept as they were: a file cannot be read`)).toBe(kept + 1));
  expect(times(`${name} reloaded`)).toBe(reloaded);
  await show();
  await until(() => expect(times(`${name} reloaded`)).toBe(reloaded + 1));
  expect(child?.exitCode ?? child?.signalCode).toBeNull();
}

/** A new file in the place of one, of root's alone where the test is root, in any case without rights. */
async function replaceUnreadable(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await chown(`${path}.new`, SELF, SELF);
  await chmod(`${path}.new`, 0o000);
  await rename(`${path}.new`, path);
}

async function open(path: string): Promise<void> {
  await chown(path, USER, USER);
  await chmod(path, 0o600);
}

it.skipIf(process.platform === 'win32').each([
  ['exporter', 'client', 'DeviceID = a\nRemoteServer = http://127.0.0.1:9\nMetricsListen = 127.0.0.1:0'],
  ['gateway', 'server', 'ServerToken = one\nListenPort = 127.0.0.1:0\nGatewayMetricsListen = 127.0.0.1:0'],
  ['auditor', 'server', 'PrometheusAddr = http://127.0.0.1:9\nAuditorListen = 127.0.0.1:0'],
])(
  '%s that may not read its settings any more goes on with what it had, says so, and takes what is there later',
  async (service, section, keys) => {
    const folder = await makePlace();
    const textOf = (cap: number): string => `[${section}]\n${keys}\nLanguage = ${cap % 2 === 0 ? 'en' : 'zh'}\n`;
    // As a ConfigMap is mounted: each edit is a folder, and a link to it is swapped.
    const settings = join(folder, 'settings.ini');
    const point = async (to: string): Promise<void> => {
      await symlink(to, join(folder, '..new'));
      await lchown(join(folder, '..new'), USER, USER);
      await rename(join(folder, '..new'), join(folder, '..data'));
    };
    const make = async (version: number): Promise<string> => {
      const made = join(folder, `..${version}`);
      await mkdir(made);
      await writeFile(join(made, 'settings.ini'), textOf(version));
      for (const path of [made, join(made, 'settings.ini')]) await chown(path, USER, USER);
      return made;
    };
    const first = await make(1);
    await point('..1');
    await symlink('..data/settings.ini', settings);
    await start(folder, service, settings);

    const inFirst = join(first, 'settings.ini');
    await withhold(
      'settings',
      () => replaceUnreadable(inFirst, textOf(2)),
      () => open(inFirst),
    );
    const third = await make(3);
    await chmod(third, 0o000);
    await withhold(
      'settings',
      () => point('..3'),
      () => chmod(third, 0o700),
    );
    await withhold(
      'settings',
      () => rm(join(folder, '..data')),
      async () => {
        await make(4);
        await point('..4');
      },
    );
    await make(5);
    const reloaded = times('settings reloaded');
    await point('..5');
    await until(() => expect(times('settings reloaded')).toBe(reloaded + 1));
    expect(times(`"changed":["[${section}] Language"]`)).toBe(reloaded + 1);
  },
);

it.skipIf(process.platform === 'win32')(
  'the gateway goes on with its certificate and its tokens while it may not read them',
  async () => {
    const folder = await makePlace();
    const [certificate, key, tokens] = ['cert.pem', 'key.pem', 'tokens/tokens.ini'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await mkdir(join(folder, 'tokens'));
    await writeFile(tokens, '');
    for (const [from, to] of [
      ['kernel.crt', certificate],
      ['kernel.key', key],
    ] as const)
      await copyFile(fileOf(`test/certificates/${from}`), to);
    const settings = join(folder, 'settings.ini');
    await writeFile(
      settings,
      '[server]\nServerToken = one\nListenPort = 127.0.0.1:0\nGatewayMetricsListen = 127.0.0.1:0\nTlsCert = cert.pem\nTlsKey = key.pem\n',
    );
    for (const path of [join(folder, 'tokens'), tokens, certificate, key, settings]) await chown(path, USER, USER);
    await start(folder, 'gateway', settings);

    const unreadable = async (path: string): Promise<void> => {
      await chown(path, SELF, SELF);
      await chmod(path, 0o000);
    };
    await withhold(
      'certificate files',
      () => unreadable(key),
      () => open(key),
    );
    await withhold(
      'tokens',
      () => unreadable(tokens),
      () => open(tokens),
    );
    // Those that were revoked there must not be good again meanwhile.
    await withhold(
      'tokens',
      () => rename(tokens, `${tokens}.away`),
      () => rename(`${tokens}.away`, tokens),
    );
    expect(said).not.toContain('PRIVATE KEY');
  },
);
