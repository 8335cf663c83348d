import type { CommandSpec } from '../core/command.ts';
import { commandOf, endingSignal, runCommands, serviceSignals } from '../runtime/command-line.ts';
import { ownCommand, ownInvocation } from '../runtime/own-program.ts';
import { screenOutput } from '../runtime/screen.ts';
import { COMMANDS, TEXTS } from '../runtime/texts.ts';
import { readExporterConfig } from './config.ts';
import { doctorCommand } from './doctor/command.ts';
import { nodeHost } from './host/node-host.ts';
import { keepMemorySmall } from './host/node-memory.ts';
import { recordCommand } from './record/command.ts';
import { replayCommand } from './replay/command.ts';
import { runExporterService } from './service.ts';

/**
 * `flowcollect exporter`, `flowcollect record`, `flowcollect replay` and `flowcollect doctor`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  // `replay` reads no file that was not named.
  const files = argv[0] === 'replay' ? [] : ['ClientSetting.ini'];
  const called = ownCommand(ownInvocation(process.env, process.argv[1]));
  return runCommands(argv, files, (translate, language) =>
    [
      exporterCommand(),
      replayCommand(print, nodeHost, translate, screenOutput(process.stderr, process.env.TERM)),
      recordCommand(
        (file, text) => readExporterConfig(file, text).settings,
        print,
        nodeHost,
        language,
        called,
        endingSignal,
      ),
      doctorCommand(readExporterConfig, print, nodeHost, language),
    ].map((command) => commandOf(command, translate)),
  );
}

const exporterCommand = (): CommandSpec => ({
  name: 'exporter',
  description: COMMANDS.exporter,
  options: [{ flags: '-c, --config <file>', description: TEXTS.config, default: 'ClientSetting.ini' }],
  async run(_, { config }: { config: string }) {
    // It shares a router's or a phone's memory with everything else there.
    keepMemorySmall();
    await runExporterService({
      host: nodeHost,
      path: config,
      output: screenOutput(process.stdout, process.env.TERM),
      errors: process.stderr,
      ...serviceSignals(),
    });
  },
});
