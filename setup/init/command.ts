import { hostname } from 'node:os';
import { Command } from 'commander';
import { type Language, type Text, translateTo } from '../../core/language.ts';
import type { Invocation } from '../../runtime/own-program.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import { openPrompt } from '../console.ts';
import { initDevice, initRouter, nextCommands } from './init-device.ts';
import { initServer } from './init-server.ts';
import type { MihomoPlace } from './kernels.ts';
import { TEXTS } from './texts.ts';

export interface InitContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly places: readonly MihomoPlace[];
  /** Runs `flowcollect doctor` on a file. @returns whether all is well */
  readonly check: (file: string) => Promise<boolean>;
  readonly invocation: Invocation;
  /** Called with whether all that was tested is well. */
  readonly finish: (healthy: boolean) => void;
  /** Of the questions, and of new settings. */
  readonly language: Language;
}

interface Options {
  readonly config: string;
  readonly yes?: true;
  readonly code?: string;
}

/** `flowcollect init device|server|router`. */
export function initCommand({ input, output, places, check, invocation, finish, language }: InitContext): Command {
  const translate = translateTo(language);
  const command = new Command('init').description(translate(COMMANDS.init));
  const part = (name: string, about: Text, file: string): Command =>
    command
      .command(name)
      .description(translate(about))
      .option('--config <file>', translate(TEXTS.config), file)
      .option('--yes', translate(TEXTS.yes));
  const withPrompt = async <T>(
    options: Options,
    run: (prompt: ReturnType<typeof openPrompt>) => Promise<T>,
  ): Promise<T> => {
    const prompt = openPrompt(input, output, language, options.yes !== true);
    try {
      return await run(prompt);
    } finally {
      prompt.end();
    }
  };

  part('device', TEXTS.device, 'ClientSetting.ini')
    .option('--code <code>', translate(TEXTS.code))
    .action(async (options: Options) => {
      const { config: file, code } = options;
      const next = nextCommands(invocation, file);
      finish(
        await withPrompt(options, (prompt) =>
          initDevice({ prompt, file, places, code, hostName: hostname(), check, next }),
        ),
      );
    });
  part('router', TEXTS.router, 'ClientSetting.ini').action(async (options: Options) => {
    const next = nextCommands(invocation, options.config);
    finish(await withPrompt(options, (prompt) => initRouter({ prompt, file: options.config, next })));
  });
  part('server', TEXTS.server, 'ServerSetting.ini').action(async (options: Options) => {
    await withPrompt(options, (prompt) => initServer({ prompt, file: options.config }));
    finish(true);
  });
  return command;
}
