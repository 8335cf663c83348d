import { realpathSync } from 'node:fs';
import { isSea } from 'node:sea';

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
