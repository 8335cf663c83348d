import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../runtime/logger.ts';
import { BinariesError, ensureBinaries } from './binaries.ts';

const run = promisify(execFile);
const logger = createLogger('test', 'silent');
const cacheFolder = fileURLToPath(new URL('../.cache', import.meta.url));
const searchPath = process.env.PATH;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binaries-'));
});
afterEach(async () => {
  process.env.PATH = searchPath;
  await rm(folder, { recursive: true, force: true });
});

it('finds programs that run', async () => {
  const { prometheus, promtool, pushgateway, alertmanager } = await ensureBinaries({ cacheFolder, logger });
  for (const program of [prometheus, promtool, pushgateway, alertmanager]) {
    const { stdout, stderr } = await run(program, ['--version']);
    expect(stdout + stderr).toMatch(/version \d+\.\d+/);
  }
});

it('says how to get them where they are neither installed nor to be unpacked, and leaves nothing behind', async () => {
  process.env.PATH = folder;
  const attempt = ensureBinaries({ cacheFolder: folder, logger });
  await expect(attempt).rejects.toThrow(BinariesError);
  await expect(attempt).rejects.toThrow(/prometheus, promtool.*not on PATH.*not Debian.*docker compose up/);
  expect(await readdir(folder)).toEqual([]);
});
