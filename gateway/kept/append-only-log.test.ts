import {
  chown,
  copyFile,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type AppendOnlyLog, writeRecord } from './append-only-log.ts';
import { openAppendOnlyLog } from './open-log.ts';

const logger = createLogger('test', 'silent');
/** So small that the log is written again all the time. */
const SMALL = 400;
const NAMES = ['a.prom', 'b.prom', 'c.prom', 'd.prom'] as const;

type Step =
  | { readonly kind: 'put'; readonly name: string; readonly text: string }
  | { readonly kind: 'move'; readonly name: string; readonly to: string }
  | { readonly kind: 'drop'; readonly name: string }
  | { readonly kind: 'reopen' };

const name = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), name, text: fc.string({ maxLength: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), name, to: name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), name }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
);

/** What a step makes of the contents, by the contract. */
function follow(contents: Map<string, string>, taken: Step): void {
  if (taken.kind === 'put') contents.set(taken.name, taken.text);
  if (taken.kind === 'drop') contents.delete(taken.name);
  const moved = taken.kind === 'move' ? contents.get(taken.name) : undefined;
  if (taken.kind !== 'move' || moved === undefined) return;
  contents.delete(taken.name);
  contents.set(taken.to, moved);
}

async function take(log: AppendOnlyLog, taken: Step): Promise<void> {
  if (taken.kind === 'put') await log.put(taken.name, Buffer.from(taken.text));
  if (taken.kind === 'move') log.move(taken.name, taken.to);
  if (taken.kind === 'drop') log.drop(taken.name);
}

async function contentsOf(log: AppendOnlyLog): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const each of log.names()) contents.set(each, (await log.read(each)).toString());
  return contents;
}

/** What was said to be set aside. */
let told: string[] = [];
const open = (path: string, spareBytes?: number): Promise<AppendOnlyLog> =>
  openAppendOnlyLog(
    path,
    logger,
    (file, reason, movedTo) => void told.push(`${file} (${reason}) as ${movedTo}`),
    spareBytes,
  );
const newFolder = () => mkdtemp(join(tmpdir(), 'flowcollect-log-'));
let folder: string;
beforeEach(async () => {
  folder = await newFolder();
  told = [];
});

describe('a log of records', () => {
  it('holds what was put last under each name, through restarts and however often the log is written again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const path = await newFolder();
        let log = await open(path, SMALL);
        const expected = new Map<string, string>();
        for (const each of steps) {
          if (each.kind === 'reopen') {
            await log.close();
            log = await open(path, SMALL);
          }
          await take(log, each);
          follow(expected, each);
          expect(await contentsOf(log)).toEqual(expected);
        }
        await log.close();
        const again = await open(path, SMALL);
        expect(await contentsOf(again)).toEqual(expected);
        await again.close();
      }),
      { numRuns: 60 },
    );
  });

  it('holds what it held after one of the steps, wherever a crash cut what was being written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), fc.nat(), async (steps, cut) => {
        const path = await newFolder();
        const log = await open(path);
        const states = [new Map<string, string>()];
        for (const each of steps) {
          await take(log, each);
          const next = new Map(states.at(-1));
          follow(next, each);
          states.push(next);
        }
        await log.close();
        for (const file of await readdir(path)) {
          const { size } = await stat(join(path, file));
          await truncate(join(path, file), cut % (size + 1));
        }
        const again = await open(path);
        expect(states).toContainEqual(await contentsOf(again));
        await again.put('z.prom', Buffer.from('goes on'));
        await again.close();
        const third = await open(path);
        expect((await third.read('z.prom')).toString()).toBe('goes on');
        await third.close();
      }),
      { numRuns: 60 },
    );
  });

  it('takes no more of the disk than a few times what is current, also where one name is never put again', async () => {
    const log = await open(folder, SMALL);
    await log.put('a.prom', Buffer.from('the silent one'));
    for (let turn = 0; turn < 200; turn += 1) await log.put('b.prom', Buffer.from(`turn ${turn}`));
    await log.close();
    const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size));
    expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThan(SMALL + 200);
    const again = await open(folder, SMALL);
    expect(await contentsOf(again)).toEqual(
      new Map([
        ['a.prom', 'the silent one'],
        ['b.prom', 'turn 199'],
      ]),
    );
    await again.close();
  });

  it('writes what is put at one time together, and each is there when it resolves', async () => {
    const log = await open(folder);
    await Promise.all(NAMES.map((each) => log.put(each, Buffer.from(each))));
    const [file = ''] = await readdir(folder);
    const copy = await newFolder();
    await copyFile(join(folder, file), join(copy, file));
    const found = await open(copy);
    expect(await contentsOf(found)).toEqual(new Map(NAMES.map((each) => [each, each])));
    await found.close();
    await log.close();
  });
});

