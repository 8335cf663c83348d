import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { dirname } from 'node:path';
import { makeFolder, writeFileAtomic } from '../../runtime/atomic-file.ts';
import type { LockParts } from './lock.ts';

export const nodeLockParts: LockParts = {
  pid: process.pid,
  hostname: hostname(),
  now: () => Date.now(),
  machineStartedAt: () => Date.now() - uptime() * 1000,
  lifeOf(pid) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
    }
    return beginningOf(pid);
  },
  read: (path) => readFile(path, 'utf8'),
  async replace(path, text) {
    await makeFolder(dirname(path));
    await writeFileAtomic(path, text);
  },
  remove: (path) => rm(path, { force: true }),
};

/** When a process began, in ticks since the machine did: numbers of processes come again (proc_pid_stat(5), field 22). */
function beginningOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
