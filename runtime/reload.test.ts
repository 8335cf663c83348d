import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from './logger.ts';
import type { Apply, Reload } from './reload.ts';
import { openReload } from './settings-file.ts';

let folder: string;
let path: string;
let lines: string[];
let opened: Reload<string>;
/** What was applied, as `next over running`. */
let applied: string[];
/** Called by each apply. */
let work: Apply<string>;
let askAgain: (() => void) | undefined;

const open = async (at = path): Promise<void> => {
  opened = await openReload({
    name: 'settings',
    paths: [at],
    load: () => readFile(at, 'utf8'),
    parse(text) {
      if (text.startsWith('bad')) throw new Error(`${text} cannot be used`);
      return text;
    },
    logger: createLogger('test', 'info', { write: (line: string) => void lines.push(line) }),
  });
  opened.follow(
    async (next) => {
      applied.push(`${next} over ${opened.current()}`);
      await work(next);
    },
    (again) => {
      askAgain = again;
      return () => {
        askAgain = undefined;
      };
    },
  );
};
const until = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 10_000 });
const failures = (): number => lines.filter((line) => line.includes('kept as they were')).length;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-reload-'));
  path = join(folder, 'a.ini');
  [lines, applied, work] = [[], [], async () => {}];
  await writeFile(path, 'one');
});
afterEach(() => opened.close());

describe('what runs', () => {
  it('is what was applied last, not what was written last', async () => {
    work = async (next) => {
      if (next.startsWith('taken')) throw new Error('the port is taken');
    };
    await open();
    const began = opened.last().succeededAt;
    for (const [index, text] of ['taken 1', 'bad', 'taken 2'].entries()) {
      await writeFile(path, text);
      await until(() => expect(failures()).toBe(index + 1));
      expect([opened.current(), opened.last()]).toEqual(['one', { successful: false, succeededAt: began }]);
    }
    await writeFile(path, 'two');
    await until(() => expect(opened.current()).toBe('two'));
    const goingBack = 'one over one';
    expect(applied).toEqual(['taken 1 over one', goingBack, 'taken 2 over one', goingBack, 'two over one']);
    expect(opened.last().successful).toBe(true);
    expect(opened.last().succeededAt).toBeGreaterThan(began);
  });

  it('is tried again at every save, also of the same text, and when somebody asks for it', async () => {
    let isTaken = true;
    work = async () => {
      if (isTaken) throw new Error('the port is taken');
    };
    await open();
    await writeFile(path, 'two');
    await until(() => expect(failures()).toBe(1));
    await writeFile(path, 'two');
    await until(() => expect(failures()).toBe(2));
    isTaken = false;
    askAgain?.();
    await until(() => expect(opened.current()).toBe('two'));
    await writeFile(path, 'two');
    const twice = ['two over one', 'one over one', 'two over one', 'one over one'];
    await until(() => expect(applied).toEqual([...twice, 'two over one', 'two over two']));
    expect(lines.filter((line) => line.includes('could not be put into use again'))).toHaveLength(2);
    await opened.close();
    expect(askAgain).toBeUndefined();
  });

  it('changes by one edit after the other, however long one takes', async () => {
    let goOn = (): void => {};
    work = (next) =>
      next === 'two'
        ? new Promise((resolve) => {
            goOn = resolve;
          })
        : Promise.resolve();
    await open();
    await writeFile(path, 'two');
    await until(() => expect(applied).toHaveLength(1));
    await writeFile(path, 'three');
    expect(opened.current()).toBe('one');
    goOn();
    await until(() => expect(opened.current()).toBe('three'));
    expect(applied).toEqual(['two over one', 'three over two']);
  });
});

describe.skipIf(process.platform === 'win32')('a file is followed', () => {
  it('that a link leads to, and when the link leads elsewhere', async () => {
    const link = join(folder, 'link.ini');
    await symlink(path, link);
    await open(link);
    await writeFile(path, 'two');
    await until(() => expect(opened.current()).toBe('two'));
    await writeFile(join(folder, 'b.ini'), 'three');
    await symlink(join(folder, 'b.ini'), `${link}.new`);
    await rename(`${link}.new`, link);
    await until(() => expect(opened.current()).toBe('three'));
    await writeFile(join(folder, 'b.ini'), 'four');
    await until(() => expect(opened.current()).toBe('four'));
  });

  it('of a Kubernetes volume, whose ..data is swapped', async () => {
    const version = async (name: string, text: string): Promise<void> => {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'k.ini'), text);
      await symlink(name, join(folder, '..new'));
      await rename(join(folder, '..new'), join(folder, '..data'));
    };
    await version('..1', 'one');
    await symlink('..data/k.ini', join(folder, 'k.ini'));
    await open(join(folder, 'k.ini'));
    await version('..2', 'two');
    await rm(join(folder, '..1'), { recursive: true });
    await until(() => expect(opened.current()).toBe('two'));
    await version('..3', 'three');
    await until(() => expect(opened.current()).toBe('three'));
  });

  it('whose folder is removed and made again, and says once that it cannot be read', async () => {
    const inFolder = join(folder, 'sub', 'a.ini');
    await mkdir(dirname(inFolder));
    await writeFile(inFolder, 'one');
    await open(inFolder);
    await rm(dirname(inFolder), { recursive: true });
    await until(() => expect(lines.join('')).toContain('a file cannot be read; looking again until it can be'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([failures(), opened.current(), opened.last().successful]).toEqual([1, 'one', false]);
    await mkdir(dirname(inFolder));
    await writeFile(inFolder, 'one');
    await until(() => expect(opened.last().successful).toBe(true));
    await writeFile(inFolder, 'two');
    await until(() => expect(opened.current()).toBe('two'));
  });

  it('that an editor replaces', async () => {
    await open();
    await writeFile(`${path}.new`, 'two');
    await rename(`${path}.new`, path);
    await until(() => expect(opened.current()).toBe('two'));
  });
});

it('is read again although nobody saves it, where it could not be read', async () => {
  let isOutOfFiles = false;
  opened = await openReload({
    name: 'settings',
    paths: [path],
    async load() {
      if (isOutOfFiles) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
      return readFile(path, 'utf8');
    },
    parse: (raw) => raw,
    logger: createLogger('test', 'info', { write: (line: string) => void lines.push(line) }),
  });
  opened.follow(async () => {});
  isOutOfFiles = true;
  await writeFile(path, 'two');
  await until(() => expect(failures()).toBe(1));
  isOutOfFiles = false;
  await until(() => expect(opened.current()).toBe('two'));
});
