import { copyFile, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { openRecordLog, type RecordLog } from './append-only-log.ts';

const options = { logger: createLogger('test', 'silent'), single: /^[a-z]\.prom$/ };
/** So small that logs are left behind, emptied and removed all the time. */
const small = { ...options, logBytes: 100, spareBytes: 400 };
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

async function take(log: RecordLog, taken: Step): Promise<void> {
  if (taken.kind === 'put') await log.put(taken.name, Buffer.from(taken.text));
  if (taken.kind === 'move') log.move(taken.name, taken.to);
  if (taken.kind === 'drop') log.drop(taken.name);
}

async function contentsOf(log: RecordLog): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const each of log.names()) contents.set(each, (await log.read(each)).toString());
  return contents;
}

const newFolder = () => mkdtemp(join(tmpdir(), 'flowcollect-log-'));
let folder: string;
beforeEach(async () => {
  folder = await newFolder();
});

describe('a log of records', () => {
  it('holds what was put last under each name, through restarts and however often logs are emptied', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const path = await newFolder();
        let log = await openRecordLog(path, small);
        const expected = new Map<string, string>();
        for (const each of steps) {
          if (each.kind === 'reopen') {
            await log.close();
            log = await openRecordLog(path, small);
          }
          await take(log, each);
          follow(expected, each);
          expect(await contentsOf(log)).toEqual(expected);
        }
        await log.close();
        const again = await openRecordLog(path, small);
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
        const log = await openRecordLog(path, options);
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
        const again = await openRecordLog(path, options);
        expect(states).toContainEqual(await contentsOf(again));
        await again.put('z.prom', Buffer.from('goes on'));
        await again.close();
        const third = await openRecordLog(path, options);
        expect((await third.read('z.prom')).toString()).toBe('goes on');
        await third.close();
      }),
      { numRuns: 60 },
    );
  });

  it('takes no more of the disk than a few times what is current, also where one name is never put again', async () => {
    const log = await openRecordLog(folder, small);
    await log.put('a.prom', Buffer.from('the silent one'));
    for (let turn = 0; turn < 200; turn += 1) await log.put('b.prom', Buffer.from(`turn ${turn}`));
    await log.close();
    const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size));
    expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThan(small.spareBytes + 2 * small.logBytes);
    const again = await openRecordLog(folder, small);
    expect(await contentsOf(again)).toEqual(
      new Map([
        ['a.prom', 'the silent one'],
        ['b.prom', 'turn 199'],
      ]),
    );
    await again.close();
  });

  it('writes what is put at one time together, and each is there when it resolves', async () => {
    const log = await openRecordLog(folder, options);
    await Promise.all(NAMES.map((each) => log.put(each, Buffer.from(each))));
    const [file = ''] = await readdir(folder);
    const copy = await newFolder();
    await copyFile(join(folder, file), join(copy, file));
    const found = await openRecordLog(copy, options);
    expect(await contentsOf(found)).toEqual(new Map(NAMES.map((each) => [each, each])));
    await found.close();
    await log.close();
  });

  it('goes on from files that hold one content each, and removes them once they are out of date', async () => {
    await writeFile(join(folder, 'a.prom'), 'old a');
    await writeFile(join(folder, 'b.prom'), 'old b');
    await writeFile(join(folder, 'half.tmp'), 'not one of them');
    const log = await openRecordLog(folder, small);
    expect(await contentsOf(log)).toEqual(
      new Map([
        ['a.prom', 'old a'],
        ['b.prom', 'old b'],
      ]),
    );
    for (let turn = 0; turn < 100; turn += 1) await log.put('a.prom', Buffer.from(`turn ${turn}`));
    await log.close();
    expect(await readdir(folder)).not.toContain('a.prom');
    const again = await openRecordLog(folder, small);
    expect(await contentsOf(again)).toEqual(
      new Map([
        ['b.prom', 'old b'],
        ['a.prom', 'turn 99'],
      ]),
    );
    await again.close();
  });
});

describe('a disk that refuses', () => {
  it('is told to who puts, not written to unseen, and used again once it takes something', async () => {
    const log = await openRecordLog(folder, options);
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
    const again = await openRecordLog(folder, options);
    expect(await contentsOf(again)).toEqual(new Map([['b.prom', '3']]));
    await again.close();
  });

  it('has what a name had before, where the next could not be put', async () => {
    const log = await openRecordLog(folder, { ...options, logBytes: 1 });
    await log.put('a.prom', Buffer.from('1'));
    // The next log has this name already.
    await writeFile(join(folder, '0000000002.log'), '');
    await expect(log.put('a.prom', Buffer.from('2'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect((await log.read('a.prom')).toString()).toBe('1');
    await log.put('a.prom', Buffer.from('3'));
    await log.close();
    const again = await openRecordLog(folder, options);
    expect((await again.read('a.prom')).toString()).toBe('3');
    await again.close();
  });
});
