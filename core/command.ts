import type { Text } from './language.ts';

/**
 * A command as data, so that whatever reads arguments on a host can run it: Commander on Node, a few lines of its own
 * where that cannot be (native/).
 */
export interface CommandSpec {
  readonly name: string;
  readonly description: Text;
  /** What stands behind its name, such as `<file...>` for one or more, or `[service]`; absent where nothing does. */
  readonly argument?: { readonly name: string; readonly description: Text };
  readonly options: readonly OptionSpec[];
  /** @param options by their names in camel case; those that are not given are absent or have their default */
  run(args: readonly string[], options: object): Promise<void>;
}

/** A command that is several ones, such as `service install` and `service status`. */
export interface CommandGroup extends Pick<CommandSpec, 'name' | 'description'> {
  readonly commands: readonly CommandSpec[];
}

export interface OptionSpec {
  /** Such as `--interval <ms>`, or `--json` for a switch. */
  readonly flags: string;
  readonly description: Text;
  readonly default?: unknown;
  /** The default as people write it. */
  readonly defaultShown?: string;
  /** @throws ArgumentError */
  readonly read?: (text: string) => unknown;
}
