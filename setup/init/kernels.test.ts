import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../exporter/host/node-system.ts';
import { mihomoPlaces, readKernelAddresses } from './kernels.ts';

const all = (content: string, platform = 'linux', fallback?: string) =>
  readKernelAddresses(
    {
      host: 'Mihomo',
      file: '/etc/mihomo/config.yaml',
      format: 'yaml',
      ...(fallback === undefined ? {} : { fallback }),
    },
    content,
    platform,
    nodeFiles,
  );
const yaml = (content: string, fallback?: string) => all(content, 'linux', fallback)[0];
const written = (name: string): string => readFileSync(new URL(`../../test/written/${name}`, import.meta.url), 'utf8');

describe('the API that a configuration names', () => {
  it('is its external-controller with its secret, reached on loopback', () => {
    expect(yaml('mixed-port: 7890\nexternal-controller: 0.0.0.0:9090\nsecret: "a # b"\n')).toEqual({
      address: 'http://127.0.0.1:9090',
      secret: 'a # b',
    });
    expect(yaml("external-controller: ':9097'\nsecret: 123456\n")).toEqual({
      address: 'http://127.0.0.1:9097',
      secret: '123456',
    });
    expect(yaml('external-controller: 192.168.1.1:9090\n')).toEqual({ address: 'http://192.168.1.1:9090', secret: '' });
  });

  it('is a pipe or a socket where there is no port, neither with a secret', () => {
    expect(
      all('external-controller: ""\nexternal-controller-pipe: \\\\.\\pipe\\verge-mihomo\nsecret: x', 'win32'),
    ).toEqual([{ address: '\\\\.\\pipe\\verge-mihomo', secret: '' }]);
    expect(yaml('external-controller-unix: /run/mihomo.sock\n')).toEqual({
      address: 'unix:///run/mihomo.sock',
      secret: '',
    });
    expect(yaml('mode: rule', 'unix:///tmp/party.sock')).toEqual({ address: 'unix:///tmp/party.sock', secret: '' });
  });

  it('is unknown in a file that names none, or is none', () => {
    expect(yaml('mode: rule')).toBeUndefined();
    expect(yaml('a: [b')).toBeUndefined();
    expect(yaml('')).toBeUndefined();
  });

  it('is that of OpenClash by its options', () => {
    const content =
      "config openclash 'config'\n\toption proxy_port '7892'\n\toption cn_port '9090'\n\toption dashboard_password 'se cret'\n";
    expect(readKernelAddresses({ host: 'OpenClash', file: 'x', format: 'uci' }, content, 'linux', nodeFiles)).toEqual([
      { address: 'http://127.0.0.1:9090', secret: 'se cret' },
    ]);
  });

  it.each([
    ['012345', '012345'],
    ['1e5', '1e5'],
    ['0x1F', '0x1F'],
    ['0o17', '0o17'],
    ['1_000', '1_000'],
    ['12345678901234567890', '12345678901234567890'],
    ['+1.50', '+1.50'],
    ['true', 'true'],
    ['Yes', 'Yes'],
    ['2026-11-30', '2026-11-30'],
    ['.inf', '.inf'],
    ['我的密码', '我的密码'],
    ['"a\\u4e2d # b"', 'a中 # b'],
    ["'it''s'", "it's"],
    ['"null"', 'null'],
    ['!!str 007', '007'],
    ['a b # c', 'a b'],
    ['~', ''],
    ['null', ''],
    ['', ''],
  ])('has a secret as Mihomo reads the scalar %s', (scalar, secret) => {
    expect(yaml(`external-controller: 127.0.0.1:9090\nsecret: ${scalar}\nmode: rule\n`)).toEqual({
      address: 'http://127.0.0.1:9090',
      secret,
    });
  });

  it.each([
    ['init-number-secret.config.yaml', '012345'],
    ['init-chinese-secret.config.yaml', '我的密码'],
    ['init-120-aliases.config.yaml', 'abc'],
  ])('is read from %s', (name, secret) => {
    expect(yaml(written(name))).toEqual({ address: 'http://127.0.0.1:9090', secret });
  });

  it('may come through anchors, aliases and merges', () => {
    const text = [
      'x: &api {external-controller: 127.0.0.1:9090}',
      'y: &secret 0123',
      'z: &more {secret: other, external-controller-unix: /run/a.sock}',
      '<<: [*api, *more]',
      'secret: *secret',
    ].join('\n');
    expect(all(text)).toEqual([
      { address: 'http://127.0.0.1:9090', secret: '0123' },
      { address: 'unix:///run/a.sock', secret: '' },
    ]);
  });

  it('is not taken from a file whose aliases make far more of it than it holds, nor is that expanded', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `a${level}: &a${level} [${Array(9).fill(level === 0 ? 'x' : `*a${level - 1}`)}]`,
    );
    expect(yaml(['external-controller: 127.0.0.1:9090', ...levels].join('\n'))).toBeUndefined();
    expect(yaml('external-controller: 127.0.0.1:9090\na: &a [*a]')).toBeUndefined();
  });

  it('is not taken from a file that names a key twice, and found at once below a long list of hosts', () => {
    expect(yaml('external-controller: :9090\nsecret: a\nsecret: b')).toBeUndefined();
    expect(yaml('external-controller: :9090\nhosts: {a: 0.0.0.0, "a": 0.0.0.0}')).toBeUndefined();
    const hosts = Array.from({ length: 40_000 }, (_, number) => `  h${number}.example: 0.0.0.0`);
    expect(yaml(['hosts:', ...hosts, 'external-controller: :9090'].join('\n'))?.address).toBe('http://127.0.0.1:9090');
  });

  it('is each one that a file names, what the platform can reach first', () => {
    expect(all(written('init-unix-and-pipe.config.yaml'), 'linux')[0]?.address).toBe('unix:///run/mihomo.sock');
    expect(all(written('init-unix-and-pipe.config.yaml'), 'win32')[0]?.address).toBe('\\\\.\\pipe\\mihomo');
    expect(all(written('init-unix-relative.config.yaml'))[0]?.address).toBe('unix:///etc/mihomo/mihomo.sock');
    const text =
      'external-controller: :9090\nexternal-controller-tls: 0.0.0.0:9443\nexternal-controller-unix: ./run/a.sock\nsecret: s';
    expect(all(text, 'linux', 'unix:///tmp/b.sock')).toEqual([
      { address: 'http://127.0.0.1:9090', secret: 's' },
      { address: 'unix:///etc/mihomo/run/a.sock', secret: '' },
      { address: 'https://127.0.0.1:9443', secret: 's' },
      { address: 'unix:///tmp/b.sock', secret: '' },
    ]);
  });

  it('has no secret that a header cannot carry, nor an address by it', () => {
    expect(all('external-controller: :9090\nsecret: "a\\nb"\nexternal-controller-unix: /a')).toEqual([
      { address: 'unix:///a', secret: '' },
    ]);
  });
});

