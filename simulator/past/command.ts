import { dirname } from 'node:path';
import { Command } from 'commander';
import { readAuditorFile } from '../../auditor/config.ts';
import { keptFolderIn } from '../../gateway/kept/kept-pushes.ts';
import { writeFileAtomic } from '../../runtime/atomic-file.ts';
import { keepLastPush } from './kept-push.ts';
import { pastAsOpenMetrics } from './open-metrics.ts';
import { createPast } from './past.ts';
import { makePastReports } from './reports.ts';

interface PastOptions {
  /** The auditor's settings. */
  readonly config: string;
  /** Epoch milliseconds. */
  readonly until: string;
}

/** `flowcollect simulator past`: days that a simulated household used before the simulation, for the demo. */
export async function runPast(argv: readonly string[]): Promise<void> {
  const program = new Command('flowcollect simulator past').exitOverride();
  const add = (name: string, about: string): Command =>
    program
      .command(name)
      .description(about)
      .requiredOption('--config <file>', 'ServerSetting.ini of the auditor')
      .requiredOption('--until <ms>', 'when the simulation began, in epoch milliseconds');
  add(
    'counters',
    'write the counters of its device as OpenMetrics, for promtool, and keep its last push for the gateway',
  )
    .requiredOption('--device <name>', 'what the device is called')
    .argument('<file>')
    .action(async (file: string, { config, until, device }: PastOptions & { device: string }) => {
      const { user, day, dataFolder } = await readAuditorFile(config);
      const past = createPast(Number(until), day);
      await writeFileAtomic(file, pastAsOpenMetrics(past, { job: 'flowcollect', user, instance: device }));
      await keepLastPush(keptFolderIn(dirname(dataFolder)), past, { user, deviceId: device });
    });
  add('reports', 'audit each day from these counters, into the archive and the state of the auditor').action(
    async ({ config, until }: PastOptions) => {
      const settings = await readAuditorFile(config);
      await makePastReports(settings, createPast(Number(until), settings.day), Number(until));
    },
  );
  await program.parseAsync([...argv], { from: 'user' });
}
