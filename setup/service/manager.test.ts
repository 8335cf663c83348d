import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Machine, SetupHost } from '../host.ts';
import { nodeSetupHost, nodeTerminal } from '../node-host.ts';
import { launchdDefinition } from './launchd.ts';
import { serviceManager } from './manager.ts';
import { procdScript } from './procd.ts';
import type { Scope, ServiceManager, ServiceOutcome, ServicePlan } from './service-plan.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-machine-'));
  await mkdir(join(folder, 'tools'));
});

const at = (...path: readonly string[]): string => join(folder, ...path);
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const planned = (scope: Scope = 'system'): ServicePlan => ({
  service: 'exporter',
  program: { command: at('flowcollect'), args: [] },
  settings: at("it's mine", 'ClientSetting.ini'),
  scope,
});

/** A tool that writes down how it was called, then does this. */
async function tool(path: string, script = ''): Promise<void> {
  await writeFile(path, `#!/bin/sh\necho "\${0##*/} $*" >>'${at('calls')}'\n${script}\n`, { mode: 0o755 });
}
const calls = async (): Promise<string[]> => (await readFile(at('calls'), 'utf8')).trim().split('\n');

/** What keeps services on a machine whose files are below the folder. */
async function managerOn(machine: Partial<Machine>, pause = async () => {}): Promise<ServiceManager | undefined> {
  const invocation = { program: 'fc', script: undefined, folder, environment: {}, root: true };
  const node = nodeSetupHost(invocation, planned().program, nodeTerminal(new PassThrough(), new PassThrough()));
  const path = `${at('tools')}:${process.env.PATH}`;
  const host: SetupHost = {
    ...node,
    clock: { ...node.clock, sleep: pause },
    machine: {
      ...node.machine,
      platform: 'linux',
      home: at('home'),
      userId: 0,
      environment: (name) => (name === 'PATH' ? path : undefined),
      ...machine,
    },
    async run(command, args) {
      // As the first line of such a script has it, but for where the machine's files are.
      const words = command.startsWith(at('etc', 'init.d'))
        ? [at('etc', 'rc.common'), command, ...args]
        : [command, ...args];
      const { status, stdout, stderr } = spawnSync(words[0] ?? '', words.slice(1), {
        env: { PATH: path },
        encoding: 'utf8',
      });
      return { exitCode: status ?? 1, output: `${stdout}${stderr}` };
    },
  };
  return serviceManager(host, folder);
}

const english = (outcome: ServiceOutcome | undefined) => ({
  ok: outcome?.ok,
  said: outcome?.lines.map(({ en }) => en).join('\n'),
});

it('knows nothing that keeps services on a machine without any', async () => {
  expect(await managerOn({})).toBeUndefined();
});

