import { execFile } from 'node:child_process';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { nodeNetwork } from '../exporter/host/node-network.ts';
import { nodeFiles } from '../exporter/host/node-system.ts';
import { systemClock } from '../runtime/async.ts';
import { type Invocation, type OwnProgram, ownCommand } from '../runtime/own-program.ts';
import { changeSettingsText, writeSettingsText } from '../runtime/settings-file.ts';
import type { RunTool, SetupFiles, SetupHost, Terminal } from './host.ts';

const files: SetupFiles = {
  ...nodeFiles,
  writeSettings: writeSettingsText,
  changeSettings: changeSettingsText,
  mode: (path) =>
    stat(path).then(
      ({ mode }) => mode & 0o777,
      () => undefined,
    ),
  async install(path, content, mode) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await chmod(path, mode);
  },
};

const run: RunTool = (command, args) =>
  new Promise((resolve) => {
    execFile(command, [...args], (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ exitCode, output: `${stdout}${stderr}` || (error?.message ?? '') });
    });
  });

/** What Node gives. @param program how FlowCollect itself is started */
export const nodeSetupHost = (invocation: Invocation, program: OwnProgram, terminal: Terminal): SetupHost => ({
  network: nodeNetwork,
  files,
  clock: systemClock,
  machine: {
    platform: process.platform,
    hostname: hostname(),
    home: homedir(),
    userId: process.getuid?.() ?? -1,
    environment: (name) => invocation.environment[name],
  },
  terminal,
  run,
  program,
  called: ownCommand(invocation),
});

export function nodeTerminal(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Terminal {
  let reader: ReturnType<typeof createInterface> | undefined;
  let lines: AsyncIterator<string> | undefined;
  /** A terminal shows what is typed by itself, but not while Node edits the line: then Node does, to nowhere. */
  const readSecret = async (): Promise<string | undefined> => {
    reader?.close();
    reader = lines = undefined;
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const hidden = createInterface({ input, output: nowhere, terminal: true });
    const line = await new Promise<string | undefined>((resolve) => {
      hidden.once('line', resolve);
      hidden.once('close', () => resolve(undefined));
    });
    hidden.close();
    output.write('\n');
    return line;
  };
  return {
    write: (text) => void output.write(text),
    async readLine(secret = false) {
      if (secret && 'isTTY' in input && input.isTTY === true) return readSecret();
      reader ??= createInterface({ input });
      lines ??= reader[Symbol.asyncIterator]();
      const line = await lines.next();
      return line.done ? undefined : line.value;
    },
    end: () => reader?.close(),
  };
}
