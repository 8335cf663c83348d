import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorText, type Language, translateTo } from '../../core/language.ts';
import { systemClock } from '../../runtime/async.ts';
import { commandOf } from '../../runtime/command-line.ts';
import { createDevice, type Device } from '../../test/device.ts';
import { readExporterConfig } from '../config.ts';
import { nodeHost } from '../host/node-host.ts';
import { doctorCommand } from './command.ts';

let device: Device;
let printed: string[];
let options: string[];

beforeEach(async () => {
  device = await createDevice();
  device.kernel.answers.set('/configs', { 'log-level': 'warning', tun: { enable: true, device: 'Meta' } });
  device.kernel.answers.set('/traffic', '{"up":0,"down":0,"upTotal":0,"downTotal":0}');
  printed = [];
  options = [];
});
afterEach(() => device.end());

/** Wherever the tests have their folders. */
const onDisk = { ...nodeHost.files, isInMemory: async () => false };

const NO_SERVICES = { units: '/nowhere', data: '/nowhere' };

/** A machine whose system service goes by the settings of the tests. */
async function withService(): Promise<typeof NO_SERVICES> {
  const system = { units: join(device.folder, 'units'), data: join(device.folder, 'var') };
  await mkdir(system.units);
  await mkdir(join(system.data, 'flowcollect-exporter'), { recursive: true });
  const unit = `[Service]\nLoadCredential=settings:${join(device.folder, 'ClientSetting.ini')}\n`;
  await writeFile(join(system.units, 'flowcollect-exporter.service'), unit);
  return system;
}

async function doctor(
  changes: Readonly<Record<string, string>> = {},
  { sections = '', clock = systemClock, interfaces = ['eth0', 'Meta'], files = onDisk, system = NO_SERVICES } = {},
): Promise<string> {
  await device.edit(
    device.ini({ Language: 'en', RemoteToken: 'a token of sixteen characters', ...changes }) + sections,
  );
  const bytes = { upload: 1, download: 1 };
  const counters = new Map(interfaces.map((name) => [name, { bytes, life: '1' }]));
  const read = async () => ({ counters, defaultRoutes: ['eth0'] });
  const host = { ...nodeHost, clock, interfaces: { read, readEvery: 10_000 }, files };
  const language = (changes.Language ?? 'en') as Language;
  const doctor = doctorCommand(readExporterConfig, (text) => printed.push(text), host, language, system);
  const command = commandOf(doctor, translateTo(language)).exitOverride();
  try {
    await command.parseAsync(['--config', join(device.folder, 'ClientSetting.ini'), ...options], { from: 'user' });
    return 'healthy';
  } catch (error) {
    return errorText(error, language);
  }
}

