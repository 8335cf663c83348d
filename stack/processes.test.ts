import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createOrphanGuard,
  createSupervisor,
  type OrphanGuard,
  ProcessError,
  type ProcessSpec,
  startProcess,
} from './processes.ts';

let folder: string;
let guard: OrphanGuard;
let spec: ProcessSpec;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-'));
  guard = createOrphanGuard();
  spec = {
    name: 'Sleeper',
    command: process.execPath,
    args: ['-e', 'console.log("up"); setInterval(() => {}, 1000)'],
    logFile: join(folder, 'logs', 'sleeper.log'),
    ready: () => logged('up'),
  };
});
afterEach(async () => {
  guard.close();
});

const logged = async (text: string): Promise<boolean> => (await readFile(spec.logFile, 'utf8')).includes(text);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Ended, but not yet collected by whoever adopted it.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('startProcess', () => {
  it('resolves when the program is ready, keeps its output, and stops it', async () => {
    const running = await startProcess(spec, guard);
    expect(isAlive(running.pid)).toBe(true);
    expect(await logged('up')).toBe(true);
    await running.stop();
    expect(await running.exited).toEqual({ code: null, signal: 'SIGTERM' });
    await running.stop();
  });

  it('kills a program that ignores SIGTERM', async () => {
    const args = ['-e', 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)'];
    const running = await startProcess({ ...spec, args, stopWithin: 100 }, guard);
    await running.stop();
    expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  it('says what the program said when it ends at once', async () => {
    const args = ['-e', 'console.error("the port is taken"); process.exit(3)'];
    await expect(startProcess({ ...spec, args }, guard)).rejects.toThrow(
      /^Sleeper ended at once \(exit code 3\); see .*sleeper\.log:\n.*the port is taken/s,
    );
  });

  it('gives up on a program that never becomes ready, and stops it', async () => {
    const attempt = startProcess({ ...spec, ready: async () => false, readyWithin: 300 }, guard);
    await expect(attempt).rejects.toThrow(/did not become ready in time/);
  });

  it('says so when the program is not there', async () => {
    const attempt = startProcess({ ...spec, command: join(folder, 'nothing') }, guard);
    await expect(attempt).rejects.toBeInstanceOf(ProcessError);
  });
});

it('leaves no program behind when its parent is killed', async () => {
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { createOrphanGuard, startProcess } = await import(${JSON.stringify(await bundledForChild())});
       const running = await startProcess({ name: 'x', command: process.execPath, logFile: ${JSON.stringify(spec.logFile)},
         args: ['-e', 'setInterval(() => {}, 1000)'], ready: async () => true }, createOrphanGuard());
       console.log(running.pid);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5000);
});

/** The two modules as JavaScript, since Node 20 reads no TypeScript. */
async function bundledForChild(): Promise<string> {
  const { build } = await import('esbuild');
  const outfile = join(folder, 'child.mjs');
  await build({
    stdin: {
      contents: "export * from './processes.ts'; export * from './processes.ts';",
      resolveDir: import.meta.dirname,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  return outfile;
}

describe('programs that belong together', () => {
  const open = new AbortController().signal;

  it('tell that one has ended, where none is started again', async () => {
    const supervisor = createSupervisor(guard, open);
    await supervisor.start({ ...spec, args: ['-e', 'console.log("up"); setTimeout(() => process.exit(3), 200)'] });
    expect((await supervisor.unexpectedEnd).en).toContain('Sleeper ended (exit code 3)');
    await supervisor.stop();
  });

  it('are started again after pauses that grow, also where a start fails, until they are stopped', async () => {
    const starts = join(folder, 'starts');
    // The first one runs for a while, the second ends at once, the third stays.
    const script = `echo $$ >>'${starts}'
      case $(wc -l <'${starts}') in *1) sleep 0.3; exit 4 ;; *2) exit 5 ;; *) exec sleep 1000 ;; esac`;
    const pids = async () => (await readFile(starts, 'utf8')).trim().split('\n').map(Number);
    const [told, pauses]: [string[], number[]] = [[], []];
    const clock = { now: () => 0, sleep: async (milliseconds: number) => void pauses.push(milliseconds) };
    const supervisor = createSupervisor(guard, open, ({ en }) => void told.push(en), clock);
    const ready = async () => {
      const all = await pids();
      return all.length !== 2 && isAlive(all.at(-1) ?? 0);
    };
    await supervisor.start({ ...spec, command: 'sh', args: ['-c', script], ready });
    await vi.waitFor(async () => expect(await pids()).toHaveLength(3));
    expect(told).toEqual([
      expect.stringContaining('Sleeper ended (exit code 4)'),
      expect.stringContaining('Sleeper ended at once (exit code 5)'),
    ]);
    expect(pauses).toEqual([expect.closeTo(750, -3), expect.closeTo(1500, -3)]);
    await supervisor.stop();
    expect((await pids()).filter(isAlive)).toEqual([]);
  });

  it('leave none behind that is just being started again', async () => {
    const clock = { now: () => 0, sleep: async () => {} };
    const supervisor = createSupervisor(guard, open, () => {}, clock);
    let asked = 0;
    const ready = async () => {
      asked += 1;
      return asked === 1;
    };
    await supervisor.start({ ...spec, command: 'sleep', args: ['0.5'], ready });
    await vi.waitFor(() => expect(asked).toBeGreaterThan(2));
    await supervisor.stop();
    const asks = asked;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked).toBe(asks);
  });
});
