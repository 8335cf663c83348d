import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { LANGUAGES } from '../core/language.ts';
import { isTimeOfDay, isTimeZone } from '../core/local-day.ts';
import { sizeSetting } from '../core/settings.ts';
import { buildDashboards } from './dashboards.ts';
import { type DashboardSettings, DEFAULTS } from './settings.ts';

interface Options {
  readonly out: string;
  readonly timezone: string;
  readonly dayEnds: string;
  readonly dailyBudget?: number;
}

/** The folder of the checkout that Grafana is provisioned from; this file is bundled into dist/. */
const COMMITTED = fileURLToPath(new URL('../grafana/dashboards', import.meta.url));

function program(): Command {
  return new Command('dashboards')
    .description('Build the Grafana dashboards, one folder a language')
    .option('--out <folder>', 'where the folders zh and en are written', COMMITTED)
    .option('--timezone <zone>', 'Timezone of the settings', valid(isTimeZone, 'not an IANA time zone'), DEFAULTS.zone)
    .option(
      '--day-ends <time>',
      'DayEnds of the settings',
      valid(isTimeOfDay, 'not a time such as 23:55'),
      DEFAULTS.dayEnds,
    )
    .option('--daily-budget <size>', 'DailyBudget of the settings, such as 5GB', bytes)
    .exitOverride();
}

/**
 * Writes the dashboards of every language, and removes those that are no longer built.
 *
 * @param argv arguments without the program
 * @returns exit code: 0 done, 1 a folder could not be written, 2 bad arguments
 */
export async function run(argv: readonly string[]): Promise<number> {
  const command = program();
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const { out, timezone, dayEnds, dailyBudget } = command.opts<Options>();
  const budget = dailyBudget === undefined ? {} : { dailyBudgetBytes: dailyBudget };
  try {
    for (const language of LANGUAGES) {
      const folder = join(out, language);
      await writeDashboards(folder, { language, zone: timezone, dayEnds, limits: DEFAULTS.limits, ...budget });
      process.stdout.write(`${folder}\n`);
    }
    return 0;
  } catch (error) {
    process.stderr.write(`cannot write the dashboards: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function writeDashboards(folder: string, settings: DashboardSettings): Promise<void> {
  const files = buildDashboards(settings);
  await mkdir(folder, { recursive: true });
  for (const { name, content } of files) await writeFile(join(folder, name), content);
  const kept = new Set(files.map(({ name }) => name));
  const stale = (await readdir(folder)).filter((name) => /^flowcollect-.*\.json$/.test(name) && !kept.has(name));
  for (const name of stale) await rm(join(folder, name));
}

function valid(check: (text: string) => boolean, problem: string): (text: string) => string {
  return (text) => {
    if (!check(text)) throw new InvalidArgumentError(problem);
    return text;
  };
}

function bytes(text: string): number {
  const parsed = sizeSetting().safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? 'not a size');
  return parsed.data;
}

process.exitCode = await run(process.argv.slice(2));
