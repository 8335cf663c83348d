import { readFile } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseKernelAddress } from '../../core/addresses.ts';
import { nodeNetwork } from '../../exporter/host/node-network.ts';
import { type KernelAddress, openKernelApi } from '../../exporter/kernel/api.ts';

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

const text = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined);
const KernelConfig = z.object({
  'external-controller': text,
  'external-controller-unix': text,
  'external-controller-pipe': text,
  secret: text,
});

/** What a file says of its kernel's API; undefined where it names none and no place of it is known. */
export function readKernelAddress({ format, fallback }: MihomoPlace, content: string): KernelAddress | undefined {
  return format === 'uci' ? readUci(content) : readYaml(content, fallback);
}

function readYaml(content: string, fallback: string | undefined): KernelAddress | undefined {
  let document: unknown;
  try {
    document = parse(content, { logLevel: 'silent' });
  } catch {
    return undefined;
  }
  const { success, data } = KernelConfig.safeParse(document);
  if (!success) return undefined;
  const { 'external-controller': tcp, 'external-controller-unix': unix, 'external-controller-pipe': pipe } = data;
  if (tcp !== undefined && tcp !== '') return { address: localAddress(tcp), secret: data.secret ?? '' };
  // A kernel asks for no secret there.
  if (pipe !== undefined && pipe !== '') return { address: pipe, secret: '' };
  if (unix?.startsWith('/')) return { address: `unix://${unix}`, secret: '' };
  return fallback === undefined ? undefined : { address: fallback, secret: '' };
}

function readUci(content: string): KernelAddress | undefined {
  const option = (name: string): string | undefined =>
    new RegExp(`^\\s*option\\s+${name}\\s+(?:'([^']*)'|"([^"]*)"|(\\S+))`, 'm')
      .exec(content)
      ?.slice(1)
      .find((each) => each !== undefined);
  const port = option('cn_port');
  return port === undefined
    ? undefined
    : { address: `http://127.0.0.1:${port}`, secret: option('dashboard_password') ?? '' };
}

/** `:9090` and `0.0.0.0:9090` listen everywhere; from here they are reached on loopback. */
function localAddress(controller: string): string {
  const address = controller.replace(/^(?:0\.0\.0\.0|\[::\]|\*)?(?=:\d+$)/, '127.0.0.1');
  return `http://${address}`;
}

/** A kernel that a file of this machine tells of. */
export interface FoundKernel extends KernelAddress {
  readonly host: string;
  readonly file: string;
  readonly state: KernelState;
}

export type KernelState =
  | { readonly kind: 'answers'; readonly version: string }
  | { readonly kind: 'wrong_secret' }
  | { readonly kind: 'silent' };

const ANSWER_MS = 2000;

/** Kernels that the files of `places` tell of, those that answer first, each address once. */
export async function findKernels(places: readonly MihomoPlace[]): Promise<FoundKernel[]> {
  const found: FoundKernel[] = [];
  for (const place of places) {
    const content = await readFile(place.file, 'utf8').catch(() => undefined);
    const kernel = content === undefined ? undefined : readKernelAddress(place, content);
    if (
      kernel === undefined ||
      found.some(({ address, secret }) => address === kernel.address && secret === kernel.secret)
    )
      continue;
    found.push({ ...kernel, host: place.host, file: place.file, state: await askKernel(kernel) });
  }
  const rank = ({ state }: FoundKernel): number => ['answers', 'wrong_secret', 'silent'].indexOf(state.kind);
  return found.sort((a, b) => rank(a) - rank(b));
}

/** Whether a kernel answers there, at an address as people write it. */
export async function askKernel({ address, secret }: KernelAddress): Promise<KernelState> {
  const parsed = parseKernelAddress(address);
  if (parsed === undefined) return { kind: 'silent' };
  const api = openKernelApi(nodeNetwork, { address: parsed, secret });
  const version = await api.version(AbortSignal.timeout(ANSWER_MS));
  await api.close();
  if (version.kind === 'answer') return { kind: 'answers', version: version.value };
  return { kind: version.problem.kind === 'wrong_secret' ? 'wrong_secret' : 'silent' };
}