describe('places of configurations', () => {
  it('are those of each system', () => {
    const placesOn = (platform: string, home: string, environment: Record<string, string> = {}) =>
      mihomoPlaces({ platform, home, hostname: 'pc', userId: 1000, environment: (name) => environment[name] }).map(
        ({ file }) => file,
      );
    const windows = placesOn('win32', 'C:\\Users\\li', { APPDATA: 'D:\\Roaming' });
    expect(windows).toContain('D:\\Roaming\\io.github.clash-verge-rev.clash-verge-rev\\clash-verge.yaml');
    expect(windows).toContain('D:\\Roaming\\mihomo-party\\mihomo.yaml');
    expect(windows).toContain('D:\\Roaming\\sparkle\\work\\config.yaml');
    const mac = placesOn('darwin', '/Users/li');
    expect(mac).toContain('/opt/homebrew/etc/mihomo/config.yaml');
    expect(mac).toContain('/Users/li/Library/Application Support/com.follow.clash/config.yaml');
    const linux = placesOn('linux', '/home/li');
    expect(linux).toEqual(
      expect.arrayContaining([
        '/etc/config/openclash',
        '/data/adb/box/clash/config.yaml',
        '/data/adb/box_bll/clash/config.yaml',
        '/tmp/ShellCrash/config.yaml',
        '/home/li/.config/clash-nyanpasu/clash-config.yaml',
        '/home/li/.config/mihomo-party/work/config.yaml',
        '/home/li/clashctl/resources/runtime.yaml',
        '/home/li/.local/share/io.github.clash-verge-rev.clash-verge-rev/clash-verge.yaml',
        '/home/li/.config/mihomo/config.yaml',
      ]),
    );
  });
});
