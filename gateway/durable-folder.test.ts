import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSharedRun, openDurableFolder } from './durable-folder.ts';

describe('a durable folder', () => {
  it('replaces, renames and removes files', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'flowcollect-folder-')), 'new');
    const folder = await openDurableFolder(path);
    await Promise.all(['a', 'b', 'c'].map((name) => folder.replace(name, Buffer.from(`${name} 香港`))));
    await folder.replace('a', Buffer.from('again'));
    await folder.rename('b', 'd');
    await folder.remove('c');
    await folder.remove('never there');
    expect((await readdir(path)).sort()).toEqual(['a', 'd']);
    expect([await readFile(join(path, 'a'), 'utf8'), await readFile(join(path, 'd'), 'utf8')]).toEqual([
      'again',
      'b 香港',
    ]);
    await folder.close();
  });

  it('says so when the disk refuses', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'flowcollect-folder-')), 'new');
    const folder = await openDurableFolder(path);
    await rm(path, { recursive: true });
    await writeFile(path, 'a file where the folder was');
    await expect(folder.replace('a', Buffer.from('1'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await folder.close();
  });
});

describe('a shared run', () => {
  it('serves each call by a run that began after it, and runs no two at once', async () => {
    let runs = 0;
    let end = (): void => {};
    const run = createSharedRun(async () => {
      runs += 1;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    const started = async (count: number): Promise<void> => {
      while (runs < count) await new Promise(setImmediate);
    };
    const first = run();
    await started(1);
    const [second, third] = [run(), run()];
    await new Promise(setImmediate);
    expect(runs).toBe(1);
    end();
    await first;
    await started(2);
    end();
    await Promise.all([second, third]);
    expect(runs).toBe(2);
  });

  it('runs again after a failure, which only its callers learn of', async () => {
    let fail = true;
    const run = createSharedRun(async () => {
      if (fail) throw new Error('no');
    });
    await expect(run()).rejects.toThrow('no');
    fail = false;
    await run();
  });
});
