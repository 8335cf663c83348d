import { homedir, hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { nodeFiles } from '../exporter/host/node-files.ts';
import { nodeNetwork } from '../exporter/host/node-network.ts';
import { type Invocation, ownCommand } from '../runtime/own-program.ts';
import { changeSettingsText, writeSettingsText } from '../runtime/settings-file.ts';
import type { SetupHost, Terminal } from './host.ts';

/** What Node gives. */
export const nodeSetupHost = (invocation: Invocation, terminal: Terminal): SetupHost => ({
  network: nodeNetwork,
  files: { ...nodeFiles, writeSettings: writeSettingsText, changeSettings: changeSettingsText },
  machine: {
    platform: process.platform,
    hostname: hostname(),
    home: homedir(),
    root: invocation.root,
    environment: (name) => invocation.environment[name],
  },
  terminal,
  called: ownCommand(invocation),
});

export function nodeTerminal(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Terminal {
  let reader: ReturnType<typeof createInterface> | undefined;
  let lines: AsyncIterator<string> | undefined;
  return {
    write: (text) => void output.write(text),
    async readLine() {
      reader ??= createInterface({ input });
      lines ??= reader[Symbol.asyncIterator]();
      const line = await lines.next();
      return line.done ? undefined : line.value;
    },
    end: () => reader?.close(),
  };
}
