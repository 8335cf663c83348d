import { realpathSync } from 'node:fs';
import { basename, delimiter, dirname, relative, sep } from 'node:path';
import { shellWord } from '../core/shell-word.ts';

/** Looked for here rather than imported: an import that an older Node lacks would end it before it can say a word. */
const isSea = (): boolean => process.getBuiltinModule?.('node:sea').isSea() === true;

/** How this process was started. */
export interface Invocation {
  /** As it was typed: `process.argv0`. */
  readonly program: string;
  /** What Node was started with; undefined for the single executable. */
  readonly script: string | undefined;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the process has the rights of root. */
  readonly root: boolean;
}

/** The process that asks. @param script what Node was started with */
export function ownInvocation(environment: Invocation['environment'], script: string | undefined): Invocation {
  return {
    program: process.argv0,
    script: isSea() ? undefined : script,
    folder: process.cwd(),
    environment,
    root: process.getuid?.() === 0,
  };
}

/**
 * FlowCollect as the person who runs it called it, to be printed in front of a command that they can copy: `flowcollect`,
 * `npx flowcollect`, `node dist/flowcollect.mjs`, `./flowcollect-1.0.0-linux-x64`, with `sudo` where that was used.
 */
export function ownCommand({ program, script, folder, environment, root }: Invocation): string {
  const sudo = root && environment.SUDO_USER !== undefined ? 'sudo ' : '';
  // npm and npx say so to whatever they start; the clone's own FlowCollect is theirs.
  if (environment.npm_lifecycle_event !== undefined) return `${sudo}npx flowcollect`;
  if (script === undefined) return `${sudo}${shellWord(program)}`;
  const name = basename(script);
  const found = (environment.PATH ?? '').split(delimiter).includes(dirname(script));
  if (found) return `${sudo}${shellWord(name)}`;
  const near = relative(folder, script);
  return `${sudo}${shellWord(program)} ${shellWord(near.startsWith(`..${sep}`) ? script : near)}`;
}

/** How FlowCollect itself is started here: the single executable alone, or Node with the dispatcher's script. */
export interface OwnProgram {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * @param executable path of the running program
 * @param script what Node was started with
 */
export function ownProgram(executable: string, script: string | undefined): OwnProgram {
  if (isSea() || script === undefined) return { command: executable, args: [] };
  return { command: executable, args: [realpathSync(script)] };
}
