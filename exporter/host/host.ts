import type { ServicePages } from '../../core/pages.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { ListenAddress, MovableListener } from '../../runtime/http-listener.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Reload } from '../../runtime/reload.ts';
import type { SettingsSource } from '../../runtime/settings-file.ts';
import type { Files } from './files.ts';
import type { Interfaces } from './interfaces.ts';
import type { Network } from './network.ts';

/** All that the exporter takes from the system it runs on (docs/adr/0021-give-the-exporter-its-outside.md). */
export interface Host {
  readonly network: Network;
  readonly files: Files;
  readonly clock: Clock;
  /** Undefined where it is not known how to read them. */
  readonly interfaces: Interfaces | undefined;
  /** When the machine started, epoch milliseconds by its clock of now. */
  machineStartedAt(): number;
  /** 0 to 1, drawn again at each call. */
  chance(): number;
  /** A text without spaces that no other process has ever had. */
  uniqueText(): string;
  /** The logger of the process; each line is one JSON object, secrets taken out. */
  openLog(write: (line: string) => void): Logger;
  /** @throws SettingsError when the file is missing or bad at the first read */
  openSettings<T>(source: SettingsSource<T>): Promise<Reload<T>>;
  /** @param setting that moves it, named when the port is taken */
  servePages(pages: ServicePages, setting: string): MovableListener<Omit<ListenAddress, 'setting'>>;
}
