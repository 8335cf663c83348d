import './prelude.ts';
import type { CommandSpec } from '../core/command.ts';
import { runExporterService } from '../exporter/service.ts';
import { go } from './go.ts';
import { nativeHost } from './host.ts';
import { argv, EXPORTER, execute, ownLanguage, serviceSignals, terminal } from './program.ts';

/** `flowcollect exporter`: a bundle of its own, since it runs forever and all that it loads stays in memory. */
const exporterCommand: CommandSpec = {
  ...EXPORTER,
  run: (_, { config }: { config: string }) =>
    runExporterService({
      host: nativeHost,
      path: config,
      output: terminal(1),
      errors: terminal(2),
      ...serviceSignals(),
    }),
};

void ownLanguage()
  .then((language) => execute([exporterCommand], argv, language))
  .then(go.exit);
