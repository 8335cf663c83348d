import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunTool, SetupHost } from '../host.ts';
import { nodeSetupHost, nodeTerminal } from '../node-host.ts';
import { serviceCommand } from './command.ts';
import { SERVICES, type ServiceOutcome, type ServicePlan } from './service-plan.ts';
import { systemdManager } from './systemd.ts';
import { taskSchedulerManager } from './task-scheduler.ts';

const PLAN: ServicePlan = {
  service: 'gateway',
  program: { command: '/usr/local/bin/flowcollect', args: [] },
  settings: '/etc/flowcollect/ServerSetting.ini',
  scope: 'system',
};

let folder: string;
let calls: string[];
let refuse: string | undefined;
let userId: number;
const run: RunTool = async (command, args) => {
  calls.push([command, ...args].join(' '));
  const refused = refuse !== undefined && args.includes(refuse);
  return { exitCode: refused ? 1 : 0, output: refused ? 'Access denied\n' : 'active (running)\n' };
};

/** This machine, where nothing is changed and no time passes. */
function machine(runTool: RunTool = run): SetupHost {
  const invocation = { program: 'fc', script: undefined, folder, environment: {}, root: true };
  const host = nodeSetupHost(invocation, PLAN.program, nodeTerminal(new PassThrough(), new PassThrough()));
  const clock = { ...host.clock, sleep: async () => {} };
  return { ...host, clock, run: runTool, machine: { ...host.machine, userId } };
}

/** An outcome as people who read English see it. */
const english = async (outcome: Promise<ServiceOutcome>) => {
  const { ok, lines } = await outcome;
  return { ok, lines: lines.map(({ en }) => en) };
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-manager-'));
  calls = [];
  refuse = undefined;
  userId = 0;
});

