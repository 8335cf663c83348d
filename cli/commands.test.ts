import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { dispatch } from './commands.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-cli-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
});

it.each(['18.20.8', '20.18.3'])(
  'says in both languages that Node %s is too old, before it loads anything',
  async (node) => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    const load = vi.fn();
    expect(await dispatch(['stack'], load, 'flowcollect', node)).toBe(1);
    expect(said.mock.calls.join()).toContain(`需要 Node 20.19 或更新的版本，这里是 ${node}`);
    expect(said.mock.calls.join()).toContain(`needs Node 20.19 or later, and this is ${node}`);
    expect(load).not.toHaveBeenCalled();
  },
);

it.each(['20.19.0', '22.0.0'])('runs a command with Node %s', async (node) => {
  const run = vi.fn(async () => 0);
  expect(await dispatch(['stack'], async () => ({ run }), 'flowcollect', node)).toBe(0);
  expect(run).toHaveBeenCalledWith(['stack']);
});

it('names the command that a mistyped one was meant to be', async () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  expect(await dispatch(['gatway', '--language', 'en'], vi.fn(), 'fc')).toBe(2);
  expect(said).toHaveBeenCalledWith(
    'flowcollect: unknown command "gatway", did you mean gateway?; "fc --help" lists them',
  );
});

it('takes "help COMMAND" for the help of the command, and -V for --version', async () => {
  const run = vi.fn(async () => 0);
  await dispatch(['help', 'gateway', 'token'], async () => ({ run }), 'fc');
  expect(run).toHaveBeenCalledWith(['gateway', 'token', '--help']);
  const said = vi.spyOn(console, 'log').mockReturnValue();
  expect(await dispatch(['-V'], vi.fn(), 'fc')).toBe(0);
  expect(said).toHaveBeenCalledWith(expect.stringMatching(/^\d+\.\d+\.\d+$/));
});

it('has doctor look at what the settings are for: a device, a VPS, or both', async () => {
  const ran: string[] = [];
  const load = async (bundle: string) => ({ run: async () => ran.push(bundle) - 1 });
  const settings = join(folder, 'Setting.ini');
  const doctor = async (text: string, ...more: string[]): Promise<number> => {
    ran.length = 0;
    await writeFile(settings, text);
    return dispatch(['doctor', '--config', settings, ...more], load, 'fc');
  };
  expect([await doctor('[client]\n'), ran.join()]).toEqual([0, 'exporter']);
  expect([await doctor('; VPS\n[Server]\n'), ran.join()]).toEqual([0, 'auditor']);
  // The worse of the two exit codes.
  expect([await doctor('[server]\n[client]\n'), ran.join()]).toEqual([1, 'exporter,auditor']);
  expect([await doctor('[server]\n[client]\n', '--help'), ran.join()]).toEqual([0, 'exporter']);
  expect([await doctor('nothing'), ran.join()]).toEqual([0, 'exporter']);
});

it('says before npm start that npm ci comes first', async () => {
  await mkdir(join(folder, 'tools'));
  const script = join(folder, 'tools', 'is-built.mjs');
  await copyFile(fileURLToPath(new URL('../tools/is-built.mjs', import.meta.url)), script);
  const ended = await new Promise<{ code: unknown; said: string }>((resolve) => {
    execFile(process.execPath, [script], (error, _, said) => resolve({ code: error?.code, said }));
  });
  expect(ended).toEqual({ code: 1, said: '请先在这个目录运行 npm ci\nRun npm ci in this folder first\n' });
});
