import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { addAmendment, readAmendments } from './amendments.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-answers-'));
});

describe('amendments', () => {
  it('hold what was answered of an airport, the oldest first', async () => {
    await addAmendment(folder, { kind: 'known', airport: 'a', daily: 5, note: 'iPad', at: 1 });
    await addAmendment(folder, { kind: 'leak', airport: 'b', at: 2 });
    await addAmendment(folder, { kind: 'known', airport: 'a', share: 0.06, at: 3 });
    await addAmendment(folder, { kind: 'leak', airport: 'a', at: 4 });
    const amendments = await readAmendments(folder);
    expect(amendments.answersOf('a')).toEqual([
      { kind: 'known', daily: 5, note: 'iPad', at: 1 },
      { kind: 'known', share: 0.06, at: 3 },
      { kind: 'leak', at: 4 },
    ]);
    expect(amendments.answersOf('c')).toEqual([]);
  });

  it.each([{}, { daily: 5, share: 0.1 }, { daily: -5 }])(
    'hold no answer that is not one amount: %j',
    async (amount) => {
      const answer = { kind: 'known', airport: 'a', ...amount, at: 1 };
      await writeFile(join(folder, 'amendments.json'), JSON.stringify({ version: 1, amendments: [answer] }));
      await expect(readAmendments(folder)).rejects.toThrow('is not a list of amendments');
    },
  );

  it('hold no multiplier whose range ends before it begins', async () => {
    const reversed = { kind: 'multiplier', node: 'HK', multiplier: { low: 3, high: 2 } };
    await writeFile(join(folder, 'amendments.json'), JSON.stringify({ version: 1, amendments: [reversed] }));
    await expect(readAmendments(folder)).rejects.toThrow('is not a list of amendments');
  });
});
