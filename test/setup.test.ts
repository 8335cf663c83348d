import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const CLI = join(DIST, 'flowcollect.mjs');
const run = promisify(execFile);

/** A machine may be busy with other tests. */
const PATIENT = { timeout: 40_000, interval: 200 };

let folder: string;
let running: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-setup-'));
  running = [];
});
afterEach(async () => {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(running.map((child) => child.exitCode ?? once(child, 'exit')));
});

function start(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  return child;
}

const flowcollect = (...args: readonly string[]) =>
  run(process.execPath, [CLI, ...args], { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function simulatedKernel(): Promise<string> {
  const simulator = start(join(DIST, 'flowcollect.mjs'), 'simulator', 'kernel', '--secret', 'hush');
  const [line] = (await once(createInterface({ input: simulator.stdout ?? process.stdin }), 'line')) as [string];
  return new URL(z.object({ kernel: z.string() }).parse(JSON.parse(line)).kernel).host;
}

async function writeKernelConfig(controller: string): Promise<void> {
  const kernels = join(folder, '.config', 'mihomo');
  await mkdir(kernels, { recursive: true });
  await writeFile(join(kernels, 'config.yaml'), `mixed-port: 7890\nexternal-controller: ${controller}\nsecret: hush\n`);
}

async function openGateway(): Promise<string> {
  const [pushes, metrics] = [await freePort(), await freePort()];
  await writeFile(
    join(folder, 'ServerSetting.ini'),
    `[server]\nListenPort = 127.0.0.1:${pushes}\nGatewayMetricsListen = 127.0.0.1:${metrics}\nPushgatewayAddr = http://127.0.0.1:1\nServerToken = of-nobody\nLogLevel = error\n`,
  );
  start(CLI, 'gateway', '--config', 'ServerSetting.ini');
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${metrics}/metrics`).then(
          ({ status }) => status,
          () => 0,
        ),
      PATIENT,
    )
    .toBe(200);
  return `http://127.0.0.1:${pushes}`;
}

describe('from nothing to a device that may push', () => {
  it('pairs by one line: the kernel is found, the settings are written and tested', async () => {
    const kernel = await simulatedKernel();
    const server = await openGateway();
    await writeKernelConfig(kernel);

    // The code holds what is spoken there, whatever was typed.
    const typed = server.replace('http:', 'https:');
    const pair = await flowcollect('pair', '--server', typed, '--device', '客厅 电视');
    expect(pair.stderr).toContain(`配对码里写的是 ${server}\n`);
    expect(pair.stdout).toMatch(/^flowcollect init device --code FC1-[\w-]+\n$/);
    const line = pair.stdout.trim().split(' ').slice(1);
    // The gateway follows its settings by itself, a moment later.
    const init = async () => (await flowcollect(...line, '--yes', '--language', 'en')).stdout;
    await expect
      .poll(() => init().catch((error: Error) => error.message), PATIENT)
      .toContain('admitted, nothing pushed yet');
    const said = await init();
    expect(said).toContain(`Next: ${process.execPath} ${CLI} exporter --config ClientSetting.ini`);
    expect(said).not.toContain('hush');
  }, 90_000);

  it('ends with 1 and says what to fix where the kernel is silent', async () => {
    await writeKernelConfig('127.0.0.1:1');
    const options = ['--yes', '--language', 'en', '--code', 'FC1-WyJodHRwOi8vMTI3LjAuMC4xOjEiLCJ4IiwiYSJd'];
    const failed = await flowcollect('init', 'device', ...options).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('nothing listens at http://127.0.0.1:1: start the Mihomo kernel'),
    });
  });

  it('refuses to pair over an address that is none', async () => {
    const failed = await flowcollect('pair', '--server', 'vps', '--device', 'a').catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining('--server 须为地址') });
  });
});
