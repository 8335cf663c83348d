import './prelude.ts';
import type { CommandSpec } from '../core/command.ts';
import { runExporterService } from '../exporter/service.ts';
import { screenOutput } from '../runtime/screen.ts';
import { COMMANDS, TEXTS as COMMON } from '../runtime/texts.ts';
import { go } from './go.ts';
import { nativeHost } from './host.ts';
import { argv, execute, ownLanguage, serviceSignals } from './program.ts';

/** `flowcollect exporter`: a bundle of its own, since it runs for ever and all that it loads stays in memory. */
const exporterCommand: CommandSpec = {
  name: 'exporter',
  description: COMMANDS.exporter,
  options: [{ flags: '--config <file>', description: COMMON.config, default: 'ClientSetting.ini' }],
  run: (_, { config }: { config: string }) =>
    runExporterService({
      host: nativeHost,
      path: config,
      output: screenOutput(output, go.environment('TERM')),
      errors: { write: (text) => go.print(2, text) },
      ...serviceSignals(),
    }),
};

const output = {
  get isTTY() {
    return go.terminal(1).isTerminal;
  },
  get columns() {
    return go.terminal(1).columns;
  },
  get rows() {
    return go.terminal(1).rows;
  },
  write: (text: string) => go.print(1, text),
};

void ownLanguage()
  .then((language) => execute([exporterCommand], argv, language))
  .then(go.exit);
