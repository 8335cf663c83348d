import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
const NAMESPACE = ['--fork', '--pid', '--kill-child'];
const hasNamespaces = spawnSync('unshare', [...NAMESPACE, 'true']).status === 0;

it.runIf(hasNamespaces).each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a command that is the first process of a container ends by %s', async (signal, code) => {
  const cwd = await mkdtemp(join(tmpdir(), 'flowcollect-first-'));
  const unshare = spawn('unshare', [...NAMESPACE, process.execPath, CLI, 'init', 'server'], { cwd });
  const ended = once(unshare, 'exit');
  await once(unshare.stdout, 'data');
  const children = await readFile(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8');
  process.kill(Number(children), signal);
  expect((await ended)[0]).toBe(code);
  expect(await readdir(cwd)).toEqual([]);
});
