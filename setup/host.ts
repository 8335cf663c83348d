import type { Files } from '../exporter/host/host.ts';
import type { Network } from '../exporter/host/network.ts';

/** What `init` and `service` take from the system, on Node and in Go (native/). */
export interface SetupHost {
  readonly network: Network;
  readonly files: SetupFiles;
  readonly machine: Machine;
  readonly terminal: Terminal;
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
  /** Whether the process has the rights of root. */
  readonly root: boolean;
  environment(name: string): string | undefined;
}

export interface SetupFiles
  extends Pick<Files, 'absolute' | 'folderOf' | 'nameOf' | 'readText' | 'readSettings' | 'isOpenToOthers'> {
  /** Puts a settings file in its place: a new one is readable by its owner alone. @throws SettingsError */
  writeSettings(path: string, text: string): Promise<void>;
  /** Puts what is made of a settings file's text in its place; a link stays one. @throws SettingsError */
  changeSettings(path: string, change: (text: string) => string): Promise<void>;
}

/** Where the person is who answers. */
export interface Terminal {
  write(text: string): void;
  /** The next line that is typed; undefined at the end of the input. */
  readLine(): Promise<string | undefined>;
  /** Reads no more: the process may end. */
  end(): void;
}
