import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Text } from '../core/language.ts';
import { createLogger } from '../runtime/logger.ts';
import { nodeFiles } from './host/node-files.ts';
import { openLineFile, plainLogLine } from './log-sink.ts';

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
  openLineFile(nodeFiles, path, (problem) => problems.push(problem), 20).append('first line');
  const file = openLineFile(nodeFiles, path, (problem) => problems.push(problem), 20);
  file.append('second line');
  file.append('third');
  expect(await readFile(`${path}.1`, 'utf8')).toBe('first line\n');
  expect(await readFile(path, 'utf8')).toBe('second line\nthird\n');
  expect((await readdir(join(folder, 'deep'))).sort()).toEqual(['flow.log', 'flow.log.1']);
  expect(problems).toEqual([]);
});

it('says once that it cannot write, and goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-lines-'));
  await writeFile(join(folder, 'file'), '');
  const problems: Text[] = [];
  const file = openLineFile(nodeFiles, join(folder, 'file', 'flow.log'), (problem) => problems.push(problem));
  file.append('a');
  file.append('b');
  expect(problems).toHaveLength(1);
  expect(problems[0]?.en).toMatch(
    /flow\.log cannot be written \(E\w+\); free the disk or move \[client\] LocalLogFile/,
  );
});
