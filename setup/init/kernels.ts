import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml';
import { parseKernelAddress } from '../../core/addresses.ts';
import type { Network } from '../../exporter/host/network.ts';
import { type KernelAddress, openKernelApi } from '../../exporter/kernel/api.ts';
import type { Machine, SetupFiles, SetupHost } from '../host.ts';

/** A file that may tell where a kernel's API is. */
export interface MihomoPlace {
  /** The program that hosts the kernel, as its users call it. */
  readonly host: string;
  readonly file: string;
  /** `yaml`: a kernel's configuration. `uci`: OpenClash's settings in OpenWrt. */
  readonly format: 'yaml' | 'uci';
  /** Where the API is besides what the file names: the host passes it to the kernel by other means. */
  readonly fallback?: string;
}

const VERGE = 'io.github.clash-verge-rev.clash-verge-rev';

/** Where the hosts of Mihomo kernels keep the configuration they run with, the surest first. */
export function mihomoPlaces({ platform, home, environment }: Machine): MihomoPlace[] {
  const windows = platform === 'win32';
  const join = (...parts: readonly string[]): string => parts.join(windows ? '\\' : '/');
  const appData = windows
    ? (environment('APPDATA') ?? join(home, 'AppData', 'Roaming'))
    : platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : undefined;
  const dataHome = appData ?? environment('XDG_DATA_HOME') ?? join(home, '.local', 'share');
  const verge = join(dataHome, VERGE);
  const configHome = appData ?? environment('XDG_CONFIG_HOME') ?? join(home, '.config');
  const yaml = (host: string, file: string, fallback?: string): MihomoPlace => ({
    host,
    file,
    format: 'yaml',
    ...(fallback === undefined ? {} : { fallback }),
  });
  const party = (host: string, name: string, fallback: string): MihomoPlace[] => [
    // The file its kernel runs with, then what that is made of.
    yaml(host, join(configHome, name, 'work', 'config.yaml'), fallback),
    yaml(host, join(configHome, name, 'mihomo.yaml'), fallback),
  ];
  const everywhere = [
    // The file it writes for the kernel, then its own settings.
    yaml('Clash Verge Rev', join(verge, 'clash-verge.yaml')),
    yaml('Clash Verge Rev', join(verge, 'config.yaml')),
    ...party(
      'mihomo-party',
      'mihomo-party',
      windows ? '\\\\.\\pipe\\MihomoParty\\mihomo' : 'unix:///tmp/mihomo-party.sock',
    ),
    ...party('Sparkle', 'sparkle', windows ? '\\\\.\\pipe\\Sparkle\\mihomo' : 'unix:///tmp/sparkle-mihomo-api.sock'),
    yaml(
      'Clash Nyanpasu',
      windows
        ? join(configHome, 'Clash Nyanpasu', 'config', 'clash-config.yaml')
        : join(configHome, platform === 'darwin' ? 'Clash Nyanpasu' : 'clash-nyanpasu', 'clash-config.yaml'),
    ),
    yaml('FlClash', join(dataHome, 'com.follow.clash', 'config.yaml')),
    yaml('Mihomo', join(home, '.config', 'mihomo', 'config.yaml')),
    yaml('Clash', join(home, '.config', 'clash', 'config.yaml')),
  ];
  if (windows) return everywhere;
  if (platform === 'darwin') {
    const brewed = ['/opt/homebrew', '/usr/local'].map((prefix) => yaml('Mihomo', `${prefix}/etc/mihomo/config.yaml`));
    return [...everywhere, ...brewed];
  }
  return [
    { host: 'OpenClash', file: '/etc/config/openclash', format: 'uci' },
    yaml('nikki', '/etc/nikki/run/config.yaml'),
    yaml('nikki', '/etc/mihomo/run/config.yaml'),
    yaml('ShellCrash', '/tmp/ShellCrash/config.yaml'),
    yaml('Surfing', '/data/adb/box_bll/clash/config.yaml'),
    yaml('box_for_magisk', '/data/adb/box/clash/config.yaml'),
    yaml('box_for_magisk', '/data/adb/box/mihomo/config.yaml'),
    ...everywhere,
    yaml('clash-for-linux-install', join(home, 'clashctl', 'resources', 'runtime.yaml')),
    yaml('clash-for-linux-install', join(home, '.local', 'share', 'clash', 'runtime.yaml')),
    yaml('Mihomo', '/etc/mihomo/config.yaml'),
    yaml('Clash', '/etc/clash/config.yaml'),
  ];
}

/**
 * Every place that a file names for its kernel's API, what this platform can reach first: TCP, the socket or pipe of the
 * platform, TLS, and where its host puts it. Empty where it names none, and for a file that no kernel would take.
 */
export function readKernelAddresses(
  { format, file, fallback }: MihomoPlace,
  content: string,
  platform: string,
  files: Pick<SetupFiles, 'absolute' | 'folderOf'>,
): KernelAddress[] {
  if (format === 'uci') return readUci(content);
  const config = readYaml(content);
  if (config === undefined) return [];
  const windows = platform === 'win32';
  const secret = config('secret');
  // No header can carry it.
  const bySecret = /\p{Cc}/u.test(secret) ? [] : [secret];
  const tcp = config('external-controller');
  const tls = config('external-controller-tls');
  const pipe = config('external-controller-pipe');
  const unix = config('external-controller-unix');
  // A kernel resolves it against its folder.
  const socket = unix === '' || windows ? unix : files.absolute(unix, files.folderOf(file));
  const sockets = [socket === '' ? '' : `unix://${socket}`, pipe];
  const tcpAddress = parseKernelAddress(`http://${tcp}`) ?? '';
  const tlsAddress = parseKernelAddress(`https://${tls}`) ?? '';
  return [
    ...bySecret.map((each) => ({ address: tcpAddress, secret: each })),
    // A kernel asks for no secret there.
    ...(windows ? sockets.reverse() : sockets).slice(0, 1).map((address) => ({ address, secret: '' })),
    ...bySecret.map((each) => ({ address: tlsAddress, secret: each })),
    { address: fallback ?? '', secret: '' },
  ].filter(({ address }) => address !== '');
}

