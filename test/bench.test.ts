import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../dist/bench.mjs', import.meta.url));
const PATIENT = { timeout: 60_000, interval: 50 };

/** The processes that a process has started, of those that are still there (man 5 proc). */
async function childrenOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text
    .trim()
    .split(' ')
    .filter((each) => each !== '');
}

const commandOf = (pid: string): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');

it('a bench that is ended takes its probe with it', { timeout: 120_000 }, async () => {
  const bench = spawn(process.execPath, [PROGRAM, 'cost', '--quick'], { stdio: 'ignore' });
  const ended = once(bench, 'exit');
  const probeOf = async (): Promise<string | undefined> => {
    for (const pid of await childrenOf(bench.pid ?? 0)) if ((await commandOf(pid)).includes('--probe')) return pid;
    return undefined;
  };
  let probe = '';
  await expect
    .poll(async () => {
      probe = (await probeOf()) ?? '';
      return probe;
    }, PATIENT)
    .not.toBe('');
  bench.kill('SIGTERM');
  await ended;
  await expect.poll(() => commandOf(probe), PATIENT).toBe('');
});
