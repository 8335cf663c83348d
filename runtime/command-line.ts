import { EventEmitter } from 'node:events';
import { isatty } from 'node:tty';
import { Command, CommanderError } from 'commander';
import { errorText, type Language, type Translate, translateTo } from '../core/language.ts';
import { SettingsError } from '../core/settings.ts';
import { ArgumentError } from './argument-error.ts';
import { translateCommand } from './command-messages.ts';
import { consoleLanguage } from './console-language.ts';
import type { OnReload } from './reload.ts';

/**
 * Runs the one of these commands that the arguments name, and says on standard error what went wrong, in the language
 * that is set.
 *
 * @param argv the command and its arguments
 * @param files settings files that the command reads by default, which may set the language
 * @param commandsIn the commands, speaking one language
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function runCommands(
  argv: readonly string[],
  files: readonly string[],
  commandsIn: (translate: Translate, language: Language) => readonly Command[],
): Promise<number> {
  const language = await consoleLanguage(argv, files);
  // Options belong to the command they follow: `gateway token list --config …` is the list's.
  const program = new Command('flowcollect').enablePositionalOptions();
  for (const command of commandsIn(translateTo(language), language))
    program.addCommand(command.enablePositionalOptions());
  translateCommand(language, program, program.name());
  endInErrors(program);
  outliveReaders();
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`flowcollect ${argv[0] ?? ''}: ${errorText(error, language)}\n`);
    return error instanceof SettingsError || error instanceof ArgumentError ? 2 : 1;
  }
}

/**
 * Aborts when the process is asked to end: Ctrl-C, a service manager, or its terminal closing. Until then it goes on
 * without its output where that cannot be written, such as to a full disk.
 */
export function endingSignal(): AbortSignal {
  return endingAt('SIGINT', 'SIGTERM', 'SIGHUP');
}

/**
 * {@link endingSignal} for a service that follows its settings. Where it has no terminal that could close, SIGHUP has it
 * read them again, as service managers expect; Windows knows SIGHUP for the closing of the console alone.
 */
export function serviceSignals(
  hasTerminal = process.platform === 'win32' || [0, 1, 2].some((stream) => isatty(stream)),
): { readonly signal: AbortSignal; readonly onReload: OnReload } {
  if (hasTerminal) return { signal: endingSignal(), onReload: () => {} };
  const asked = new EventEmitter();
  process.on('SIGHUP', () => asked.emit('reload'));
  return { signal: endingAt('SIGINT', 'SIGTERM'), onReload: (again) => void asked.on('reload', again) };
}

function endingAt(...signals: readonly NodeJS.Signals[]): AbortSignal {
  const ending = new AbortController();
  endsByItself = false;
  for (const signal of signals) process.on(signal, () => ending.abort());
  return ending.signal;
}

let endsByItself = true;

/** Whoever read the output may go, such as `| head` or a `| tee` that was ended. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners('error').includes(onFailedWrite)) stream.on('error', onFailedWrite);
  }
}

function onFailedWrite(error: NodeJS.ErrnoException): void {
  if (endsByItself && error.code !== 'EPIPE') throw error;
}

/** Commander ends the process by itself unless every command, nested ones too, is told to throw. */
function endInErrors(command: Command): void {
  command.exitOverride();
  for (const nested of command.commands) endInErrors(nested);
}
