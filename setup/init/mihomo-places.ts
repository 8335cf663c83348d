import { posix, win32 } from 'node:path';

/** A file that may tell where a kernel's API is. */
export interface MihomoPlace {
  /** The program that hosts the kernel, as its users call it. */
  readonly host: string;
  readonly file: string;
  /** `yaml`: a kernel's configuration. `uci`: OpenClash's settings in OpenWrt. */
  readonly format: 'yaml' | 'uci';
  /** Where the API is when the file names none: the host passes it to the kernel by other means. */
  readonly fallback?: string;
}

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const VERGE = 'io.github.clash-verge-rev.clash-verge-rev';

/** Where the hosts of Mihomo kernels keep the configuration they run with, the surest first. */
export function mihomoPlaces({ platform, home, env }: Machine): MihomoPlace[] {
  const windows = platform === 'win32';
  const join = windows ? win32.join : posix.join;
  const appData = windows
    ? (env.APPDATA ?? join(home, 'AppData', 'Roaming'))
    : platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : undefined;
  const verge = join(appData ?? env.XDG_DATA_HOME ?? join(home, '.local', 'share'), VERGE);
  const configHome = appData ?? env.XDG_CONFIG_HOME ?? join(home, '.config');
  const yaml = (host: string, file: string, fallback?: string): MihomoPlace => ({
    host,
    file,
    format: 'yaml',
    ...(fallback === undefined ? {} : { fallback }),
  });
  const everywhere = [
    // The file it writes for the kernel, then its own settings.
    yaml('Clash Verge Rev', join(verge, 'clash-verge.yaml')),
    yaml('Clash Verge Rev', join(verge, 'config.yaml')),
    yaml(
      'mihomo-party',
      join(configHome, 'mihomo-party', 'mihomo.yaml'),
      windows ? '\\\\.\\pipe\\MihomoParty\\mihomo' : 'unix:///tmp/mihomo-party.sock',
    ),
    yaml('Mihomo', join(home, '.config', 'mihomo', 'config.yaml')),
    yaml('Clash', join(home, '.config', 'clash', 'config.yaml')),
  ];
  if (windows || platform === 'darwin') return everywhere;
  return [
    { host: 'OpenClash', file: '/etc/config/openclash', format: 'uci' },
    yaml('nikki', '/etc/nikki/run/config.yaml'),
    yaml('box_for_magisk', '/data/adb/box/clash/config.yaml'),
    yaml('box_for_magisk', '/data/adb/box/mihomo/config.yaml'),
    ...everywhere,
    yaml('Mihomo', '/etc/mihomo/config.yaml'),
    yaml('Clash', '/etc/clash/config.yaml'),
  ];
}
