import { describe, expect, it } from 'vitest';
import { DIMENSIONS } from '../core/metric-contract.ts';
import { SettingsError } from '../core/settings.ts';
import { OBJECT_NAMES } from '../test/object-names.ts';
import { readExporterConfig } from './config.ts';

const FILE = 'ClientSetting.ini';
const minimal = '[client]\nRemoteServer = http://127.0.0.1:8686\nDeviceID = 客厅 路由器';
const read = (text: string) => readExporterConfig(FILE, text);

function messageOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error('expected a SettingsError');
}

describe('readExporterConfig', () => {
  it('needs the gateway and a name for the device, and has a default for the rest', () => {
    const shared = {
      MihomoAPIAddr: 'http://127.0.0.1:9097',
      MihomoSecret: '',
      RemoteServer: 'http://127.0.0.1:8686',
      RemoteToken: '',
      PollInterval: 1000,
      PushInterval: 10_000,
      LocalNodes: ['ua3f'],
      FamilyCap: 50,
      Families: ['group', 'rule', 'process', 'source', 'host', 'inbound_user'],
      Privacy: false,
      StateDir: 'flowcollect-state',
      MetricsListen: { host: '127.0.0.1', port: 9101 },
      Timezone: 'Asia/Shanghai',
      DayEnds: '23:55',
      Language: 'zh',
      LogLevel: 'info',
    };
    expect(read(minimal)).toEqual({
      settings: {
        ...shared,
        devices: [{ ...shared, section: 'client', DeviceID: '客厅 路由器', ledger: expect.any(Object) }],
      },
      notices: [],
    });
    expect(messageOf('[client]')).toBe(
      'ClientSetting.ini:1: [client] RemoteServer: is missing; add it\n' +
        'ClientSetting.ini:1: [client] DeviceID: is missing; add it',
    );
  });

  it.each(OBJECT_NAMES)('watches a kernel called %s', (name) => {
    const text = `[client]\nRemoteServer = http://127.0.0.1:8686\n[kernel.${name}]\nMihomoAPIAddr = 127.0.0.1:9090\n${name} = 1`;
    const { settings, notices } = read(text);
    expect(settings.devices).toMatchObject([
      { section: `kernel.${name}`, DeviceID: name, MihomoAPIAddr: 'http://127.0.0.1:9090' },
    ]);
    expect(notices).toMatchObject([{ section: `kernel.${name}`, key: name }]);
  });

  it('reads a file of the earlier FlowCollect as it is, taking the origin of the old report address', () => {
    const text =
      '\uFEFF; my device\r\n[client]\r\nMihomoAPIAddr = 192.168.1.1:9090/\r\nMihomoSecret = "a;b#c"\r\n' +
      'RemoteServer = http://10.0.0.8:1234/report\r\nRemoteToken = t\r\nDeviceID = MyDevice\r\nLocalLogFile = flow.log';
    const { settings, notices } = read(text);
    expect(settings).toMatchObject({
      MihomoAPIAddr: 'http://192.168.1.1:9090',
      MihomoSecret: 'a;b#c',
      RemoteServer: 'http://10.0.0.8:1234',
      LocalLogFile: 'flow.log',
    });
    expect(notices).toEqual([]);
  });

  it('says of a token that would cross the internet unencrypted that it would', () => {
    const { notices } = read('[client]\nRemoteServer = http://vps.example:1234/report\nRemoteToken = t\nDeviceID = a');
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({
      key: 'RemoteServer',
      line: 2,
      problem: { en: expect.stringContaining('unencrypted') },
    });
  });

  it.each([
    ['DeviceID = a/b', '[client] DeviceID: must not contain "/"'],
    ['DeviceID = ..', '[client] DeviceID: must not be "." or ".."'],
    ['MihomoAPIAddr = ftp://a', '[client] MihomoAPIAddr: must be an address such as'],
    ['MihomoSecret = a\u0007', '[client] MihomoSecret: must hold only characters that an HTTP header can carry'],
    ['RemoteToken = a\u0007', '[client] RemoteToken: must hold only characters that an HTTP header can carry'],
    ['PollInterval = 1', '[client] PollInterval: must be a duration from 100 ms to 60000 ms'],
    ['PushInterval = never', '[client] PushInterval: must be a duration'],
    ['MetricsListen = here', '[client] MetricsListen: must be an address such as 127.0.0.1:9101'],
    ['MihomoFingerprint = AB:CD', '[client] MihomoFingerprint: must be the SHA-256 fingerprint'],
    ['StateDir = /proc/flow', '[client] StateDir: must not be below /proc'],
    ['StateSync = //proc/self', '[client] StateSync: must not be below /proc'],
    ['LocalLogFile = /proc/flow.log', '[client] LocalLogFile: must not be below /proc'],
    ['Timezone = Moon', '[client] Timezone: must be an IANA time zone'],
    ['DayEnds = noon', '[client] DayEnds: must be a time such as 23:55'],
    ['Language = fr', '[client] Language: must be zh or en'],
    ['LogLevel = loud', '[client] LogLevel: must be debug, info, warn or error'],
  ])('refuses %s and says why, without the value', (line, message) => {
    const others = minimal.split('\n').filter((each) => !each.startsWith(line.split(' ')[0] ?? ''));
    expect(messageOf([...others, line].join('\n'))).toContain(message);
  });

  it('points to the key that was meant', () => {
    expect(read(`${minimal}\nRemoteTokem = x`).notices[0]?.problem.en).toContain('did you mean RemoteToken?');
  });
});

