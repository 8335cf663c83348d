import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOrphanGuard, type OrphanGuard, ProcessError, type ProcessSpec, startProcess } from './processes.ts';

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
  await rm(folder, { recursive: true, force: true });
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
