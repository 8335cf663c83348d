import { shellWord } from '../../core/shell-word.ts';
import { type Invocation, ownCommand } from '../../runtime/own-program.ts';

/** What a person can copy when a device's settings are written. */
export interface NextCommands {
  /** Accounts in this terminal. */
  readonly now: string;
  /** Accounts in the background from now on. */
  readonly background: string;
}

/** Commands as the person calls FlowCollect; who is not root installs the service for themselves. */
export function nextCommands(invocation: Invocation, file: string): NextCommands {
  const program = ownCommand(invocation);
  const config = `--config ${shellWord(file)}`;
  return {
    now: `${program} exporter ${config}`,
    background: `${program} service install exporter${invocation.root ? '' : ' --user'} ${config}`,
  };
}
