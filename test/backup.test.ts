import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VERSION } from '../core/version.ts';
import { restoreBackup, writeBackup } from '../setup/backup.ts';
import { prometheusSpec } from '../stack/programs.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';

let parts: RealParts;
beforeAll(async () => {
  parts = await createRealParts();
});
afterAll(() => parts.close());

/** A machine may be busy with other tests. */
const PATIENT = { timeout: 40_000, interval: 200 };

const Answer = z.object({ data: z.object({ result: z.array(z.object({ values: z.array(z.unknown()) })) }) });

async function runPrometheus(folder: string, port: number) {
  const configFile = join(parts.folder, 'prometheus.yml');
  const self = { job_name: 'self', scrape_interval: '1s', static_configs: [{ targets: [`127.0.0.1:${port}`] }] };
  await writeFile(configFile, JSON.stringify({ scrape_configs: [self] }));
  const logFile = join(parts.folder, 'prometheus.log');
  return parts.start(prometheusSpec({ binaries: parts.binaries, port, folder, logFile, configFile }));
}

/** Every sample of `up` until a time, in seconds. */
async function samples(port: number, until: number): Promise<unknown[]> {
  const query = new URLSearchParams({ query: 'up[5m]', time: String(until) });
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?${query}`);
  return Answer.parse(await answer.json()).data.result.flatMap(({ values }) => values);
}

/** An archive with a manifest as anybody may write one, and what else tar is told to pack. */
async function archiveOf(manifest: object, members: readonly (readonly string[])[] = []): Promise<string> {
  const folder = await mkdtemp(join(parts.folder, 'made-'));
  await writeFile(join(folder, 'flowcollect-backup.json'), JSON.stringify(manifest));
  const archive = join(folder, 'made.tar.gz');
  await promisify(execFile)('tar', ['-czPf', archive, '-C', folder, 'flowcollect-backup.json', ...members.flat()]);
  return archive;
}

describe('a backup', () => {
  it('brings back a real Prometheus with every sample, and settings for their owner alone', async () => {
    const [port, folder] = [await freePort(), join(parts.folder, 'storage')];
    const settings = join(parts.folder, 'ServerSetting.ini');
    await writeFile(settings, '[server]\nServerToken = hush\n', { mode: 0o600 });
    const before = await runPrometheus(folder, port);
    await expect.poll(async () => (await samples(port, Date.now() / 1000)).length, PATIENT).toBeGreaterThanOrEqual(2);
    const until = Math.floor(Date.now() / 1000);
    const known = await samples(port, until);
    await before.stop();

    const archive = join(parts.folder, 'backup.tar.gz');
    await writeBackup(archive, [settings, folder], '1.0.0');
    expect((await stat(archive)).mode & 0o077).toBe(0);
    await rm(folder, { recursive: true });
    await rm(settings);
    await restoreBackup(archive, { into: '/', replace: false });

    expect(await readFile(settings, 'utf8')).toBe('[server]\nServerToken = hush\n');
    expect((await stat(settings)).mode & 0o777).toBe(0o600);
    const after = await runPrometheus(folder, port);
    expect(known.length).toBeGreaterThanOrEqual(1);
    expect(await samples(port, until)).toEqual(known);
    await after.stop();
  }, 90_000);

  it('takes a log that grows meanwhile as far as it was', async () => {
    const logs = join(parts.folder, 'logs');
    await mkdir(logs);
    const log = await open(join(logs, 'one.log'), 'w');
    await log.truncate(2 ** 27);
    let grown = 0;
    const growing = setInterval(() => {
      grown += 1;
      void log.write('x', 2 ** 27 + grown);
    }, 1);
    const archive = join(parts.folder, 'logs.tar.gz');
    try {
      await writeBackup(archive, [logs], '1.0.0');
    } finally {
      clearInterval(growing);
      await log.close();
    }
    expect(grown).toBeGreaterThan(0);
    await rm(logs, { recursive: true });
    await restoreBackup(archive, { into: '/', replace: false });
    expect((await stat(join(logs, 'one.log'))).size).toBeGreaterThanOrEqual(2 ** 27);
    await rm(logs, { recursive: true });
  }, 60_000);

  it('never writes over what is there, unless it may put it aside', async () => {
    const data = join(parts.folder, 'data');
    await mkdir(data);
    await writeFile(join(data, 'kept'), 'old');
    const archive = join(parts.folder, 'small.tar.gz');
    await writeBackup(archive, [data], '1.0.0');
    await writeFile(join(data, 'kept'), 'new');

    await expect(restoreBackup(archive, { into: '/', replace: false })).rejects.toThrow(`${data} exists`);
    expect(await readFile(join(data, 'kept'), 'utf8')).toBe('new');
    expect(await restoreBackup(archive, { into: '/', replace: true })).toEqual([data]);
    expect(await readFile(join(data, 'kept'), 'utf8')).toBe('old');
    expect(await readFile(join(`${data}.before-restore`, 'kept'), 'utf8')).toBe('new');
    await expect(restoreBackup(archive, { into: '/', replace: true })).rejects.toThrow('left of an earlier restore');
  });

  it('leaves what is there as it is when it was cut short, cannot be written whole, or is of a later version', async () => {
    const data = join(parts.folder, 'whole');
    await mkdir(join(data, 'sub'), { recursive: true });
    await writeFile(join(data, 'kept'), randomBytes(100_000));
    const archive = join(parts.folder, 'whole.tar.gz');
    await writeBackup(archive, [data], VERSION);
    await writeFile(join(data, 'kept'), 'new');
    const untouched = async (): Promise<void> => {
      expect(await readFile(join(data, 'kept'), 'utf8')).toBe('new');
      expect(
        (await readdir(parts.folder)).filter((name) => name.includes('before-restore') && name.includes('whole')),
      ).toEqual([]);
    };

    const cut = join(parts.folder, 'cut.tar.gz');
    await writeFile(cut, (await readFile(archive)).subarray(0, 50_000));
    await expect(restoreBackup(cut, { into: '/', replace: true })).rejects.toThrow('is not a whole backup');
    await untouched();

    const lacking = await archiveOf({ version: VERSION, paths: [data.slice(1), 'no/such/member'] });
    await expect(restoreBackup(lacking, { into: '/', replace: true })).rejects.toThrow('tar failed');
    await untouched();

    await writeBackup(archive, [data], '99.0.0');
    const later = restoreBackup(archive, { into: '/', replace: true });
    await expect(later).rejects.toThrow('made by the later version 99.0.0; install that first');
    await untouched();
  });

  it('of somebody else runs nothing, and leads out of no folder', async () => {
    const into = join(parts.folder, 'into');
    const mark = join(parts.folder, 'ran');
    for (const path of [`--to-command=touch ${mark}`, `--checkpoint-action=exec=touch ${mark}`, '-I touch']) {
      const hostile = await archiveOf({ version: VERSION, paths: ['--checkpoint=1', path] });
      await expect(restoreBackup(hostile, { into, replace: false })).rejects.toThrow('tar failed');
    }
    for (const path of ['../out', 'a/../../out', '/etc/passwd', '..']) {
      const hostile = await archiveOf({ version: VERSION, paths: [path] });
      await expect(restoreBackup(hostile, { into, replace: false })).rejects.toThrow('is not a whole backup');
    }
    // A link that leads out, and a file that would go through it.
    const links = join(parts.folder, 'links');
    await mkdir(join(links, 'first'), { recursive: true });
    await mkdir(join(links, 'second', 'data', 'link'), { recursive: true });
    await mkdir(join(links, 'first', 'data'));
    await symlink(parts.folder, join(links, 'first', 'data', 'link'));
    await writeFile(join(links, 'second', 'data', 'link', 'ran'), '');
    const hostile = await archiveOf({ version: VERSION, paths: ['data'] }, [
      ['-C', join(links, 'first'), 'data'],
      ['-C', join(links, 'second'), 'data/link/ran'],
    ]);
    await restoreBackup(hostile, { into, replace: false }).catch(() => undefined);
    await expect(stat(mark)).rejects.toThrow('ENOENT');
  });

  it('is told from other files', async () => {
    const file = join(parts.folder, 'other.tar.gz');
    await writeFile(file, 'not an archive');
    await expect(restoreBackup(file, { into: parts.folder, replace: false })).rejects.toThrow(
      'other.tar.gz is not a whole backup of FlowCollect',
    );
  });
});
