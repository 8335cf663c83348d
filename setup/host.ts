import type { Files } from '../exporter/host/host.ts';
import type { Network } from '../exporter/host/network.ts';
import type { Clock } from '../runtime/async.ts';
import type { OwnProgram } from '../runtime/own-program.ts';

/** What `init` and `service` take from the system, on Node and in Go (native/). */
export interface SetupHost {
  readonly network: Network;
  readonly files: SetupFiles;
  readonly clock: Clock;
  readonly machine: Machine;
  readonly terminal: Terminal;
  readonly run: RunTool;
  /** How FlowCollect itself is started here. */
  readonly program: OwnProgram;
  /** FlowCollect as the person called it, to be printed in front of a command that they can copy. */
  readonly called: string;
}

/** The machine, and as whom this process runs. */
export interface Machine {
  /** As Node names it, such as `win32`. */
  readonly platform: string;
  readonly hostname: string;
  /** The folder of whoever runs this. */
  readonly home: string;
  /** Of whoever runs this; 0 is root, and -1 where the system has no such numbers. */
  readonly userId: number;
  environment(name: string): string | undefined;
}

export interface SetupFiles
  extends Pick<Files, 'absolute' | 'folderOf' | 'nameOf' | 'readText' | 'readSettings' | 'isOpenToOthers' | 'remove'> {
  /** Puts a settings file in its place: a new one is readable by its owner alone. @throws SettingsError */
  writeSettings(path: string, text: string): Promise<void>;
  /** Puts what is made of a settings file's text in its place; a link stays one. @throws SettingsError */
  changeSettings(path: string, change: (text: string) => string): Promise<void>;
  /** Permissions of a file or folder; undefined where there is none. */
  mode(path: string): Promise<number | undefined>;
  /** Writes a file with these permissions, whatever the umask takes away; its folder is made where it is missing. */
  install(path: string, content: string | Uint8Array, mode: number): Promise<void>;
}

/** Runs a system tool; its output is for people. Never throws for an exit code. */
export type RunTool = (command: string, args: readonly string[]) => Promise<{ exitCode: number; output: string }>;

/** Where the person is who answers. */
export interface Terminal {
  write(text: string): void;
  /**
   * The next line that is typed; undefined at the end of the input.
   *
   * @param secret keeps it off the screen, where the terminal can
   */
  readLine(secret?: boolean): Promise<string | undefined>;
  /** Reads no more: the process may end. */
  end(): void;
}
