import { shellWord } from '../core/shell-word.ts';
import { errorCode } from '../runtime/error-code.ts';
import { unwritableSettings } from '../runtime/settings-text.ts';
import type { Machine, SetupHost } from '../setup/host.ts';
import { go } from './go.ts';
import { nativeHost } from './host.ts';
import { program } from './program.ts';

const { network, files } = nativeHost;

const machine: Machine = {
  platform: go.platform,
  hostname: go.hostname,
  home: go.home,
  root: go.root,
  environment: (name) => go.environment(name) || undefined,
};

async function writeSettings(path: string, text: string): Promise<void> {
  try {
    await go.replaceFile(path, text);
  } catch (error) {
    throw unwritableSettings(path, errorCode(error));
  }
}

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
  },
  machine,
  terminal: {
    write: (text) => go.print(1, text),
    readLine: async () => (await go.readLine()) ?? undefined,
    end: () => {},
  },
  called: `${go.root && go.environment('SUDO_USER') !== '' ? 'sudo ' : ''}${shellWord(program)}`,
};