describe('a disk that refuses', () => {
  it('is told to who puts, not written to unseen, and used again once it takes something', async () => {
    const log = await open(folder);
    await log.put('a.prom', Buffer.from('1'));
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file where the folder was');
    await expect(log.put('b.prom', Buffer.from('2'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    log.move('a.prom', 'c.prom');
    expect(log.names()).toEqual(['c.prom']);
    await rm(folder);
    await mkdir(folder);
    await log.put('b.prom', Buffer.from('3'));
    await log.close();
    const again = await open(folder);
    expect(await contentsOf(again)).toEqual(
      new Map([
        ['c.prom', '1'],
        ['b.prom', '3'],
      ]),
    );
    await again.close();
  });

  it('has what a name had before, where the log could not be written again', async () => {
    const log = await open(folder);
    await log.put('a.prom', Buffer.from('1'));
    await rm(join(folder, '0000000001.log'));
    const inTheWay = join(folder, '0000000002.log.tmp');
    await mkdir(inTheWay);
    await expect(log.put('a.prom', Buffer.from('2'))).rejects.toMatchObject({ code: 'EISDIR' });
    log.move('a.prom', 'b.prom');
    expect((await log.read('b.prom')).toString()).toBe('1');
    await rm(inTheWay, { recursive: true });
    await log.put('a.prom', Buffer.from('3'));
    await log.close();
    const again = await open(folder);
    expect(await contentsOf(again)).toEqual(
      new Map([
        ['b.prom', '1'],
        ['a.prom', '3'],
      ]),
    );
    await again.close();
  });
});

it('sets a folder in its place aside, with what is in it, and takes pushes', async () => {
  const path = await newFolder();
  await mkdir(join(path, '0000000001.log'));
  await writeFile(join(path, '0000000001.log', 'note.txt'), 'kept');
  const log = await open(path);
  await log.put('a.prom', Buffer.from('1'));
  await log.close();
  expect(await contentsOf(await open(path))).toEqual(new Map([['a.prom', '1']]));
  const aside = (await readdir(path)).find((each) => each.includes('.corrupt-')) ?? '';
  expect(await readdir(join(path, aside))).toEqual(['note.txt']);
});

it('is not led elsewhere by links, which root does not follow, and belongs to whom the folder belongs', async () => {
  const isRoot = process.getuid?.() === 0;
  const { uid } = isRoot ? { uid: 12_345 } : await stat(folder);
  const victim = join(await newFolder(), 'victim');
  await writeFile(victim, 'precious');
  const path = join(folder, 'gateway', 'pushes');
  await mkdir(path, { recursive: true });
  await symlink(victim, join(path, '0000000001.log.tmp'));
  for (const each of [join(folder, 'gateway'), path]) await chown(each, uid, isRoot ? uid : (await stat(each)).gid);
  const log = await open(path, SMALL);
  for (let turn = 0; turn < 50; turn += 1) await log.put('a.prom', Buffer.from(`turn ${turn}`));
  await log.close();
  expect(await readFile(victim, 'utf8')).toBe('precious');
  const [file = ''] = await readdir(path);
  expect((await stat(join(path, file))).uid).toBe(uid);

  if (!isRoot) return;
  await rm(join(path, file));
  await symlink(victim, join(path, file));
  await lchown(join(path, file), uid, uid);
  await expect(open(path)).rejects.toMatchObject({ code: 'ELOOP' });
});

describe('damage in the middle of a log', () => {
  it('costs the damaged record alone, which is set aside and said, also where its content reads like a record', async () => {
    const log = await open(folder);
    const trap = writeRecord({ kind: 'drop', name: 'a.prom' }).bytes;
    await log.put('a.prom', Buffer.from('one'));
    await log.put('b.prom', Buffer.concat([Buffer.from('two\n'), trap]));
    await log.put('c.prom', Buffer.from('three'));
    await log.close();
    const path = join(folder, '0000000001.log');
    const bytes = await readFile(path);
    bytes.write('X', bytes.indexOf('two'));
    await writeFile(path, bytes);
    const again = await open(folder);
    expect(await contentsOf(again)).toEqual(
      new Map([
        ['a.prom', 'one'],
        ['c.prom', 'three'],
      ]),
    );
    const aside = (await readdir(folder)).find((each) => each.includes('.corrupt-')) ?? '';
    expect((await readFile(join(folder, aside), 'utf8')).startsWith('put b.prom')).toBe(true);
    expect(told).toEqual([`${path} (some of its records are damaged) as ${join(folder, aside)}`]);
    // It is written again without the damage, which is therefore told once.
    await again.put('b.prom', Buffer.from('four'));
    await again.close();
    await (await open(folder)).close();
    expect(told).toHaveLength(1);
  });
});