describe('[kernel.NAME] sections', () => {
  const shared =
    '[client]\nRemoteServer = http://127.0.0.1:8686\nRemoteToken = t\nPollInterval = 2s\nMihomoSecret = own';

  it('each name a kernel with its own address, name and secret, and take the rest from [client]', () => {
    const { settings, notices } = read(
      `${shared}\nDeviceID = box\nMihomoFingerprint =\n[kernel.客厅]\nMihomoAPIAddr = /run/mihomo.sock\n` +
        '[kernel.b]\nMihomoAPIAddr = \\\\.\\pipe\\mihomo\nMihomoSecret = s;b\nDeviceID = B\nRemoteToken = tb\nPollInterval = 5s',
    );
    expect(notices).toEqual([]);
    expect(settings.devices).toMatchObject([
      { section: 'client', DeviceID: 'box', MihomoSecret: 'own' },
      {
        section: 'kernel.客厅',
        DeviceID: '客厅',
        MihomoAPIAddr: 'unix:///run/mihomo.sock',
        MihomoSecret: '',
        PollInterval: 2000,
      },
      {
        section: 'kernel.b',
        DeviceID: 'B',
        MihomoAPIAddr: '\\\\.\\pipe\\mihomo',
        MihomoSecret: 's;b',
        RemoteToken: 'tb',
        PollInterval: 5000,
      },
    ]);
  });

  it('stand instead of a kernel of [client] where that has no DeviceID', () => {
    const { settings, notices } = read(`${shared}\nMihomoAPIAddr = a:1\n[kernel.x]\nMihomoAPIAddr = https://a:2`);
    expect(settings.devices.map(({ section }) => section)).toEqual(['kernel.x']);
    expect(notices[0]).toMatchObject({
      key: 'MihomoAPIAddr',
      problem: { en: expect.stringContaining('is not watched') },
    });
  });

  it('are known in any case, and missed where they are written in another way', () => {
    const { settings, notices } = read(
      `${minimal}\n[kernel]\n[kernel-x]\n[Kernel.y]\nmihomoapiaddr = a:1\n[KERNEL.Z]\nMihomoAPIAddr = a:2`,
    );
    expect(notices.map(({ section, line }) => [section, line])).toEqual([
      ['kernel-x', 5],
      ['kernel', 4],
      ['kernel-x', 5],
    ]);
    expect(settings.devices.map(({ DeviceID }) => DeviceID)).toContain('y');
    expect(settings.devices.map(({ DeviceID }) => DeviceID)).toContain('Z');
  });

  it('must not share a name or a kernel', () => {
    const text = `${shared}\n[kernel.x]\nMihomoAPIAddr = a:2\n[kernel.y]\nMihomoAPIAddr = http://a:2/\nDeviceID = x\n[kernel.z]`;
    expect(messageOf(text).split('\n')).toEqual([
      'ClientSetting.ini:11: [kernel.z] MihomoAPIAddr: is missing; add it',
      'ClientSetting.ini:10: [kernel.y] DeviceID: is that of [kernel.x] too; every kernel needs its own',
      'ClientSetting.ini:9: [kernel.y] MihomoAPIAddr: is that of [kernel.x] too; every kernel needs its own',
    ]);
  });

  it('say of a certificate’s key besides an address without one that it has no effect', () => {
    const fingerprint = 'ab'.repeat(32);
    const { settings, notices } = read(
      `${shared}\n[kernel.x]\nMihomoAPIAddr = a:2\nMihomoCA = ca.pem\n[kernel.y]\nMihomoAPIAddr = https://a:2\nMihomoFingerprint = sha256:${fingerprint}`,
    );
    expect(notices.map(({ section, key }) => [section, key])).toEqual([['kernel.x', 'MihomoCA']]);
    expect(settings.devices[1]?.MihomoFingerprint).toBe(Array(32).fill('AB').join(':'));
  });
});

