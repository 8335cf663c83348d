import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Text } from '../../core/language.ts';
import { createLogger } from '../../runtime/logger.ts';
import { nodeFiles } from '../host/node-files.ts';
import { createLineLog, plainLogLine } from './log-lines.ts';

it('makes a readable line of a log entry, redacted as it came', () => {
  const lines: string[] = [];
  const logger = createLogger('exporter', 'info', { write: (line: string) => void lines.push(plainLogLine(line)) });
  logger.warn({ token: 'hidden', node: '香港 01' }, 'static message');
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z WARN static message token="\[redacted\]" node="香港 01"$/);
});

it('appends to a file across openings and begins it anew when it is large', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-lines-'));
  const path = join(folder, 'deep', 'flow.log');
  const problems: Text[] = [];
  const open = () =>
    createLineLog(
      nodeFiles,
      () => path,
      (problem) => problems.push(problem),
      20,
    );
  open()('first line');
  const append = open();
  append('second line');
  append('third');
  expect(await readFile(`${path}.1`, 'utf8')).toBe('first line\n');
  expect(await readFile(path, 'utf8')).toBe('second line\nthird\n');
  expect((await readdir(join(folder, 'deep'))).sort()).toEqual(['flow.log', 'flow.log.1']);
  expect(problems).toEqual([]);
});

it('says once that it cannot write, and goes on where the settings say', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-lines-'));
  await writeFile(join(folder, 'file'), '');
  const problems: Text[] = [];
  let path: string | undefined = join(folder, 'file', 'flow.log');
  const append = createLineLog(
    nodeFiles,
    () => path,
    (problem) => problems.push(problem),
  );
  append('a');
  append('b');
  expect(problems).toHaveLength(1);
  path = undefined;
  append('c');
  path = join(folder, 'flow.log');
  append('d');
  expect(await readFile(path, 'utf8')).toBe('d\n');
  expect(problems).toHaveLength(1);
  expect(problems[0]?.en).toMatch(
    /flow\.log cannot be written \(E\w+\); free the disk or move \[client\] LocalLogFile/,
  );
});