/**
 * The scalars of a configuration's first level, each as the text that Mihomo reads into a string: as it is written,
 * quotes and escapes taken away, whatever type a YAML reader would see in it; empty where there is none.
 *
 * @returns undefined when it is no YAML, or one that Mihomo refuses
 */
function readYaml(content: string): ((key: string) => string) | undefined {
  // Mihomo reads the first document.
  // The library looks for a key that is there twice by comparing each with each: minutes for a long list of hosts.
  const document = [...parseAllDocuments(content, { logLevel: 'silent', merge: true, uniqueKeys: false })][0];
  if (document === undefined || document.errors.length > 0 || hasKeyTwice(document) || isBomb(document))
    return undefined;
  const root = document.contents;
  return (key) => {
    const found = isMap(root) ? lookUp(document, root, key) : undefined;
    if (!isScalar(found) || (found.value === null && found.type === 'PLAIN')) return '';
    return found.source ?? String(found.value);
  };
}

/** What a map holds for a key, by itself or through `<<`. */
function lookUp(document: Document, map: YAMLMap, key: string): unknown {
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const valuesOf = (name: string): unknown[] =>
    map.items.filter((pair) => isScalar(pair.key) && pair.key.source === name).map(({ value }) => resolved(value));
  const own = valuesOf(key)[0];
  if (own !== undefined) return own;
  const merged = valuesOf('<<').flatMap((value) => (isSeq(value) ? value.items.map(resolved) : [value]));
  for (const each of merged) {
    const found = isMap(each) ? lookUp(document, each, key) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a map names a key twice, which Mihomo refuses. */
function hasKeyTwice(document: Document): boolean {
  let found = false;
  visit(document, {
    Map(_, { items }) {
      const keys = items.flatMap(({ key }) => (isScalar(key) ? [key.source] : []));
      found ||= new Set(keys).size < keys.length;
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

/**
 * Whether aliases make far more of a document than it holds: the rule of yaml.v3 (decode.go), which Mihomo reads with.
 * A file with many anchors passes; one that was made to fill memory does not, and nothing is expanded to find out.
 */
function isBomb({ contents }: Document): boolean {
  const sizes = new Map<string, number>();
  let own = 0;
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) return sizes.get(node.source) ?? Number.POSITIVE_INFINITY;
    own += 1;
    let size = 1;
    if (isMap(node)) for (const { key, value } of node.items) size += sizeOf(key) + sizeOf(value);
    if (isSeq(node)) for (const item of node.items) size += sizeOf(item);
    const anchor = (node as Node | null)?.anchor;
    if (anchor !== undefined) sizes.set(anchor, size);
    return size;
  };
  const size = sizeOf(contents);
  const allowed = 0.99 - 0.89 * Math.min(1, Math.max(0, (size - 400_000) / 3_600_000));
  // An alias within its own anchor has no size at all.
  return size > 1000 && size - own > 100 && !((size - own) / size <= allowed);
}

function readUci(content: string): KernelAddress[] {
  const option = (name: string): string | undefined =>
    new RegExp(`^\\s*option\\s+${name}\\s+(?:'([^']*)'|"([^"]*)"|(\\S+))`, 'm')
      .exec(content)
      ?.slice(1)
      .find((each) => each !== undefined);
  const port = option('cn_port');
  return port === undefined
    ? []
    : [{ address: `http://127.0.0.1:${port}`, secret: option('dashboard_password') ?? '' }];
}

/** A kernel that a file of this machine names. */
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

const RANKS: readonly KernelState['kind'][] = ['answers', 'wrong_secret', 'silent'];
const byAnswer = (a: FoundKernel, b: FoundKernel): number => RANKS.indexOf(a.state.kind) - RANKS.indexOf(b.state.kind);

/**
 * Kernels that the files of `places` name, those that answer first, each address once. Of the addresses of one file
 * the first that answers stands for it.
 */
export async function findKernels(
  { network, files, machine }: SetupHost,
  places: readonly MihomoPlace[],
): Promise<FoundKernel[]> {
  const found: FoundKernel[] = [];
  for (const place of places) {
    const content = await files.readSettings(place.file).catch(() => '');
    const asked: FoundKernel[] = [];
    for (const kernel of readKernelAddresses(place, content, machine.platform, files)) {
      const state = await askKernel(network, kernel);
      asked.push({ ...kernel, host: place.host, file: place.file, state });
      if (state.kind === 'answers') break;
    }
    const best = asked.sort(byAnswer)[0];
    const known = found.some(({ address, secret }) => address === best?.address && secret === best.secret);
    if (best !== undefined && !known) found.push(best);
  }
  return found.sort(byAnswer);
}

/** Whether a kernel answers there, at an address as people write it. */
export async function askKernel(network: Network, { address, secret }: KernelAddress): Promise<KernelState> {
  const parsed = parseKernelAddress(address);
  if (parsed === undefined) return { kind: 'silent' };
  const api = openKernelApi(network, { address: parsed, secret });
  const version = await api.version(AbortSignal.timeout(ANSWER_MS));
  await api.close();
  if (version.kind === 'answer') return { kind: 'answers', version: version.value };
  return { kind: version.problem.kind === 'wrong_secret' ? 'wrong_secret' : 'silent' };
}
