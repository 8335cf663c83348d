import { lchown, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Text } from '../../core/language.ts';
import { createLogger } from '../../runtime/logger.ts';
import { nodeFiles } from '../host/node-system.ts';
import { createLineLog, plainLogLine } from './log-lines.ts';

it('makes a readable line of a log entry, redacted as it came', () => {
  const lines: string[] = [];
  const logger = createLogger('exporter', 'info', { write: (line: string) => void lines.push(plainLogLine(line)) });
  logger.warn({ token: 'hidden', node: '香港 01' }, 'static message');
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z WARN static message token="\[redacted\]" node="香港 01"$/);
});

const line = (text: string): string => `2026-11-23T12:00:00.000Z INFO ${text}`;

it('neither appends to, renames nor overwrites a file that is no log of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-lines-'));
  const path = join(folder, 'flow.log');
  const problems: Text[] = [];
  const open = (largest: number) =>
    createLineLog(
      nodeFiles,
      () => path,
      (problem) => problems.push(problem),
      largest,
    );
  for (const [name, content] of [
    ['flow.log', '[client]\nDeviceID = phone\n'],
    ['flow.log', '2026/01/02 03:04:05 a line of another program\n'],
    ['flow.log.1', 'the thesis'],
  ] as const) {
    await writeFile(join(folder, name), content);
    const append = open(60);
    append(line('one'));
    append(line('two'));
    expect(await readFile(join(folder, name), 'utf8')).toBe(content);
    expect(problems.splice(0).map(({ en }) => en)).toEqual([expect.stringMatching(/is no log of FlowCollect/)]);
    await rm(path);
  }
  await mkdir(path);
  open(60)(line('one'));
  expect(problems).toHaveLength(1);
});

it('appends to a file across openings and starts it again when it is large', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-lines-'));
  const path = join(folder, 'deep', 'flow.log');
  const problems: Text[] = [];
  const open = () =>
    createLineLog(
      nodeFiles,
      () => path,
      (problem) => problems.push(problem),
      80,
    );
  open()(line('first line'));
  const append = open();
  append(line('second line'));
  append(line('third'));
  expect(await readFile(`${path}.1`, 'utf8')).toBe(`${line('first line')}\n`);
  expect(await readFile(path, 'utf8')).toBe(`${line('second line')}\n${line('third')}\n`);
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

it.runIf(process.getuid?.() === 0)('follows no link of another user as root, wherever it leads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-lines-'));
  const elsewhere = await mkdtemp(join(tmpdir(), 'flowcollect-elsewhere-'));
  await symlink(join(elsewhere, 'planted'), join(folder, 'flow.log'));
  await symlink(elsewhere, join(folder, 'logs'));
  for (const path of [join(folder, 'flow.log'), join(folder, 'logs', 'flow.log')]) {
    const problems: Text[] = [];
    const append = createLineLog(
      nodeFiles,
      () => path,
      (problem) => problems.push(problem),
    );
    await lchown(path.startsWith(join(folder, 'logs')) ? join(folder, 'logs') : path, 12_345, 12_345);
    append(line('one'));
    expect(problems.map(({ en }) => en)).toEqual([expect.stringContaining('(ELOOP)')]);
  }
  expect(await readdir(elsewhere)).toEqual([]);
});

it.runIf(process.platform === 'linux')('says that it cannot write below /proc, and goes on', () => {
  const problems: Text[] = [];
  const append = createLineLog(
    nodeFiles,
    () => '/proc/flow/flow.log',
    (problem) => problems.push(problem),
  );
  for (const text of ['one', 'two']) append(line(text));
  expect(problems.map(({ en }) => en)).toEqual([
    expect.stringContaining('/proc/flow/flow.log cannot be written (EROFS)'),
  ]);
});
