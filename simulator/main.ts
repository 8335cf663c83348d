import { CommanderError } from 'commander';
import { ListenError } from '../runtime/listen.ts';
import { parseArguments, type SimulatorArguments } from './arguments.ts';
import { readRecording, UnplayableError } from './kernel/recording.ts';
import { runPast } from './past/command.ts';
import { createSimulation, type SimulationConfig } from './simulation.ts';

/**
 * `flowcollect simulator kernel|airport|mailbox|telegram|all`: prints one line of JSON with the addresses when all are up, and runs until
 * SIGTERM or SIGINT. `flowcollect simulator past`: what was before.
 */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    if (argv[1] === 'past') {
      await runPast(argv.slice(2));
      return 0;
    }
    const simulation = createSimulation(await configOf(parseArguments(argv.slice(1))), Date.now);
    const stopped = new Promise((resolve) => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    try {
      process.stdout.write(`${JSON.stringify(await simulation.start())}\n`);
      await stopped;
    } finally {
      await simulation.stop();
    }
    return 0;
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UnplayableError) return fail(error, 2);
    if (error instanceof ListenError) return fail(error, 1);
    throw error;
  }
}

function fail(error: Error, exitCode: number): number {
  process.stderr.write(`flowcollect simulator: ${error.message}\n`);
  return exitCode;
}

async function configOf(args: SimulatorArguments): Promise<SimulationConfig> {
  const { parts, mailUser, socket } = args;
  const plays =
    args.recording === undefined
      ? { shape: args.shape, seed: args.seed }
      : { recording: await readRecording(args.recording), phase: args.phase };
  const kernel = {
    port: args.kernelPort,
    secret: args.secret,
    plays,
    ...(socket === undefined ? {} : { socketPath: socket }),
  };
  const airport = { port: args.airportPort, quota: args.quota, leakPerMinute: args.leak };
  const mailbox = {
    port: args.mailboxPort,
    ...(mailUser === undefined ? {} : { login: { user: mailUser, password: args.mailPassword } }),
  };
  const telegram = { port: args.telegramPort, token: args.botToken };
  return {
    controlPort: args.controlPort,
    speed: args.speed,
    paused: args.paused,
    ...(parts.includes('kernel') ? { kernel } : {}),
    ...(parts.includes('airport') ? { airport } : {}),
    ...(parts.includes('mailbox') ? { mailbox } : {}),
    ...(parts.includes('telegram') ? { telegram } : {}),
  };
}
