import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { InterfaceSources } from './interfaces.ts';

const execute = promisify(execFile);

export const nodeInterfaceSources: InterfaceSources = {
  platform: process.platform,
  read: (path) => readFile(path, 'utf8'),
  list: (folder) => readdir(folder),
  run: async (program, args, timeout) => (await execute(program, [...args], { timeout, windowsHide: true })).stdout,
};
