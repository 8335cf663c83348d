import { describe, expect, it } from 'vitest';
import { SettingsError } from '../core/settings.ts';
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
    expect(read(minimal)).toEqual({
      settings: {
        MihomoAPIAddr: 'http://127.0.0.1:9097',
        MihomoSecret: '',
        RemoteServer: 'http://127.0.0.1:8686',
        RemoteToken: '',
        DeviceID: '客厅 路由器',
        PollInterval: 1000,
        PushInterval: 10_000,
        LocalNodes: ['ua3f'],
        StateDir: 'flowcollect-state',
        MetricsListen: { host: '127.0.0.1', port: 9101 },
        Language: 'zh',
        LogLevel: 'info',
      },
      notices: [],
    });
    expect(messageOf('[client]')).toBe(
      'ClientSetting.ini:1: [client] RemoteServer: is missing; add it\n' +
        'ClientSetting.ini:1: [client] DeviceID: is missing; add it',
    );
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
    expect(notices[0]).toMatchObject({ key: 'RemoteServer', line: 2, problem: expect.stringContaining('unencrypted') });
  });

  it.each([
    ['DeviceID = a/b', '[client] DeviceID: must not contain "/"'],
    ['DeviceID = ..', '[client] DeviceID: must not be "." or ".."'],
    ['MihomoAPIAddr = ftp://a', '[client] MihomoAPIAddr: must be an address such as'],
    ['MihomoSecret = 密码', '[client] MihomoSecret: must hold only characters that an HTTP header can carry'],
    ['PollInterval = 1', '[client] PollInterval: must be a duration from 100 ms to 60000 ms'],
    ['PushInterval = never', '[client] PushInterval: must be a duration'],
    ['MetricsListen = here', '[client] MetricsListen: must be an address such as 127.0.0.1:9101'],
    ['Language = fr', '[client] Language: must be zh or en'],
    ['LogLevel = loud', '[client] LogLevel: must be debug, info, warn or error'],
  ])('refuses %s and says why, without the value', (line, message) => {
    const others = minimal.split('\n').filter((each) => !each.startsWith(line.split(' ')[0] ?? ''));
    expect(messageOf([...others, line].join('\n'))).toContain(message);
  });

  it('points to the key that was meant', () => {
    expect(read(`${minimal}\nRemoteTokem = x`).notices[0]?.problem).toContain('did you mean RemoteToken?');
  });
});
