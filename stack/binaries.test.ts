import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BinariesError, ensureBinaries } from './binaries.ts';

const run = promisify(execFile);
const cacheFolder = fileURLToPath(new URL('../.cache', import.meta.url));
const searchPath = process.env.PATH;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binaries-'));
});
afterEach(async () => {
  process.env.PATH = searchPath;
});

it('finds programs that run', async () => {
  const { prometheus, promtool, pushgateway, alertmanager } = await ensureBinaries({ cacheFolder });
  for (const program of [prometheus, promtool, pushgateway, alertmanager]) {
    const { stdout, stderr } = await run(program, ['--version']);
    expect(stdout + stderr).toMatch(/version \d+\.\d+/);
  }
});

it('says how to get them where they are neither installed nor to be unpacked, and leaves nothing behind', async () => {
  process.env.PATH = folder;
  const attempt = ensureBinaries({ cacheFolder: folder });
  await expect(attempt).rejects.toThrow(BinariesError);
  await expect(attempt).rejects.toThrow(/prometheus, promtool.*not on PATH.*not Debian.*docker compose up/);
  expect(await readdir(folder)).toEqual([]);
});

describe('on a Debian without package lists', () => {
  /** A PATH with nothing but stand-ins for apt-get and dpkg-deb. */
  async function standIns(aptGet: string): Promise<string> {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    const script = (text: string): string => `#!/bin/sh\nPATH=${searchPath}\n${text}\n`;
    await writeFile(join(bin, 'apt-get'), script(aptGet), { mode: 0o755 });
    const programs = 'prometheus promtool prometheus-pushgateway prometheus-alertmanager';
    const unpack = `mkdir -p "$3/usr/bin"; for each in ${programs}; do
      printf '#!/bin/sh\\necho version 1.0 /usr/share/prometheus/alertmanager\\n' > "$3/usr/bin/$each"; chmod +x "$3/usr/bin/$each"
    done`;
    await writeFile(join(bin, 'dpkg-deb'), script(unpack), { mode: 0o755 });
    process.env.PATH = bin;
    return join(folder, 'cache');
  }
  const log = (): string => join(folder, 'apt.log');

  it('says that it is offline where nothing can be fetched', async () => {
    const cache = await standIns(
      `case "$*" in *update*) echo "W: Failed to fetch http://deb.debian.org/  Temporary failure resolving 'deb.debian.org'" >&2;;
       *) echo "E: Unable to locate package" >&2; exit 100;; esac`,
    );
    const attempt = ensureBinaries({ cacheFolder: cache });
    await expect(attempt).rejects.toThrow(
      /is this machine offline\? \(W: .*resolving 'deb.debian.org'\).*docker compose up/,
    );
    expect(await readdir(cache)).toEqual([]);
  });

  it('fetches lists into a folder of its own, once, and leaves only the programs', async () => {
    const cache = await standIns(
      `echo "$@" >> ${log()}; case "$*" in *Dir::State=*) ;; *) echo "E: Unable to locate package" >&2; exit 100;; esac
       case "$*" in *download*) touch a.deb;; esac`,
    );
    const found = await Promise.all([1, 2].map(() => ensureBinaries({ cacheFolder: cache })));
    expect(found[0]).toEqual(found[1]);
    expect(await readdir(cache)).toEqual(['debian']);
    const calls = await readFile(log(), 'utf8');
    expect(calls).toMatch(/^update .*Dir::State=\S*cache/m);
    const told: string[] = [];
    await ensureBinaries({ cacheFolder: cache, onUnpack: () => told.push('unpacking') });
    expect([await readFile(log(), 'utf8'), told]).toEqual([calls, []]);
  });

  it('lets Alertmanager find its template among the unpacked files', async () => {
    const cache = await standIns('touch a.deb');
    const told: string[] = [];
    const { alertmanager } = await ensureBinaries({ cacheFolder: cache, onUnpack: () => told.push('unpacking') });
    expect(told).toEqual(['unpacking']);
    process.env.PATH = searchPath;
    expect((await run(alertmanager, [])).stdout).toContain(' usr/share/prometheus//alertmanager');
  });
});
