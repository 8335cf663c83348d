import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../runtime/async.ts';
import { watchFileDescriptors } from '../runtime/http.ts';
import { createDevice, type Device, eventually } from '../test/device.ts';
import type { Host } from './host/host.ts';
import { nodeHost } from './host/node-host.ts';
import { describeKernelProblem } from './kernel/problem.ts';
import { describePushProblem } from './push/problem.ts';
import { runExporterService } from './service.ts';

let device: Device;
let ending: AbortController;
beforeEach(async () => {
  device = await createDevice();
  ending = new AbortController();
  await device.edit(device.ini({ LocalLogFile: 'lines.log' }));
});
afterEach(() => device.end());

/** Runs the service until the text shows on its output or among its errors. */
async function runUntil(
  shown: string,
  isTTY: boolean,
  host: Host = nodeHost,
): Promise<{ output: string; errors: string }> {
  const seen = { output: '', errors: '' };
  const into = (stream: keyof typeof seen) => (text: string) => {
    seen[stream] += text;
  };
  const running = runExporterService({
    host,
    path: join(device.folder, 'ClientSetting.ini'),
    output: { isTTY, columns: 100, rows: 30, write: into('output') },
    errors: { write: into('errors') },
    signal: ending.signal,
  });
  await eventually(() => expect(seen.output + seen.errors).toContain(shown));
  ending.abort();
  await running;
  return seen;
}

it('speaks to people alone on a terminal, from its first line on', async () => {
  const { output, errors } = await runUntil('FlowCollect · a', true);
  expect(errors).toMatch(/^\S+Z INFO exporter started metrics="http:/m);
  expect(output + errors).not.toContain('{"level"');
});

it('says that no file descriptor is left, also where it would call kernel or gateway unreachable', async () => {
  const exhausted = Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  const host: Host = {
    ...nodeHost,
    watchDescriptors: (logger) => watchFileDescriptors(logger, systemClock, () => Promise.reject(exhausted)),
  };
  const { errors } = await runUntil('no file descriptor is left', false, host);
  expect(errors).toContain('LimitNOFILE');
  const problem = { kind: 'unreachable', code: 'EMFILE' } as const;
  const gateway = { RemoteServer: 'http://127.0.0.1:1', section: 'client' };
  for (const text of [describePushProblem(problem, gateway), describeKernelProblem(problem, 'http://127.0.0.1:1')])
    expect(text.en).toContain('no file descriptor is left for this process (EMFILE)');
});

it('logs JSON where there is no terminal, and lines into its file', async () => {
  const { errors } = await runUntil('exporter started', false);
  for (const line of errors.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ service: 'exporter' });
  expect(await readFile(join(device.folder, 'lines.log'), 'utf8')).toMatch(
    /^\S+Z INFO exporter started metrics="http:/m,
  );
});

it('starts no second state beside the service of the system that goes by the same settings', async () => {
  const path = join(device.folder, 'ClientSetting.ini');
  const [units, data] = [join(device.folder, 'units'), join(device.folder, 'var')];
  await mkdir(units);
  await writeFile(join(units, 'flowcollect-exporter.service'), `LoadCredential=settings:${path}\n`);
  let said = '';
  const write = (text: string) => {
    said += text;
  };
  const run = (settings: string) =>
    runExporterService({
      host: nodeHost,
      path: settings,
      output: { isTTY: false, columns: 100, rows: 30, write },
      errors: { write },
      signal: ending.signal,
      system: { units, data },
    });
  await expect(run(path)).rejects.toThrow(`with its state in ${join(data, 'flowcollect-exporter')}; by hand another`);
  expect(said).toBe('');
  expect((await readdir(device.folder)).sort()).toEqual(['ClientSetting.ini', 'units']);
  // The service itself reads its copy by another path.
  await mkdir(join(data, 'flowcollect-exporter'), { recursive: true });
  const copy = join(data, 'flowcollect-exporter', 'ClientSetting.ini');
  await symlink(path, copy);
  const running = run(copy);
  await eventually(() => expect(said).toContain('exporter started'));
  ending.abort();
  await running;
  expect(await readdir(join(data, 'flowcollect-exporter'))).toContain('state');
});
