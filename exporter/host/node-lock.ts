import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { makeFolder, writeFileAtomic } from '../../runtime/atomic-file.ts';
import type { Lock } from './host.ts';

const Holder = z.object({
  pid: z.number(),
  /** Which of all processes that had this number; empty where the system does not tell. */
  process: z.string(),
  /** A container has a host name of its own; what runs in another cannot be looked at from here. */
  host: z.string(),
  since: z.string(),
  text: z.string(),
});
type Holder = z.infer<typeof Holder>;

/**
 * A lock is a file that names its process. One that was killed leaves it behind: it counts for as long as that very
 * process runs.
 */
export async function lockFile(path: string, text: string): Promise<Lock> {
  const found = await read(path);
  if (found !== undefined && isRunning(found)) return { kind: 'held', by: found };
  const { pid } = process;
  const own: Holder = { pid, process: lifeOf(pid), host: hostname(), since: new Date().toISOString(), text };
  try {
    await makeFolder(dirname(path));
    await writeFileAtomic(path, JSON.stringify(own));
  } catch {
    return { kind: 'taken', release: async () => {} };
  }
  // Of two that took it at once, the one whose file stayed has it.
  const kept = await read(path);
  if (kept !== undefined && isRunning(kept)) return { kind: 'held', by: kept };
  return {
    kind: 'taken',
    async release() {
      if ((await read(path))?.since === own.since) await rm(path, { force: true }).catch(() => {});
    },
  };
}

async function read(path: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether another process of this machine has it. */
function isRunning({ pid, process: life, host, since }: Holder): boolean {
  if (host !== hostname() || Date.parse(since) < Date.now() - uptime() * 1000 - 1000) return false;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return lifeOf(pid) === life;
}

/** When a process began, in ticks since the machine did: numbers of processes come again (proc_pid_stat(5), field 22). */
function lifeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
