import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startScriptedGateway } from '../scripted-gateway.ts';

export const run = promisify(execFile);

/** How a build of FlowCollect is started. */
export interface Program {
  readonly command: string;
  /** Before FlowCollect's own. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Patience only: emulated, and beside other work, a program takes many times as long to start. */
const START_MS = 600_000;

/** What `flowcollect <args>` prints. @throws Error when it fails */
export async function output({ command, args, env }: Program, own: readonly string[]): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 26, timeout: START_MS };
  return (await run(command, [...args, ...own], options)).stdout;
}

/**
 * Runs the exporter against a kernel until its first push of counted bytes has arrived at a gateway on loopback.
 *
 * @param kernel address of a kernel that moves bytes
 * @returns milliseconds from the start to that push
 * @throws Error when none comes in time, with what the exporter said
 */
export async function firstPush({ command, args, env }: Program, kernel: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-release-'));
  const gateway = await startScriptedGateway();
  const settings = join(folder, 'ClientSetting.ini');
  await writeFile(settings, settingsFor(kernel, gateway.origin));
  const started = Date.now();
  const exporter = spawn(command, [...args, 'exporter', '--config', settings], { env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [exporter.stdout, exporter.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = once(exporter, 'exit');
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (what: string): void => reject(new Error(`${what}; the exporter said:\n${said}`));
      setTimeout(fail, START_MS, 'no push arrived').unref();
      ended.then(() => fail('the exporter ended'), reject);
      gateway.onPush = async ({ authorization, text }) => {
        if (COUNTED.test(text) && authorization === 'Bearer release-check') resolve();
      };
    });
    return Date.now() - started;
  } finally {
    exporter.kill('SIGTERM');
    await ended;
    await gateway.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A push in which bytes were counted. */
export const COUNTED = /^flowcollect_traffic_bytes_total\{.*\} [1-9]/m;

export const settingsFor = (kernel: string, gateway: string, state = 'flowcollect-state'): string =>
  `[client]\nMihomoAPIAddr = ${kernel}\nRemoteServer = ${gateway}\nRemoteToken = release-check\nDeviceID = release check\nPushInterval = 1s\nMetricsListen = 127.0.0.1:0\nStateDir = ${state}\n`;
