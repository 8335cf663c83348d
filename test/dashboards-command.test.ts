import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, expect, it } from 'vitest';

const bundle = fileURLToPath(new URL('../dist/grafana.mjs', import.meta.url));
const committed = fileURLToPath(new URL('../grafana/dashboards', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-dashboards-'));
});

interface Outcome {
  readonly code: number;
  readonly stderr: string;
}

async function build(...args: string[]): Promise<Outcome> {
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [bundle, '--out', folder, ...args]);
    return { code: 0, stderr };
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'stderr' in error) {
      return { code: Number(error.code), stderr: String(error.stderr) };
    }
    throw error;
  }
}

it('writes both languages as they are committed, and takes away what is no longer built', async () => {
  expect((await build()).code).toBe(0);
  await writeFile(join(folder, 'zh', 'flowcollect-gone.json'), '{}');
  expect((await build()).code).toBe(0);
  for (const language of ['zh', 'en']) {
    const names = (await readdir(join(folder, language))).sort();
    expect(names).toEqual((await readdir(join(committed, language))).sort());
    for (const name of names) {
      const [built, kept] = [join(folder, language, name), join(committed, language, name)];
      expect((await readFile(built, 'utf8')) === (await readFile(kept, 'utf8')), `${language}/${name}`).toBe(true);
    }
  }
});

it('cuts days by the time zone, end of day and budget it is given', async () => {
  expect((await build('--timezone', 'Europe/Berlin', '--day-ends', '22:00', '--daily-budget', '5GB')).code).toBe(0);
  const overview = await readFile(join(folder, 'zh', 'flowcollect-overview.json'), 'utf8');
  expect(overview).toContain('"timezone": "Europe/Berlin"');
  expect(overview).toContain(`vector(${5 * 2 ** 30})`);
  expect(await readFile(join(folder, 'zh', 'flowcollect-nodes.json'), 'utf8')).toContain('offset 7200s');
});

it.each([
  ['a time zone that does not exist', ['--timezone', 'Mars/Base'], 'IANA'],
  ['an end of day that is no time', ['--day-ends', '25:00'], '23:55'],
  ['a budget that is no size', ['--daily-budget', 'much'], 'size'],
  ['an unknown option', ['--colour'], 'unknown option'],
])('refuses %s and writes nothing', async (_, args, message) => {
  const { code, stderr } = await build(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(await readdir(folder)).toEqual([]);
});
