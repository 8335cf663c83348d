import { hostname } from 'node:os';
import { Command } from 'commander';
import type { Invocation } from '../../runtime/own-command.ts';
import { talkOver } from '../console.ts';
import { initDevice } from './init-device.ts';
import { initRouter } from './init-router.ts';
import { initServer } from './init-server.ts';
import type { MihomoPlace } from './mihomo-places.ts';
import { nextCommands } from './next-commands.ts';

export interface InitContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly places: readonly MihomoPlace[];
  /** Runs `flowcollect doctor` on a file. @returns whether all is well */
  readonly check: (file: string) => Promise<boolean>;
  readonly invocation: Invocation;
  /** Called with whether all that was tested is well. */
  readonly finish: (healthy: boolean) => void;
}

interface Options {
  readonly config: string;
  readonly language: string;
  readonly yes?: true;
  readonly code?: string;
}

/** `flowcollect init device|server|router`. */
export function initCommand({ input, output, places, check, invocation, finish }: InitContext): Command {
  const command = new Command('init').description('make a settings file with a few questions, and test it');
  const part = (name: string, about: string, file: string): Command =>
    command
      .command(name)
      .description(about)
      .option('--config <file>', 'the settings file to write', file)
      .option('--language <zh|en>', 'of the questions and the settings', 'zh')
      .option('--yes', 'take every suggestion, ask nothing');
  const talking = async <T>(options: Options, run: (talk: ReturnType<typeof talkOver>) => Promise<T>): Promise<T> => {
    const talk = talkOver(input, output, options.language === 'en' ? 'en' : 'zh', options.yes !== true);
    try {
      return await run(talk);
    } finally {
      talk.end();
    }
  };

  part('device', 'a device that runs a kernel, which is looked for', 'ClientSetting.ini')
    .option('--code <code>', 'the pairing code that "flowcollect pair" printed on the VPS')
    .action(async (options: Options) => {
      const { config: file, code } = options;
      const next = nextCommands(invocation, file);
      finish(
        await talking(options, (talk) => initDevice({ talk, file, places, code, hostName: hostname(), check, next })),
      );
    });
  part('router', 'a router that this machine watches through a tunnel', 'ClientSetting.ini').action(
    async (options: Options) => {
      const next = nextCommands(invocation, options.config);
      finish(await talking(options, (talk) => initRouter({ talk, file: options.config, next })));
    },
  );
  part('server', 'a VPS', 'ServerSetting.ini').action(async (options: Options) => {
    await talking(options, (talk) => initServer({ talk, file: options.config }));
    finish(true);
  });
  return command;
}
