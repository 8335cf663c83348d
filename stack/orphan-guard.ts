import { spawn } from 'node:child_process';

/** Ends the programs of a process that died without stopping them, even by SIGKILL. */
export interface OrphanGuard {
  watch(pid: number): void;
  /** The program ended: its id may belong to another one soon. */
  release(pid: number): void;
  /** Nothing is left to guard. */
  close(): void;
}

/**
 * Reads `+ <pid>` and `- <pid>` lines until its input ends, which happens when its parent dies, however that dies; then
 * ends what is still listed: asks first, and makes sure after ten seconds.
 */
const SCRIPT = `
trap '' HUP INT TERM
pids=
while read -r sign pid; do
  if [ "$sign" = + ]; then pids="$pids $pid"; continue; fi
  rest=
  for each in $pids; do [ "$each" = "$pid" ] || rest="$rest $each"; done
  pids=$rest
done
[ -n "$pids" ] || exit 0
kill -TERM $pids 2>/dev/null
for tenth in $(seq 100); do kill -0 $pids 2>/dev/null || exit 0; sleep 0.1; done
kill -KILL $pids 2>/dev/null
`;

/**
 * A small shell beside this process that outlives it for as long as it takes to end its programs. Where there is no
 * shell (Windows) nothing is guarded.
 */
export function createOrphanGuard(): OrphanGuard {
  if (process.platform === 'win32') return { watch: () => {}, release: () => {}, close: () => {} };
  // In a group of its own: Ctrl-C and the end of a terminal must not take the guard before its programs.
  const shell = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Writing to a guard that somebody killed is no reason to fail.
  shell.stdin.on('error', () => {});
  shell.on('error', () => {});
  shell.unref();
  return {
    watch: (pid) => shell.stdin.write(`+ ${pid}\n`),
    release: (pid) => shell.stdin.write(`- ${pid}\n`),
    close: () => shell.stdin.end(),
  };
}
