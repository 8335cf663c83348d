import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAmendments } from '../../../auditor/amend/amendments.ts';
import type { TimedAmendment } from '../play/records.ts';
import type { Fields } from './fields.ts';

/** What a person said, each read as the auditor reads the file of its amendments. @throws DaysError */
export async function amendmentsIn(lines: AsyncIterable<Fields>): Promise<TimedAmendment[]> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-days-'));
  try {
    const said: TimedAmendment[] = [];
    for await (const line of lines) {
      const time = line.time('time');
      // Answers to a surplus say when they were given.
      const amendments = [{ at: time, ...line.entry() }];
      await writeFile(join(folder, 'amendments.json'), JSON.stringify({ version: 1, amendments }));
      const read = await readAmendments(folder).catch(() => undefined);
      for (const amendment of read?.list ?? line.refuse('is no amendment; docs/verdict-days.md has one of each kind'))
        said.push({ time, amendment });
    }
    return said;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