describe('dimensions', () => {
  const client = '[client]\nRemoteServer = a:1\nDeviceID = d\n';
  const optionsOf = (text: string) =>
    readExporterConfig('ClientSetting.ini', client + text).settings.devices[0]?.ledger;

  it('are all counted, fifty keys each, unless the settings say otherwise', () => {
    expect(optionsOf('')).toEqual({ localNodes: ['ua3f'], familyCap: 50, families: DIMENSIONS });
    expect(optionsOf('FamilyCap = 7\nFamilies = host, group')).toMatchObject({
      familyCap: 7,
      families: ['host', 'group'],
    });
  });

  it('that describe people go with one switch', () => {
    expect(optionsOf('Privacy = on')?.families).toEqual(['group', 'rule']);
    expect(optionsOf('Privacy = on\nFamilies = host, rule')?.families).toEqual(['rule']);
  });

  it.each([
    ['FamilyCap = 481', 'FamilyCap: must be a number from 0 to 480'],
    ['FamilyCap = 1.5', 'FamilyCap: must be a whole number'],
    ['Families = hosts', 'Families: must list only group, rule, process, source, host, inbound_user'],
    ['Privacy = maybe', 'Privacy: must be on or off'],
  ])('%s is refused', (text, why) => {
    expect(() => optionsOf(text)).toThrow(why);
  });
});

it.each([
  ['https://vps.example/flow/', 'https://vps.example/flow'],
  ['https://vps.example/flow/report', 'https://vps.example/flow'],
  ['vps.example:1234/report', 'http://vps.example:1234'],
])('has the gateway below the path of RemoteServer = %s', (text, address) => {
  const { settings } = read(`[client]\nRemoteServer = ${text}\nDeviceID = a`);
  expect(settings.RemoteServer).toBe(address);
});

it.each(['https://vps.example/?token=x', 'https://user:password@vps.example', 'ftp://vps.example'])(
  'refuses RemoteServer = %s rather than drop a part of it',
  (text) => {
    expect(() => read(`[client]\nRemoteServer = ${text}\nDeviceID = a`)).toThrow(/RemoteServer: must be an http/);
  },
);

it.each([
  ['MihomoCert = client.crt', 'MihomoKey: is missing; add it'],
  ['MihomoKey = client.key', 'MihomoCert: is missing; add it'],
])('refuses %s without its counterpart', (line, problem) => {
  const text = `[client]\nRemoteServer = a:1\nDeviceID = a\nMihomoAPIAddr = https://192.168.1.1:9443\n${line}`;
  expect(() => read(text)).toThrow(problem);
});
