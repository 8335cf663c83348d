import type { CommandGroup, OptionSpec } from '../../core/command.ts';
import { type Language, UserFacingError } from '../../core/language.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import { openPrompt, type Prompt } from '../console.ts';
import type { SetupHost } from '../host.ts';
import { initDevice } from './init-device.ts';
import { initRouter } from './init-router.ts';
import type { MihomoPlace } from './kernels.ts';
import { TEXTS } from './texts.ts';

interface InitContext {
  readonly host: SetupHost;
  readonly places: readonly MihomoPlace[];
  /** Runs `flowcollect doctor` on a file. @returns whether all is well */
  readonly check: (file: string) => Promise<boolean>;
  /** Of the questions, and of new settings. */
  readonly language: Language;
}

export interface InitOptions {
  readonly config: string;
  readonly yes?: true;
}

/** @param file the settings that are written by default */
export const initOptions = (file: string): readonly OptionSpec[] => [
  { flags: '-c, --config <file>', description: TEXTS.config, default: file },
  { flags: '--yes', description: TEXTS.yes },
];

const CODE: OptionSpec = { flags: '--code <code>', description: TEXTS.code };

/** `flowcollect init device|router`. Throws where what was tested is not well, once the settings are written. */
export function initCommand({ host, places, check, language }: InitContext): CommandGroup {
  const attend = (healthy: boolean): void => {
    if (!healthy) throw new UserFacingError(TEXTS.toFix);
  };
  return {
    name: 'init',
    description: COMMANDS.init,
    commands: [
      {
        name: 'device',
        description: TEXTS.device,
        options: [...initOptions('ClientSetting.ini'), CODE],
        run: async (_, options: InitOptions & { readonly code?: string }) => {
          const { config: file, code } = options;
          attend(
            await whileAsking(host, language, options, (prompt) =>
              initDevice({ host, prompt, file, places, code, check }),
            ),
          );
        },
      },
      {
        name: 'router',
        description: TEXTS.router,
        options: [...initOptions('ClientSetting.ini'), CODE],
        run: async (_, options: InitOptions & { readonly code?: string }) => {
          const { config: file, code } = options;
          attend(
            await whileAsking(host, language, options, (prompt) => initRouter({ host, prompt, file, code, check })),
          );
        },
      },
    ],
  };
}

/** Asks at the terminal, unless `--yes` takes every suggestion. */
export async function whileAsking<T>(
  { terminal }: SetupHost,
  language: Language,
  { yes }: InitOptions,
  ask: (prompt: Prompt) => Promise<T>,
): Promise<T> {
  try {
    return await ask(openPrompt(terminal, language, yes !== true));
  } finally {
    terminal.end();
  }
}