describe('a service of OpenWrt', () => {
  /** Of rc.common what such scripts use. */
  const RC_COMMON = `script=$1
for word in procd_open_instance procd_set_param procd_close_instance; do
  eval "$word() { echo $word \\"\\$@\\" >>'CALLS'; }"
done
. "$script"
case "$2" in
restart) start_service ;;
running | status) cat STATE; grep -q ^running STATE ;;
esac`;
  const script = () => at('etc', 'init.d', 'flowcollect-exporter');
  beforeEach(async () => {
    await mkdir(at('etc'));
    await tool(at('etc', 'rc.common'), RC_COMMON.replaceAll('CALLS', at('calls')).replaceAll('STATE', at('state')));
    await writeFile(at('state'), 'running\n');
  });

  it('is procd’s: enabled, started with its settings, started again for ever, and kept by upgrades', async () => {
    const manager = await managerOn({});
    expect(english(await manager?.install(planned()))).toEqual({
      ok: true,
      said: `installed and started: ${script()}\nits log: logread -e flowcollect`,
    });
    expect(await calls()).toEqual([
      `rc.common ${script()} enable`,
      `rc.common ${script()} restart`,
      'procd_open_instance',
      `procd_set_param command ${at('flowcollect')} exporter --config ${planned().settings}`,
      'procd_set_param respawn 3600 5 0',
      'procd_set_param term_timeout 30',
      'procd_set_param stdout 1',
      'procd_set_param stderr 1',
      'procd_close_instance',
      ...Array<string>(4).fill(`rc.common ${script()} running`),
    ]);
    expect((await stat(script())).mode & 0o777).toBe(0o755);
    expect(procdScript(planned())).toMatch(/^#!\/bin\/sh \/etc\/rc\.common\n/);
    const kept = await readFile(at('lib', 'upgrade', 'keep.d', 'flowcollect-exporter'), 'utf8');
    expect(kept).toContain('/etc/init.d/flowcollect-exporter\n');
    expect(kept).toContain('/etc/rc.d/S99flowcollect-exporter\n');
    expect(english(await manager?.status('exporter', 'system'))).toEqual({ ok: true, said: 'running' });
  });

  it('is not called started where it ends at once', async () => {
    await writeFile(at('state'), 'inactive\n');
    const manager = await managerOn({});
    const { ok, said } = english(await manager?.install(planned()));
    expect(ok).toBe(false);
    expect(said).toContain('does not run; look for what is wrong with: flowcollect doctor');
  });

  it('leaves nothing behind, and is root’s', async () => {
    const manager = await managerOn({});
    await manager?.install(planned());
    expect(english(await manager?.uninstall('exporter', 'system')).ok).toBe(true);
    expect(await calls()).toEqual(
      expect.arrayContaining([`rc.common ${script()} stop`, `rc.common ${script()} disable`]),
    );
    expect(await isThere(script())).toBe(false);
    expect(await readdir(at('lib', 'upgrade', 'keep.d'))).toEqual([]);
    expect(english(await manager?.status('exporter', 'system'))).toEqual({
      ok: false,
      said: `${script()} is not installed`,
    });
    expect(english(await manager?.uninstall('exporter', 'system')).ok).toBe(false);
    expect(english(await manager?.install(planned('user'))).said).toContain('run it as root, without --user');
    expect(english(await (await managerOn({ userId: 1000 }))?.install(planned())).said).toContain('needs root');
    expect(await isThere(script())).toBe(false);
  });
});

describe('a service of macOS', () => {
  const me = { platform: 'darwin', userId: 501 };
  const agent = () => at('home', 'Library', 'LaunchAgents', 'flowcollect.exporter.plist');

  it('is launchd’s, of the session or of the machine', async () => {
    await tool(at('tools', 'launchctl'), 'echo "	state = running"');
    const manager = await managerOn(me);
    expect(english(await manager?.install(planned('user')))).toEqual({
      ok: true,
      said: `installed and started: ${agent()}\nto see its log, name a LocalLogFile in the settings`,
    });
    expect((await calls()).slice(0, 3)).toEqual([
      'launchctl bootout gui/501/flowcollect.exporter',
      `launchctl bootstrap gui/501 ${agent()}`,
      'launchctl print gui/501/flowcollect.exporter',
    ]);
    expect(await readFile(agent(), 'utf8')).toBe(launchdDefinition(planned('user')));
    expect(english(await manager?.install(planned())).said).toContain('needs root');
    await (await managerOn({ ...me, userId: 0 }))?.install(planned());
    expect(await calls()).toContain(
      `launchctl bootstrap system ${at('Library', 'LaunchDaemons', 'flowcollect.exporter.plist')}`,
    );
    expect(english(await manager?.uninstall('exporter', 'user')).ok).toBe(true);
    expect(await isThere(agent())).toBe(false);
  });

  it('says what launchd refused, and is not called started where it ends at once', async () => {
    await tool(at('tools', 'launchctl'), 'echo "state = spawn scheduled"');
    const manager = await managerOn(me);
    expect(english(await manager?.install(planned('user'))).said).toContain('does not run');
    await tool(at('tools', 'launchctl'), 'echo "Bootstrap failed: 5" >&2; exit 5');
    expect(english(await manager?.install(planned('user')))).toEqual({ ok: false, said: 'Bootstrap failed: 5' });
  });

  it('has a definition with its words as they are', () => {
    const words = { ...planned(), settings: '/Users/a & b/<设置>.ini' };
    expect(launchdDefinition(words)).toContain('<string>/Users/a &amp; b/&lt;设置&gt;.ini</string>');
  });
});

describe('a service of a phone', () => {
  const script = () => at('data', 'adb', 'service.d', 'flowcollect-exporter.sh');
  const FOR_REAL = async () => sleep(100);
  beforeEach(async () => {
    await mkdir(at('system', 'bin'), { recursive: true });
    await writeFile(at('system', 'bin', 'sh'), '');
    await mkdir(at("it's mine"));
    await writeFile(planned().settings, '[client]\n');
    await tool(
      at('flowcollect'),
      `trap 'echo "a last frame" >>${at('calls')}; exit' TERM; echo "it counts"; while true; do sleep 0.1; done`,
    );
  });
  const EXPORTER = () => `flowcollect exporter --config ${planned().settings}`;

  it('is started by a script for the start of the phone, ends with a last frame, and leaves no process', async () => {
    const manager = await managerOn({}, FOR_REAL);
    expect(english(await manager?.install(planned()))).toEqual({
      ok: true,
      said: `installed and started: ${script()}; its log: ${at("it's mine", 'flowcollect-exporter.log')}`,
    });
    expect((await stat(script())).mode & 0o777).toBe(0o755);
    expect(english(await manager?.status('exporter', 'system'))).toEqual({ ok: true, said: 'it counts' });
    // As the phone runs it at its start: one that runs is left alone.
    spawnSync('sh', [script()]);
    await sleep(200);
    expect(await calls()).toEqual([EXPORTER()]);
    expect(english(await manager?.uninstall('exporter', 'system')).ok).toBe(true);
    expect(await calls()).toEqual([EXPORTER(), 'a last frame']);
    expect(await isThere(script())).toBe(false);
    expect(await readdir(at("it's mine"))).toEqual(['ClientSetting.ini', 'flowcollect-exporter.log']);
  });

  it('takes the place of the one before, and is the app’s without root', async () => {
    const manager = await managerOn({ userId: 10123 }, FOR_REAL);
    expect(english(await manager?.install(planned())).said).toContain('needs root');
    for (let time = 0; time < 2; time += 1) expect(english(await manager?.install(planned('user'))).ok).toBe(true);
    expect(await calls()).toEqual([EXPORTER(), 'a last frame', EXPORTER()]);
    expect(await readdir(at('home', '.termux', 'boot'))).toEqual(['flowcollect-exporter.sh']);
    expect(english(await manager?.uninstall('exporter', 'user')).ok).toBe(true);
  });

  it('says what its program said where that ends at once, and goes on trying', async () => {
    await tool(at('flowcollect'), 'echo "ClientSetting.ini: no such key"; exit 2');
    const manager = await managerOn({}, FOR_REAL);
    const { ok, said } = english(await manager?.install(planned()));
    expect(ok).toBe(false);
    expect(said).toContain('ClientSetting.ini: no such key');
    expect(english(await manager?.status('exporter', 'system')).ok).toBe(false);
    expect(english(await manager?.uninstall('exporter', 'system')).ok).toBe(true);
  });

  it('is not one of the numbers that processes had before the phone was restarted', async () => {
    const manager = await managerOn({}, FOR_REAL);
    await writeFile(at("it's mine", 'flowcollect-exporter.supervisor'), `${process.pid}\n`);
    expect(english(await manager?.install(planned())).ok).toBe(true);
    expect(english(await manager?.uninstall('exporter', 'system')).ok).toBe(true);
  });
});
