import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { accounting } from './accounting.ts';
import { auditCost } from './audit-cost.ts';
import { type Bench, type BenchContext, PROBE_ARGUMENT, type Probe, runProbe, serveProbe } from './bench.ts';
import { frameCostProbe, memoryProbe } from './cost/frames-and-memory.ts';
import { cost } from './cost.ts';
import { dashboards } from './dashboards.ts';
import { rushProbe, scheduleProbe } from './gateway/push-probes.ts';
import { gateway } from './gateway.ts';
import { growth } from './growth.ts';
import { native } from './native.ts';
import { release } from './release.ts';
import { router } from './router.ts';
import { countGoals, renderSection } from './table.ts';
import { playFolder } from './verdict/days/play-folder.ts';
import { writeHousehold } from './verdict/days/write-days.ts';
import { verdictProbe } from './verdict/tasks.ts';
import { verdict } from './verdict.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  accounting,
  audit: auditCost,
  cost,
  dashboards,
  gateway,
  growth,
  native,
  release,
  router,
  verdict,
};

const PROBES: Readonly<Record<string, Probe>> = {
  'frame-cost': frameCostProbe,
  'gateway-rush': rushProbe,
  'gateway-schedule': scheduleProbe,
  memory: memoryProbe,
  verdict: verdictProbe,
};

interface Options {
  readonly quick?: boolean;
  readonly only?: readonly string[];
  readonly years?: number;
  readonly play?: string;
  readonly text?: boolean;
  readonly write?: string;
}

/** This file, bundled into dist/. */
const PROGRAM = fileURLToPath(import.meta.url);
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * `npm run bench`: prints what each bench measured next to its goals. A goal that is missed is said, and no failure.
 *
 * @param argv arguments without the program
 * @returns exit code: 0 done, 1 a bench failed, 2 bad arguments
 */
export async function run(argv: readonly string[]): Promise<number> {
  const probe = argv[0] === PROBE_ARGUMENT ? PROBES[argv[1] ?? ''] : undefined;
  if (probe !== undefined) {
    await serveProbe(probe);
    return 0;
  }
  const command = new Command('bench')
    .description('Measure the project against its goals')
    .argument('[name...]', `which benches: ${Object.keys(BENCHES).join(', ')}; all by default`)
    .option('--quick', 'fewer and shorter runs')
    .option('--only <part...>', 'of native (file, frames, beside, memory) and verdict (scenarios): which parts')
    .option('--years <number>', 'of verdict: simulated years of each scenario', Number)
    .option('--play <folder>', 'of verdict: play the days of a folder instead, a line of JSON an audit and airport')
    .option('--text', 'with --play: the whole text of each report too')
    .option('--write <folder>', 'of verdict: write one household of the scenario as days instead')
    .exitOverride();
  try {
    command.parse([...argv], { from: 'user' });
    const unknown = command.args.find((name) => !Object.hasOwn(BENCHES, name));
    if (unknown !== undefined) {
      command.error(`error: no bench is called ${unknown}; there are ${Object.keys(BENCHES).join(', ')}`);
    }
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const names = command.args.length > 0 ? command.args : Object.keys(BENCHES);
  const { quick = false, only = [], years, play, text = false, write } = command.opts<Options>();
  if (play !== undefined) {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
    return playFolder(play, { texts: text }, writeLine);
  }
  if (write !== undefined) return writeHousehold(write, only[0] ?? 'prompt');
  return runBenches(names, {
    root: ROOT,
    quick,
    only,
    ...(years === undefined ? {} : { years }),
    ...(process.env.CLASH_EXPORTER === undefined ? {} : { otherExporter: process.env.CLASH_EXPORTER }),
    probe: async <Result>(request: Parameters<BenchContext['probe']>[0]) =>
      (await runProbe(PROGRAM, request)) as Result,
  });
}

/** Resolves when more can be written. Who reads no further, as `head` does, has had enough. */
function writeLine(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(line, (error) => (error ? reject(error) : resolve()));
  });
}

async function runBenches(names: readonly string[], context: BenchContext): Promise<number> {
  let met = 0;
  let missed = 0;
  let exitCode = 0;
  for (const name of names) {
    console.log(`# ${name}\n`);
    try {
      for await (const section of BENCHES[name]?.(context) ?? []) {
        console.log(`${renderSection(section)}\n`);
        const goals = countGoals(section);
        met += goals.met;
        missed += goals.missed;
      }
    } catch (error) {
      console.error(`bench ${name} failed:`, error);
      exitCode = 1;
    }
  }
  console.log(`${met + missed} goals: ${met} met, ${missed} missed`);
  return exitCode;
}

process.exitCode = await run(process.argv.slice(2));
