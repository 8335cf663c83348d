import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeProblem, SettingsError } from '../core/settings.ts';
import { OBJECT_NAMES } from '../test/object-names.ts';
import { hashToken } from './access/authenticate.ts';
import { readGatewayConfig } from './config.ts';

const FILE = 'ServerSetting.ini';
const noticesOf = (text: string) =>
  readGatewayConfig(FILE, text).notices.map((each) => describeProblem(FILE, each, 'en'));
const messageOf = (text: string): string => {
  try {
    readGatewayConfig(FILE, text);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
  }
  throw new Error('expected a SettingsError');
};

describe('readGatewayConfig', () => {
  it('reads the file of the earlier FlowCollect', () => {
    const { settings } = readGatewayConfig(FILE, '[server]\nListenPort = :1234\nServerToken = t\nDBPath = x.db');
    expect(settings.listen).toEqual({
      host: '0.0.0.0',
      port: 1234,
      setting: '[server] ListenPort in ServerSetting.ini',
    });
    expect(settings.metrics).toMatchObject({ host: '127.0.0.1', port: 9103 });
    expect(settings.tokens).toEqual([{ hash: hashToken('t'), user: 'default' }]);
  });

  it('warns of an address without TLS that strangers reach, and of no other', () => {
    const notices = (address: string) => noticesOf(`[server]\nServerToken = t\nListenPort = ${address}`);
    for (const address of [':8686', '0.0.0.0:1', '[::]:1', '8.8.8.8:1'])
      expect(notices(address)[0]).toContain('unencrypted');
    expect(notices(':8686\nTlsCert = cert.pem\nTlsKey = key.pem')).toEqual([]);
    for (const address of ['127.0.0.1:1', '[::1]:1', '192.168.1.2:1', '10.0.0.1:1'])
      expect(notices(address)).toEqual([]);
  });

  it('warns of the token of the example, which opens nothing wherever it is written', () => {
    const text = readFileSync(new URL('../setting.ini.example', import.meta.url), 'utf8');
    expect(noticesOf(text).join()).toContain('ServerToken: is the one of the example');
    expect(readGatewayConfig(FILE, text).settings.tokens).toEqual([]);
    const written = '[server]\nServerToken = change-me\n[user.a]\nToken = change-me\nReaderToken = change-me\n';
    const { tokens, readers } = readGatewayConfig(FILE, written).settings;
    expect([tokens, readers]).toEqual([[], []]);
    const admin = '[server]\nServerToken = t\nAdminToken = at-least-16-characters';
    expect(() => readGatewayConfig(FILE, admin)).toThrow(/AdminToken/);
  });

  it('reads users and devices with tokens or their hashes', () => {
    const hash = `sha256:${hashToken('two').toString('hex')}`;
    const text = `[server]\nServerToken = SHA256:${hashToken('all').toString('hex')}\n[user.alice]\nToken = one\n[device.客厅 1]\nUser = alice\nToken = ${hash}\n[device.b]\nNote = revoked`;
    expect(readGatewayConfig(FILE, text).settings.tokens).toEqual([
      { hash: hashToken('all'), user: 'default' },
      { hash: hashToken('one'), user: 'alice' },
      { hash: hashToken('two'), user: 'alice', deviceId: '客厅 1' },
    ]);
  });

  it.each(OBJECT_NAMES)('reads a user, a reader and a device called %s', (name) => {
    const text = `[user.${name}]\nToken = one\nReaderToken = two\n[device.${name}]\nUser = ${name}\nToken = three`;
    const { settings } = readGatewayConfig(FILE, `[server]\nServerToken = t\n${text}`);
    expect(settings.tokens.slice(1)).toEqual([
      { hash: hashToken('one'), user: name },
      { hash: hashToken('three'), user: name, deviceId: name },
    ]);
    expect(settings.readers).toEqual([{ hash: hashToken('two'), user: name }]);
  });

  it.each([
    '[server]\nServerToken = sha256:short',
    '[user.alice]\nToken = sha256:short',
    `[device.phone]\nToken = sha256:${'a'.repeat(63)}`,
    `[user.alice]\nReaderToken = SHA256:${'g'.repeat(64)}`,
    `[server]\nServerToken = t\nAdminToken = sha256:${'a'.repeat(65)}`,
  ])('takes no half hash for a token: %s', (text) => {
    expect(messageOf(text)).toContain('64');
  });

  it('lets readers in where prom-label-proxy is named, on loopback', () => {
    const text = '[server]\nServerToken = t\n[user.alice]\nReaderToken = one';
    expect(readGatewayConfig(FILE, text).settings.queries).toBeUndefined();
    const { settings, notices } = readGatewayConfig(
      FILE,
      text.replace('= t', '= t\nListenPort = 127.0.0.1:1\nLabelProxyAddr = http://127.0.0.1:9105/'),
    );
    expect(settings.queries).toMatchObject({
      listen: { host: '127.0.0.1', port: 9104 },
      labelProxy: 'http://127.0.0.1:9105',
    });
    expect(settings.readers).toEqual([{ user: 'alice', hash: hashToken('one') }]);
    expect(notices).toEqual([]);
    const open = text.replace('= t', '= t\nReadersListen = 0.0.0.0:9104\nLabelProxyAddr = http://127.0.0.1:9105');
    expect(noticesOf(open).join()).toContain('ReadersListen: takes readers’ tokens unencrypted');
  });

  it.each([
    ['[server]\nListenPort = :1', 'ServerSetting.ini:1: [server] ServerToken: is missing'],
    ['[device.a]\nNote = revoked', '[server] ServerToken: is missing'],
    ['[device.a]\nUser = bob\nToken = x', 'ServerSetting.ini:2: [device.a] User: names a user without a section'],
    ['[user.a]\nToken = x\n[user.b]\nToken = x', 'ServerSetting.ini:4: [user.b] Token: is the token of another'],
    ['[device.a/b]\nToken = x', 'ServerSetting.ini:1: [device.a/b]: the name after "device." must not contain "/"'],
    ['[server]\nServerToken = a\u0007', 'ServerSetting.ini:2: [server] ServerToken: must hold only characters that'],
    ['[server]\nServerToken = t\nListenPort = here', 'ServerSetting.ini:3: [server] ListenPort: must be an address'],
    ['[server]\nServerToken = t\nGatewayMetricsListen = x:y', 'GatewayMetricsListen: must be an address'],
    ['[server]\nServerToken = t\nTlsKey = key.pem', 'ServerSetting.ini:3: [server] TlsKey: needs TlsCert next to it'],
    ['[server]\nServerToken = sixteen-characters\nAdminToken = sixteen-characters', 'AdminToken: is a token that'],
    ['[user.a]\nToken = x\nReaderToken = x', 'ServerSetting.ini:3: [user.a] ReaderToken: is a token of somebody else'],
    ['[user.a]\nToken = x\nReaderToken = y\n[user.b]\nReaderToken = y', '[user.b] ReaderToken: is a token of somebody'],
    ['[user.a:b]\nToken = x\nReaderToken = y', '[user.a:b] ReaderToken: needs another name of the user'],
  ])('says what is wrong with %j', (text, message) => {
    expect(messageOf(text)).toContain(message);
  });
});

it('reads the tokens of thousands of users and devices while devices wait for no longer than a moment', () => {
  const users = Array.from({ length: 2000 }, (_, index) =>
    [
      `[user.u${index}]\nToken = token-of-user-${index}-0123456789\nReaderToken = reader-of-user-${index}-0123456789`,
      `[device.d${index}]\nUser = u${index}\nToken = token-of-device-${index}-0123456789`,
    ].join('\n'),
  );
  const begun = performance.now();
  const { settings } = readGatewayConfig('ServerSetting.ini', `[server]\n${users.join('\n')}\n`);
  expect([settings.tokens.length, settings.readers.length]).toEqual([4000, 2000]);
  expect(performance.now() - begun).toBeLessThan(3000);
});
