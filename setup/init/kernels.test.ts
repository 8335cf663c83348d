import { describe, expect, it } from 'vitest';
import { mihomoPlaces, readKernelAddress } from './kernels.ts';

const yaml = (content: string, fallback?: string) =>
  readKernelAddress(
    { host: 'Mihomo', file: 'x', format: 'yaml', ...(fallback === undefined ? {} : { fallback }) },
    content,
  );

describe('the API that a configuration tells of', () => {
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
    expect(yaml('external-controller: ""\nexternal-controller-pipe: \\\\.\\pipe\\verge-mihomo\nsecret: x')).toEqual({
      address: '\\\\.\\pipe\\verge-mihomo',
      secret: '',
    });
    expect(yaml('external-controller-unix: /run/mihomo.sock\n')).toEqual({
      address: 'unix:///run/mihomo.sock',
      secret: '',
    });
    expect(yaml('mode: rule', 'unix:///tmp/party.sock')).toEqual({ address: 'unix:///tmp/party.sock', secret: '' });
  });

  it('is unknown in a file that tells of none, or is none', () => {
    expect(yaml('mode: rule')).toBeUndefined();
    expect(yaml('a: [b')).toBeUndefined();
    expect(yaml('')).toBeUndefined();
  });

  it('is that of OpenClash by its options', () => {
    const content =
      "config openclash 'config'\n\toption proxy_port '7892'\n\toption cn_port '9090'\n\toption dashboard_password 'se cret'\n";
    expect(readKernelAddress({ host: 'OpenClash', file: 'x', format: 'uci' }, content)).toEqual({
      address: 'http://127.0.0.1:9090',
      secret: 'se cret',
    });
  });
});

describe('places of configurations', () => {
  it('are those of each system', () => {
    const windows = mihomoPlaces({ platform: 'win32', home: 'C:\\Users\\li', env: { APPDATA: 'D:\\Roaming' } });
    expect(windows.map(({ file }) => file)).toContain(
      'D:\\Roaming\\io.github.clash-verge-rev.clash-verge-rev\\clash-verge.yaml',
    );
    expect(windows.map(({ file }) => file)).toContain('D:\\Roaming\\mihomo-party\\mihomo.yaml');
    const linux = mihomoPlaces({ platform: 'linux', home: '/home/li', env: {} }).map(({ file }) => file);
    expect(linux).toEqual(
      expect.arrayContaining([
        '/etc/config/openclash',
        '/data/adb/box/clash/config.yaml',
        '/home/li/.local/share/io.github.clash-verge-rev.clash-verge-rev/clash-verge.yaml',
        '/home/li/.config/mihomo/config.yaml',
      ]),
    );
  });
});
