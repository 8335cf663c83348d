import * as z from 'zod/mini';
import type { InterfaceBytes, Interfaces, SystemInterfaces } from './host.ts';

/** What reading interfaces is made of. All throw the system's errors. */
export interface InterfaceSources {
  /** As Node names it, such as `linux`. */
  readonly platform: string;
  read(path: string): Promise<string>;
  list(folder: string): Promise<string[]>;
  /** What a program prints. */
  run(program: string, args: readonly string[], timeout: number): Promise<string>;
}

/** How this system's interfaces are read; undefined where that is not known. */
export function createInterfaces(system: InterfaceSources): Interfaces | undefined {
  switch (system.platform) {
    case 'linux':
    case 'android':
      return { read: () => readLinuxInterfaces(system), readEvery: 10_000 };
    case 'win32':
      // Starting PowerShell costs more than reading a file.
      return { read: () => readWindowsInterfaces(system), readEvery: 60_000 };
    default:
      return undefined;
  }
}

/**
 * Linux and Android: `/proc/net/dev`, or `/sys/class/net` where that is not to be read.
 *
 * @param root the root of the file system, with a slash at its end; another one in tests
 * @throws the system's error when neither can be read
 */
export async function readLinuxInterfaces(system: InterfaceSources, root = '/'): Promise<SystemInterfaces> {
  const boot = (await readOr(system, `${root}proc/sys/kernel/random/boot_id`)).trim();
  const bytes = await readCounters(system, root);
  const counters = new Map<string, { bytes: InterfaceBytes; life: string }>();
  for (const [name, each] of bytes) {
    const index = (await readOr(system, `${root}sys/class/net/${name}/ifindex`)).trim();
    counters.set(name, { bytes: each, life: `${boot} ${index}`.trim() });
  }
  return { counters, defaultRoutes: parseDefaultRoutes(await readOr(system, `${root}proc/net/route`)) };
}

async function readCounters(system: InterfaceSources, root: string): Promise<Map<string, InterfaceBytes>> {
  const text = await readOr(system, `${root}proc/net/dev`);
  if (text !== '') return parseNetDev(text);
  const folder = `${root}sys/class/net`;
  const counters = new Map<string, InterfaceBytes>();
  for (const name of await system.list(folder)) {
    const count = async (file: string): Promise<number> =>
      Number(await system.read(`${folder}/${name}/statistics/${file}`));
    counters.set(name, { upload: await count('tx_bytes'), download: await count('rx_bytes') });
  }
  return counters;
}

/** What a file holds; nothing where it is missing or, as some files on Android, forbidden. */
async function readOr(system: InterfaceSources, path: string): Promise<string> {
  try {
    return await system.read(path);
  } catch {
    return '';
  }
}

/** `/proc/net/dev`: two lines of headings, then `name: received-bytes (7 more) sent-bytes …` (proc(5)). */
function parseNetDev(text: string): Map<string, InterfaceBytes> {
  const counters = new Map<string, InterfaceBytes>();
  for (const line of text.split('\n').slice(2)) {
    const [, name, rest = ''] = /^\s*(\S+):\s*(.*)$/.exec(line) ?? [];
    const fields = rest.trim().split(/\s+/).map(Number);
    const [download, upload] = [fields[0], fields[8]];
    if (name === undefined || !Number.isSafeInteger(upload) || !Number.isSafeInteger(download)) continue;
    counters.set(name, { upload: upload ?? 0, download: download ?? 0 });
  }
  return counters;
}

/** `/proc/net/route`: name, destination, gateway, flags, two counts, metric, mask, … in hexadecimal but for the metric. */
function parseDefaultRoutes(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]))
    .flatMap(([name]) => name ?? []);
}

const TIMEOUT_MS = 20_000;

/** PowerShell's own cmdlets, so that no native module is needed; names may be Chinese. */
const SCRIPT = [
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
  '$counters = @(Get-NetAdapterStatistics | Select-Object Name, ReceivedBytes, SentBytes)',
  "$routes = @(Get-NetRoute -DestinationPrefix '0.0.0.0/0' -ErrorAction SilentlyContinue" +
    ' | Sort-Object { $_.RouteMetric + $_.InterfaceMetric } | ForEach-Object { $_.InterfaceAlias })',
  'ConvertTo-Json -Compress -Depth 3 @{ counters = $counters; routes = $routes }',
].join('; ');

const count = z.int().check(z.minimum(0));
const Answer = z.object({
  counters: z.array(z.object({ Name: z.string(), ReceivedBytes: count, SentBytes: count })),
  routes: z.array(z.string()),
});

/** @throws an error when PowerShell is missing or answers something else */
async function readWindowsInterfaces({ run }: InterfaceSources): Promise<SystemInterfaces> {
  return parseWindowsInterfaces(
    await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', SCRIPT], TIMEOUT_MS),
  );
}

/** @throws ZodError or SyntaxError when the text is not what the script prints */
export function parseWindowsInterfaces(text: string): SystemInterfaces {
  const { counters, routes } = Answer.parse(JSON.parse(text));
  return {
    counters: new Map(
      counters.map(({ Name, ReceivedBytes, SentBytes }) => [
        Name,
        // Windows does not number creations of an adapter; a re-created one begins at 0, which shows as a fall.
        { bytes: { upload: SentBytes, download: ReceivedBytes }, life: '' },
      ]),
    ),
    defaultRoutes: routes,
  };
}
