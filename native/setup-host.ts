import { shellWord } from '../core/shell-word.ts';
import { errorCode } from '../runtime/error-code.ts';
import { unwritableSettings } from '../runtime/reload.ts';
import type { Machine, SetupHost } from '../setup/host.ts';
import { go } from './go.ts';
import { nativeHost } from './host.ts';
import { program } from './program.ts';

const { network, files, clock } = nativeHost;

const machine: Machine = {
  platform: go.platform,
  hostname: go.hostname,
  home: go.home,
  userId: go.userId,
  environment: (name) => go.environment(name) || undefined,
};

async function writeSettings(path: string, text: string): Promise<void> {
  try {
    await go.replaceFile(path, text);
  } catch (error) {
    throw unwritableSettings(path, errorCode(error));
  }
}

/** Longer than a service manager waits for a service to stop. */
const MOST_MS = 120_000;

/** What Go gives. */
export const nativeSetupHost: SetupHost = {
  network,
  files: {
    ...files,
    writeSettings,
    // On a device nothing else writes them.
    async changeSettings(path, change) {
      const text = await files.readSettings(path);
      await writeSettings(await go.followLinks(path), change(text));
    },
    mode: (path) => go.mode(path).catch(() => undefined),
    install: (path, content, mode) =>
      go.install(path, typeof content === 'string' ? go.encode(content) : content.slice().buffer, mode),
  },
  clock,
  machine,
  terminal: {
    write: (text) => go.print(1, text),
    readLine: async (secret = false) => (await go.readLine(secret)) ?? undefined,
    end: () => {},
  },
  run: async (command, args) => {
    try {
      const { exitCode, output, errors } = await go.run(command, args, MOST_MS);
      const ended = exitCode === 0 ? '' : `${command} ended with ${exitCode}`;
      return { exitCode, output: `${output}${errors}` || ended };
    } catch (error) {
      return { exitCode: 1, output: error instanceof Error ? error.message : String(error) };
    }
  },
  program: { command: go.executable, args: [] },
  called: `${go.userId === 0 && go.environment('SUDO_USER') !== '' ? 'sudo ' : ''}${shellWord(program)}`,
};
