import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLogger } from '../runtime/logger.ts';
import { serveLoopback } from '../test/loopback.ts';
import { watchSettings } from './watch.ts';

let folder: string;
let lines: string[];
let ending: AbortController;
let watching: Promise<void>;
let program: { readonly origin: string; kill(): Promise<void> };

const save = (warning: string): Promise<void> =>
  writeFile(join(folder, 'ServerSetting.ini'), `[server]\n[alerts]\nQuotaWarning = ${warning}\n`);
const until = (look: () => void | Promise<void>): Promise<void> => vi.waitFor(look, { timeout: 30_000 });
const rules = join('rules', 'alerts.yml');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-watch-'));
  [lines, ending] = [[], new AbortController()];
  program = await serveLoopback(async (_, response) => {
    const isRefused = (await readFile(join(folder, 'out', rules), 'utf8')).includes('> 0.7');
    response.writeHead(isRefused ? 400 : 200).end();
  });
  await save('0.5');
  watching = watchSettings({
    config: join(folder, 'ServerSetting.ini'),
    out: join(folder, 'out'),
    reload: [program.origin],
    signal: ending.signal,
    logger: createLogger('test', 'info', { write: (line: string) => void lines.push(line) }),
    retryAfter: 10,
  });
  // The program reads what was written only then: until it has answered, nothing may be in the way.
  await until(() => expect(lines.join('')).toContain('configuration read'));
});
afterEach(async () => {
  ending.abort();
  await watching;
  await program.kill();
});

it('writes what it could not write once the same text is saved again', async () => {
  const out = join(folder, 'out');
  // What is in the way fails for every user, also for one that may write everywhere.
  await rm(join(out, rules));
  await mkdir(join(out, rules));
  for (const times of [1, 2]) {
    await save('0.6');
    await until(() => expect(lines.filter((line) => line.includes('settings kept as they were'))).toHaveLength(times));
  }
  await rm(join(out, rules), { recursive: true });
  await save('0.6');
  await until(() => expect(lines.join('')).toContain('settings reloaded'));
  expect(await readFile(join(out, rules), 'utf8')).toContain('> 0.6');
});

it('goes back to what it wrote before where a program refuses it', async () => {
  await save('0.7');
  await until(() => expect(lines.join('')).toContain('settings kept as they were'));
  expect(await readFile(join(folder, 'out', rules), 'utf8')).toContain('> 0.5');
  expect(lines.join('')).toContain(`refused by ${program.origin}`);
});
