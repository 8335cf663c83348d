import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type ScriptedKernel, startScriptedKernel } from '../../test/scripted-kernel.ts';
import { parseWindowsInterfaces, readLinuxInterfaces } from '../host/interfaces.ts';
import { nodeInterfaceSources } from '../host/node-host.ts';
import { nodeNetwork } from '../host/node-network.ts';
import type { InterfaceReading } from '../ledger/side-counters.ts';
import { chooseInterfaces, createInterfaceReader, createKernelComparison } from './interfaces.ts';

const NET_DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0
  eth0:5000000000 400 0 0 0 0 0 0 700 7 0 0 0 0 0 0
  Meta: 300 3 0 0 0 0 0 0 200 2 0 0 0 0 0 0
wlan0: 1 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0
`;
const ROUTE = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flowcollect-interfaces-'));
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

describe('the interfaces of Linux', () => {
  it('are read from /proc, with the way out and what tells a device created again', async () => {
    await write('proc/net/dev', NET_DEV);
    await write('proc/net/route', ROUTE);
    await write('proc/sys/kernel/random/boot_id', 'b00t\n');
    await write('sys/class/net/Meta/ifindex', '12\n');
    const { counters, defaultRoutes } = await readLinuxInterfaces(nodeInterfaceSources, `${root}/`);
    expect(counters.get('Meta')).toEqual({ bytes: { upload: 200, download: 300 }, life: 'b00t 12' });
    expect(counters.get('eth0')?.bytes.download).toBe(5_000_000_000);
    expect(defaultRoutes).toEqual(['eth0', 'wlan0']);
  });

  it('are read from /sys where /proc/net/dev may not be, as on Android', async () => {
    await write('sys/class/net/utun/statistics/rx_bytes', '30\n');
    await write('sys/class/net/utun/statistics/tx_bytes', '20\n');
    const { counters, defaultRoutes } = await readLinuxInterfaces(nodeInterfaceSources, `${root}/`);
    expect([...counters.keys()]).toEqual(['utun']);
    expect(counters.get('utun')?.bytes).toEqual({ upload: 20, download: 30 });
    expect(defaultRoutes).toEqual([]);
  });

  it('cannot be read where neither is', async () => {
    await expect(readLinuxInterfaces(nodeInterfaceSources, `${root}/`)).rejects.toThrow('ENOENT');
  });
});

describe('the interfaces of Windows', () => {
  it('are read from PowerShell', () => {
    const text =
      '{"counters":[{"Name":"以太网","ReceivedBytes":7000000000,"SentBytes":5},{"Name":"Meta","ReceivedBytes":3,"SentBytes":2}],"routes":["Meta","以太网"]}';
    const found = parseWindowsInterfaces(text);
    expect(found.counters.get('以太网')?.bytes).toEqual({ upload: 5, download: 7_000_000_000 });
    expect(chooseInterfaces(found, undefined).map(({ name, role }) => `${role} ${name}`)).toEqual([
      'tun Meta',
      'uplink 以太网',
    ]);
  });

  it('are not taken from anything else', () => {
    expect(() => parseWindowsInterfaces('{"counters":null}')).toThrow();
    expect(() => parseWindowsInterfaces('Get-NetRoute : not recognized')).toThrow();
  });
});

describe('the kernel’s TUN device', () => {
  const named = (...names: string[]) => ({
    counters: new Map(names.map((name) => [name, { bytes: { upload: 1, download: 1 }, life: '' }])),
    defaultRoutes: ['eth0'],
  });
  const roles = (readings: readonly InterfaceReading[]) => readings.map(({ name, role }) => `${role} ${name}`);

  it('is the one of /configs, whatever its name', () => {
    const tun = { enabled: true, device: 'my-tun' };
    expect(roles(chooseInterfaces(named('eth0', 'my-tun', 'Meta'), tun))).toEqual(['tun my-tun', 'uplink eth0']);
  });

  it('is known by its name where /configs does not say', () => {
    expect(roles(chooseInterfaces(named('eth0', 'utun5'), undefined))).toEqual(['tun utun5', 'uplink eth0']);
    expect(roles(chooseInterfaces(named('eth0', 'tunnel', 'metal'), undefined))).toEqual(['uplink eth0']);
  });

  it('is none where it is switched off, or where several could be it', () => {
    expect(roles(chooseInterfaces(named('Meta'), { enabled: false, device: '' }))).toEqual([]);
    expect(roles(chooseInterfaces(named('utun1', 'utun2'), undefined))).toEqual([]);
  });
});

describe('the reader of interfaces', () => {
  let kernel: ScriptedKernel;
  beforeEach(async () => {
    kernel = await startScriptedKernel();
  });
  afterEach(() => kernel.kill());

  it('reads the device that the kernel names, and says once that there is none', async () => {
    let log = '';
    const seen: string[][] = [];
    let looks = 0;
    let arrived = (): void => {};
    const done = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const reader = createInterfaceReader({
      network: nodeNetwork,
      kernel: { address: kernel.address, secret: '' },
      clock: {
        now: () => 0,
        async sleep(_, signal) {
          looks += 1;
          if (looks === 3) kernel.answers.set('/configs', { tun: { enable: true, device: 'mine' } });
          if (looks < 5) return;
          arrived();
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        },
      },
      logger: createLogger('exporter', 'info', { write: (line: string) => (log += line) }),
      onReading: (readings) => void seen.push(readings.map(({ name, role }) => `${role} ${name}`)),
      interfaces: {
        readEvery: 10_000,
        read: async () => ({
          counters: new Map(
            ['eth0', 'mine'].map((name) => [name, { bytes: { upload: 0, download: 0 }, life: '' }] as const),
          ),
          defaultRoutes: ['eth0'],
        }),
      },
    });
    reader.start();
    await done;
    await reader.stop();
    expect(seen[0]).toEqual(['uplink eth0']);
    expect(seen.at(-1)).toEqual(['tun mine', 'uplink eth0']);
    expect(log.match(/has no TUN device/g)).toHaveLength(1);
  });

  it('says once that interfaces cannot be read, and goes on', async () => {
    let log = '';
    const reader = createInterfaceReader({
      network: nodeNetwork,
      kernel: { address: kernel.address, secret: '' },
      clock: { now: () => 0, sleep: async () => {} },
      logger: createLogger('exporter', 'info', { write: (line: string) => (log += line) }),
      onReading: () => {},
      interfaces: {
        readEvery: 10_000,
        read: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })),
      },
    });
    await reader.stop();
    await reader.stop();
    expect(log.match(/EACCES.*interfaces cannot be read/g)).toHaveLength(1);
  });
});

it('the comparison with the kernel is over the same time, and begins again when counters jump back', () => {
  const comparison = createKernelComparison();
  const series = (tun: number, uplink: number) =>
    [
      { interface: 'Meta', role: 'tun', direction: 'download', bytes: tun },
      { interface: 'eth0', role: 'uplink', direction: 'download', bytes: uplink },
    ] as const;
  expect(comparison.view()).toEqual({ tunRatio: undefined, beyondKernel: undefined });
  comparison.note(series(1000, 5000), { upload: 0, download: 70 });
  expect(comparison.view()).toEqual({ tunRatio: undefined, beyondKernel: 0 });
  comparison.note(series(1110, 5300), { upload: 50, download: 120 });
  expect(comparison.view()).toEqual({ tunRatio: 1.1, beyondKernel: 200 });
  comparison.note(series(0, 0), { upload: 0, download: 0 });
  expect(comparison.view()).toEqual({ tunRatio: undefined, beyondKernel: 0 });
});