describe('doctor', () => {
  it('tells programs the same as JSON', async () => {
    await doctor();
    const lines = printed;
    [printed, options] = [[], ['--json']];
    await doctor();
    const found = JSON.parse(printed.join('\n')) as { verdict: string; text: string }[];
    expect(found.map(({ text }) => text)).toEqual(lines.map((line) => line.slice(2)));
    expect(found[0]?.verdict).toBe('good');
  });

  it('warns of a token that is short, and of that of the example', async () => {
    await doctor({ RemoteToken: 'fifteen letters' });
    await doctor({ RemoteToken: 'change-me' });
    expect(printed.filter((line) => line.startsWith('! [client] RemoteToken'))).toEqual([
      expect.stringContaining('has fewer than 16 characters'),
      expect.stringContaining('is the one of the example'),
    ]);
  });

  it('names the section of the kernel whose token it is', async () => {
    const sections = '[kernel.router]\nMihomoAPIAddr = unix:///nowhere/mihomo.sock\nRemoteToken = short\n';
    await doctor({}, { sections });
    expect(printed.filter((line) => line.includes('RemoteToken'))).toEqual([
      expect.stringMatching(/^! router: \[kernel\.router\] RemoteToken .* --device router \(on the server\)$/),
    ]);
  });

  it.skipIf(process.platform === 'win32').each([0o644, 0o640, 0o602])(
    'warns of a settings file that others may read or write, and says how to close it: %o',
    async (mode) => {
      const path = join(device.folder, 'ClientSetting.ini');
      await doctor();
      await chmod(path, mode);
      expect(await doctor()).toBe('healthy');
      expect(printed.filter((line) => line.startsWith('!'))).toEqual([
        `! other users of this machine may read or write the settings file, which holds tokens: run chmod 600 ${path}`,
      ]);
      await chmod(path, 0o600);
      printed = [];
      await doctor();
      expect(printed.filter((line) => line.startsWith('!'))).toEqual([]);
    },
  );

  it('finds all well', async () => {
    expect(await doctor()).toBe('healthy');
    expect(printed).toEqual([
      '✓ settings ClientSetting.ini, device a',
      `✓ state folder ${join(device.folder, 'state')} can be written`,
      '✓ a power cut loses what moved in two seconds at most',
      '✓ port 127.0.0.1:0 is free, and the exporter does not run',
      `✓ kernel ${device.kernel.address}, version v1.19.2`,
      '✓ its frames can be accounted: 0 connections',
      '✓ /logs is read: even the shortest connections have a name',
      '✓ /traffic tells its totals: a restart of the kernel hides less than a second',
      "✓ the kernel's log level is warning (any will do)",
      '✓ TUN is on, and the counters of Meta can be read',
      `✓ gateway ${device.gateway.origin}: admitted, nothing pushed yet`,
      '✓ the clock agrees with that of the server',
    ]);
    // Run by root, it would be root's.
    expect(await readdir(device.folder)).not.toContain('state');
  });

  it('looks where the service of the system has its state, and its other files', async () => {
    const system = await withService();
    const folder = join(system.data, 'flowcollect-exporter');
    const changes = { StateSync: 'copy', MihomoAPIAddr: 'https://127.0.0.1:1', MihomoCA: 'ca.pem' };
    await doctor(changes, { system });
    expect(printed).toContain(`✓ state folder ${join(folder, 'state')} can be written`);
    expect(printed).toContain(`✓ state folder ${join(folder, 'copy')} can be written`);
    expect(printed.join('\n')).toContain(join(folder, 'ca.pem'));
    expect(await readdir(folder)).toEqual([]);
    // Of other settings on the same machine it is not the service.
    await writeFile(join(system.units, 'flowcollect-exporter.service'), 'LoadCredential=settings:/other.ini\n');
    printed = [];
    await doctor({}, { system });
    expect(printed).toContain(`✓ state folder ${join(device.folder, 'state')} can be written`);
  });

  it('says that it may not look into the folder of the service, which is no fault', async () => {
    const system = await withService();
    const tryFolder = () => Promise.reject(Object.assign(new Error('permission denied'), { code: 'EACCES' }));
    expect(await doctor({}, { system, files: { ...onDisk, tryFolder } })).toBe('healthy');
    const folder = join(system.data, 'flowcollect-exporter', 'state');
    expect(printed.filter((line) => line.startsWith('!'))).toEqual([
      `! the state folder ${folder} belongs to the system's service and was not looked at: run this command with sudo`,
    ]);
    expect(await doctor({}, { files: { ...onDisk, tryFolder } })).toBe('1 to fix');
    // Where units may not be read, as on some phones, the settings are the person's own.
    expect(await doctor({}, { system, files: { ...onDisk, readText: tryFolder } })).toBe('healthy');
  });

  it('says in Chinese what is wrong and how to fix it, without a secret', async () => {
    device.gateway.refusal = { status: 401, error: 'unauthorized', message: 'no' };
    await writeFile(join(device.folder, 'state'), '');
    const changes = { Language: 'zh', MihomoSecret: 'hunter2', StateSync: 'state/copy' };
    expect(await doctor(changes)).toBe('4 处需要修复');
    expect(printed.filter((line) => line.startsWith('✗'))).toEqual([
      expect.stringContaining('请修改 [client] StateDir 或其权限'),
      expect.stringContaining('请修改 [client] StateSync 或其权限'),
      expect.stringContaining('请把 MihomoSecret 改成内核配置里的 secret'),
      expect.stringContaining('请把 [client] RemoteToken 改成服务器的 ServerToken'),
    ]);
    expect(printed.join('')).not.toContain('hunter2');
    await rm(join(device.folder, 'state'));
  });

  it('warns where the log cannot be read, and of doubtful settings', async () => {
    device.kernel.webSockets = false;
    expect(await doctor({ PolInterval: '5' })).toBe('healthy');
    expect(printed.filter((line) => line.startsWith('!'))).toEqual([
      expect.stringContaining('did you mean PollInterval?'),
      expect.stringContaining('/logs cannot be read'),
      expect.stringContaining('/traffic cannot be read'),
    ]);
  });

  it('warns of a kernel that is too old to tell its totals between frames', async () => {
    device.kernel.answers.set('/traffic', '{"up":0,"down":0}');
    expect(await doctor()).toBe('healthy');
    expect(printed.filter((line) => line.startsWith('!'))).toEqual([
      expect.stringContaining('update it to one of December 2025 or later'),
    ]);
  });

  it('tells a gateway that is dead, and a kernel whose frames cannot be accounted', async () => {
    device.kernel.answers.set('/connections', { uploadTotal: 1 });
    await device.gateway.kill();
    expect(await doctor()).toBe('2 to fix');
    expect(printed.join('\n')).toContain('downloadTotal: expected a whole number of bytes');
    expect(printed.join('\n')).toContain('cannot be reached (nothing listens there, ECONNREFUSED)');
    await device.reviveGateway();
  });

  it('tells a MetricsListen that another program has from one that the exporter runs at', async () => {
    const taken = createServer((_, response) => response.end('<title>FlowCollect auditor</title>'));
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const place = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    expect(await doctor({ MetricsListen: place })).toBe('1 to fix');
    expect(printed).toContain(`✗ ${place} is taken by another program; change [client] MetricsListen`);
    taken
      .removeAllListeners('request')
      .on('request', (_, response) => response.end('<title>FlowCollect exporter</title>'));
    expect(await doctor({ MetricsListen: place })).toBe('healthy');
    expect(printed).toContain(`✓ port ${place}: the exporter runs`);
    taken.close();
  });

  it('refuses settings that cannot be read', async () => {
    expect(await doctor({ PollInterval: 'often' })).toMatch(/^ClientSetting\.ini:7: \[client\] PollInterval: must be/);
  });

  it('warns of a kernel that traffic may bypass, or that does not tell who it was', async () => {
    device.kernel.answers.set('/configs', { tun: { enable: false, device: '' }, 'find-process-mode': 'off' });
    expect(await doctor()).toBe('healthy');
    expect(printed.filter((line) => line.startsWith('!'))).toEqual([
      expect.stringContaining('find-process-mode: off'),
      expect.stringContaining('TUN is off: programs that ignore the system proxy bypass the kernel'),
    ]);
    device.kernel.answers.delete('/configs');
    await doctor();
    expect(printed.at(-3)).toContain('! the kernel does not tell its configuration');
  });

  it('warns of a TUN device that it cannot see', async () => {
    expect(await doctor({}, { interfaces: ['eth0'] })).toBe('healthy');
    expect(printed.filter((line) => line.startsWith('!'))).toEqual([
      expect.stringContaining('TUN is on Meta, but its device is not seen here'),
    ]);
  });

  it('finds a clock that is wrong', async () => {
    const clock = { ...systemClock, now: () => Date.now() - 7_200_000 };
    expect(await doctor({}, { clock })).toBe('1 to fix');
    expect(printed.at(-1)).toMatch(/^✗ this clock is 7\d\d\d s behind that of the server: .*NTP/);
  });

  it('looks at each kernel and says which one it is', async () => {
    const sections = '[kernel.router]\nMihomoAPIAddr = unix:///nowhere/mihomo.sock\n';
    expect(await doctor({}, { sections })).toBe('1 to fix');
    expect(printed).toContain(`✓ a: kernel ${device.kernel.address}, version v1.19.2`);
    expect(printed.find((line) => line.startsWith('✗'))).toMatch(/^✗ router: nothing listens at unix:/);
    expect(printed).toContain(`✓ router: gateway ${device.gateway.origin}: admitted, nothing pushed yet`);
    expect(printed.filter((line) => line.includes('the clock'))).toHaveLength(1);
  });
});