describe('services by systemd', () => {
  const manager = () => systemdManager(machine(), { system: folder, user: join(folder, 'user') });

  it('are installed, started, and followed when their settings change', async () => {
    expect(await manager().install(PLAN)).toMatchObject({ ok: true });
    expect((await readdir(folder)).sort()).toEqual([
      'flowcollect-gateway-settings.path',
      'flowcollect-gateway-settings.service',
      'flowcollect-gateway.service',
    ]);
    expect(calls).toEqual([
      'stat -c %u /etc/flowcollect/ServerSetting.ini',
      'systemctl daemon-reload',
      'systemctl enable flowcollect-gateway.service flowcollect-gateway-settings.path',
      'systemctl restart flowcollect-gateway.service flowcollect-gateway-settings.path',
      ...Array<string>(4).fill('systemctl is-active --quiet flowcollect-gateway.service'),
    ]);
  });

  it('are not called started where they end at once', async () => {
    refuse = 'is-active';
    expect(await english(manager().install(PLAN))).toEqual({
      ok: false,
      lines: ['flowcollect-gateway is installed but does not run; systemd goes on trying:', 'active (running)'],
    });
    expect(calls.at(-1)).toBe('journalctl -u flowcollect-gateway -n 15 --no-pager -o cat');
  });

  it('leave no unit behind', async () => {
    await manager().install(PLAN);
    expect(await manager().uninstall('gateway', 'system')).toMatchObject({ ok: true });
    expect(await readdir(folder)).toEqual([]);
    expect(calls).toContain('systemctl disable --now flowcollect-gateway.service flowcollect-gateway-settings.path');
  });

  it('are the session manager’s in user scope', async () => {
    await manager().install({ ...PLAN, scope: 'user' });
    expect(calls[0]).toBe('systemctl --user show-environment');
    expect(await readdir(join(folder, 'user'))).toEqual(['flowcollect-gateway.service']);
  });

  it('are found by status without --user too, where only those of the user are installed', async () => {
    await manager().install({ ...PLAN, scope: 'user' });
    await manager().status('gateway', 'system');
    expect(calls.at(-1)).toBe('systemctl --user status --no-pager --lines=5 flowcollect-gateway');
    await manager().install(PLAN);
    await manager().status('gateway', 'system');
    expect(calls.at(-1)).toBe('systemctl status --no-pager --lines=5 flowcollect-gateway');
  });

  it('tell who may not change them what to do, and change nothing', async () => {
    userId = 1000;
    const sudo = 'a service for the whole machine needs root: run it with sudo, or use --user';
    expect(await english(manager().install(PLAN))).toEqual({ ok: false, lines: [sudo] });
    expect(await english(manager().uninstall('gateway', 'system'))).toEqual({ ok: false, lines: [sudo] });
    refuse = 'show-environment';
    expect((await english(manager().install({ ...PLAN, scope: 'user' }))).lines).toEqual([
      'Access denied: with --user, run it as yourself, without sudo, in a session that you signed in to (not by su)',
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('say what systemd refused', async () => {
    refuse = 'enable';
    expect(await english(manager().install(PLAN))).toEqual({ ok: false, lines: ['Access denied'] });
  });

  it('are not made from a program that they could not see', async () => {
    const plan = { ...PLAN, program: { command: '/home/me/flowcollect', args: [] } };
    expect((await english(manager().install(plan))).lines).toEqual([
      'a system service cannot see /home/me/flowcollect: put it below /usr/local or /opt, or install with --user',
    ]);
    expect(calls).toEqual([]);
  });
});

it('the gateway is not made a service of the system where it could not read its tokens', async () => {
  const manager = systemdManager(machine(), { system: folder, user: folder });
  const reasonOf = async (settings: string) => (await english(manager.install({ ...PLAN, settings }))).lines[0];
  expect(await reasonOf('/home/me/flowcollect/ServerSetting.ini')).toContain('cannot look into /home/me/flowcollect');
  const closed = join(folder, 'closed');
  await mkdir(closed, { mode: 0o700 });
  expect(await reasonOf(join(closed, 'ServerSetting.ini'))).toContain(`cannot look into ${closed}`);
  expect(calls).toEqual([]);
});

it('a home server is made a service by settings that simulate nothing, and run as their owner', async () => {
  const settings = join(folder, 'ServerSetting.ini');
  const said: string[] = [];
  const context = { host: machine(), services: SERVICES, print: (line: string) => said.push(line) };
  const manager = systemdManager(context.host, { system: folder, user: folder });
  const [install] = serviceCommand({ ...context, manager, language: 'en' }).commands;
  await writeFile(settings, '[server]\n', { mode: 0o600 });
  await expect(install?.run(['stack'], { config: settings })).rejects.toMatchObject({
    text: { en: expect.stringContaining(`fc init server --home --config ${settings}`) },
  });
  expect(calls).toEqual([]);
  await writeFile(settings, '[stack]\nDemo = off\n');
  await install?.run(['stack'], { config: settings });
  expect(said).toEqual([
    `installed and started: ${folder}/flowcollect-stack.service`,
    'its log: journalctl -u flowcollect-stack',
    'the logs of its parts: stack/logs in DataDir',
  ]);
  expect(await manager.uninstall('stack', 'system')).toMatchObject({ ok: true });
  expect(calls).toContain('systemctl disable --now flowcollect-stack.service');
});

it('status tells programs whether it runs, and ends as without --json', async () => {
  const said: string[] = [];
  const host = machine();
  const manager = systemdManager(host, { system: folder, user: folder });
  const { commands } = serviceCommand({
    host,
    manager,
    services: SERVICES,
    print: (line) => said.push(line),
    language: 'en',
  });
  const status = commands.find(({ name }) => name === 'status');
  await status?.run(['auditor'], { json: true });
  refuse = 'status';
  await expect(status?.run(['auditor'], { json: true })).rejects.toThrow('Access denied');
  expect(said.map((each) => JSON.parse(each))).toEqual([
    { service: 'auditor', running: true, said: ['active (running)'] },
    { service: 'auditor', running: false, said: ['Access denied'] },
  ]);
});

it('of settings that others may read, the one who installs a service is told', async () => {
  const settings = join(folder, 'ServerSetting.ini');
  const manager = systemdManager(machine(), { system: folder, user: folder });
  const linesWith = async (mode: number) => {
    await writeFile(settings, '[server]\n', { mode });
    await chmod(settings, mode);
    return (await english(manager.install({ ...PLAN, service: 'auditor', settings }))).lines;
  };
  expect(await linesWith(0o644)).toContain(
    `other users of this machine may read or write the settings file, which holds tokens: run chmod 600 ${settings}`,
  );
  expect((await linesWith(0o600)).join()).not.toContain('chmod');
});

describe('without --config', () => {
  /** Which settings file `service install` makes a service of. */
  async function installedFrom(service: string): Promise<string | undefined> {
    let settings: string | undefined;
    const manager = systemdManager(machine(), { system: folder, user: folder });
    const { commands } = serviceCommand({
      host: machine(),
      manager: {
        ...manager,
        install: async (plan) => {
          settings = plan.settings;
          return { ok: true, lines: [] };
        },
      },
      services: ['exporter', 'gateway'],
      print: () => {},
      language: 'en',
      settingsFolder: folder,
    });
    await commands.find(({ name }) => name === 'install')?.run([service], {});
    return settings;
  }

  it('services are installed from the settings of the machine where this folder has none', async () => {
    for (const name of ['ClientSetting.ini', 'ServerSetting.ini']) await writeFile(join(folder, name), '');
    expect(await installedFrom('exporter')).toBe(join(folder, 'ClientSetting.ini'));
    expect(await installedFrom('gateway')).toBe(join(folder, 'ServerSetting.ini'));
  });

  it('who has settings nowhere is told how to make them', async () => {
    await expect(installedFrom('exporter')).rejects.toThrow(/ClientSetting\.ini/);
  });
});

describe('services by the Task Scheduler', () => {
  it('are created from a definition in UTF-16, then started', async () => {
    let definition = '';
    const reading: RunTool = async (command, args) => {
      const file = args[args.indexOf('/XML') + 1] ?? '';
      if (args.includes('/XML')) definition = await readFile(file, 'utf16le');
      return run(command, args);
    };
    expect(await taskSchedulerManager(machine(reading), folder).install(PLAN)).toMatchObject({ ok: true });
    expect(definition.startsWith('\uFEFF<?xml version="1.0" encoding="UTF-16"?>')).toBe(true);
    expect(calls.at(-1)).toBe('schtasks.exe /Run /TN \\FlowCollect\\gateway');
    expect(await readdir(folder)).toEqual([]);
  });

  it('tell who is no administrator what to do', async () => {
    refuse = '/Create';
    expect((await english(taskSchedulerManager(machine(), folder).install(PLAN))).lines).toEqual([
      'Access denied',
      'a service for the whole machine needs a console that was opened as administrator; or use --user',
    ]);
  });

  it('are stopped before they are deleted', async () => {
    await taskSchedulerManager(machine(), folder).uninstall('gateway', 'system');
    expect(calls).toEqual([
      'schtasks.exe /End /TN \\FlowCollect\\gateway',
      'schtasks.exe /Delete /TN \\FlowCollect\\gateway /F',
    ]);
  });
});
