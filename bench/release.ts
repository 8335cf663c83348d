import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchContext } from './bench.ts';
import type { Cell, Section } from './table.ts';

const run = promisify(execFile);
const MB = 1e6;

/** What is handed out: how big it is, and how fast it starts. */
export async function* release({ root, quick }: BenchContext): AsyncGenerator<Section> {
  const made = (await readdir(join(root, 'release')).catch(() => [])).sort();
  yield await sizes(root, made);
  yield await starts(root, made, quick ? 3 : 15);
}

async function sizes(root: string, made: readonly string[]): Promise<Section> {
  const files = [
    ...(await readdir(join(root, 'dist'))).filter((name) => name.endsWith('.mjs')).map((name) => join('dist', name)),
    ...made.map((name) => join('release', name)),
  ];
  const rows: Cell[][] = [];
  for (const file of files.sort()) {
    rows.push([file, { value: (await stat(join(root, file))).size / MB, unit: 'MB', digits: 2 }]);
  }
  return {
    title: 'Sizes',
    method: made.length > 0 ? 'As they are on the disk.' : 'As they are on the disk; `npm run dist` makes release/.',
    columns: ['file', 'size'],
    rows,
  };
}

async function starts(root: string, made: readonly string[], times: number): Promise<Section> {
  const executable = made.find((name) => name.endsWith(`-${process.platform}-${process.arch}`));
  const plain = [process.execPath, join(root, 'dist', 'flowcollect.mjs')];
  const programs: (readonly [string, readonly string[]])[] = [['plain bundles', plain]];
  if (executable !== undefined) programs.push(['single executable', [join(root, 'release', executable)]]);
  const rows: Cell[][] = [];
  for (const [name, program] of programs) {
    for (const args of [['version'], ['exporter', '--help']]) {
      rows.push([name, args.join(' '), await median(program, args, times)]);
    }
  }
  return {
    title: 'Start-up',
    method: 'From starting the process to its end; the second loads the whole exporter. Medians.',
    columns: ['what', 'command', 'time'],
    rows,
  };
}

async function median(program: readonly string[], args: readonly string[], times: number): Promise<Cell> {
  const [command = '', ...first] = program;
  const taken: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const started = performance.now();
    await run(command, [...first, ...args]);
    taken.push(performance.now() - started);
  }
  return { value: taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN, unit: 'ms', digits: 0 };
}
