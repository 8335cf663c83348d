import type { ServicePages } from '../../core/pages.ts';
import type { Clock } from '../../runtime/async.ts';
import type { ListenAddress, OpenListener } from '../../runtime/listen.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Reload, SettingsSource } from '../../runtime/reload.ts';
import type { DomainOf } from '../ledger/attribution.ts';
import type { Network } from './network.ts';

/** All that the exporter takes from the system it runs on (docs/adr/0021-give-the-exporter-its-outside.md). */
export interface Host {
  readonly network: Network;
  readonly files: Files;
  readonly clock: Clock;
  readonly domainOf: DomainOf;
  /** Undefined where it is not known how to read them. */
  readonly interfaces: Interfaces | undefined;
  /** When the machine started, epoch milliseconds by its clock of now. */
  machineStartedAt(): number;
  /** Its boot, where the system has a name for each, and how long it has been up, seconds: no clock is asked. */
  machine(): { readonly boot?: string; readonly uptime: number };
  /** 0 to 1, drawn again at each call. */
  chance(): number;
  /** A text without spaces that no other process has ever had. */
  uniqueText(): string;
  /** The logger of the process; each line is one JSON object, secrets taken out. */
  openLog(write: (line: string) => void): Logger;
  /** Says in the log when no file descriptor is left, and when there are some again. */
  watchDescriptors(logger: Logger): { stop(): Promise<void> };
  /** @throws SettingsError when the file is missing or bad at the first read */
  openSettings<T>(source: SettingsSource<T>): Promise<Reload<T>>;
  /** @throws ListenError */
  servePages(pages: ServicePages, address: ListenAddress): Promise<OpenListener>;
}

/** Files as the exporter needs them. What is thrown carries the system's `code`, such as `ENOSPC`. */
export interface Files {
  /** The absolute path of one that is written relative to a folder, or to the working folder. */
  absolute(path: string, folder?: string): string;
  folderOf(path: string): string;
  /** Its last part. */
  nameOf(path: string): string;
  read(path: string): Promise<Uint8Array>;
  /** Whether other users than its owner have any right to a file; false where the system has no such rights (Windows). */
  isOpenToOthers(path: string): Promise<boolean>;
  /** Text of a settings file, in whatever encoding people's editors leave it. @throws SettingsError */
  readSettings(path: string): Promise<string>;
  /** What a gzip file holds. @throws where it is not whole */
  unpack(gzip: Uint8Array): Uint8Array;
  /** @returns undefined when it does not exist */
  readText(path: string): Promise<string | undefined>;
  /** Puts a text in its place: a crash at any instant leaves the old one or the new. On the medium when it resolves. */
  replace(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes a folder where there is none. @throws where nothing can be written into it */
  makeWritable(folder: string): Promise<void>;
  /** Of a text's UTF-8 bytes, hexadecimal. */
  sha256(text: string): string;
  /** Makes a file that must not be there yet, readable by its owner alone. */
  create(path: string, text: string): Promise<void>;
  /** Makes such a file and packs what is written into it by gzip. @param onFailure called once it cannot be written */
  createPacked(path: string, onFailure: () => void): Promise<PackedFile>;
  /** Removes a file, if it is there. */
  remove(path: string): Promise<void>;
  /** The names in a folder. */
  list(folder: string): Promise<string[]>;
  /** Adds a text to a file, readable by its owner alone. On the medium when it resolves. @param isNew in place of what is there */
  append(path: string, text: string, isNew: boolean): Promise<void>;
  /** Whether a folder, or the one that it would be made in, is in memory, which a power cut empties. */
  isInMemory(folder: string): Promise<boolean>;
  /**
   * Holds a name for as long as this process runs or until it is released. Where the file cannot be made, nothing is held
   * and nothing said: writing next to it will tell.
   *
   * @param text whom to name to other processes
   */
  lock(path: string, text: string): Promise<Lock>;
  /**
   * Whether files can be read and written in a folder. One that is not there is made and removed again: a check by root
   * would leave it to root.
   */
  tryFolder(folder: string): Promise<void>;
  /**
   * Appends lines to a file that is readable by its owner alone; `path.1` keeps what grew beyond some size. What else
   * stands at one of the two names is left as it is, and appending fails with the code `NOT_A_LOG`.
   *
   * @param isOwn whether what begins so was written by this program
   */
  lineFile(path: string, isOwn: (beginning: string) => boolean, largest?: number): LineFile;
}

export type Lock =
  | { readonly kind: 'taken'; release(): Promise<void> }
  /** Another process has it, which runs on this machine. */
  | { readonly kind: 'held'; readonly by: LockHolder };

export interface LockHolder {
  readonly pid: number;
  readonly text: string;
  /** When it was taken, ISO 8601. */
  readonly since: string;
}

export interface PackedFile {
  write(text: string): void;
  /** Ends the file. @throws the first failure */
  end(): Promise<void>;
}

/** A file of lines that begins again when it has grown large; one older file is kept as `<path>.1`. */
export interface LineFile {
  /** At once, so that the last line before a crash is there. */
  append(line: string): void;
}

/** The network interfaces of the machine that the exporter runs on. */
export interface Interfaces {
  /** @throws the system's error when they cannot be read */
  read(): Promise<SystemInterfaces>;
  /** Milliseconds between two readings, by what one costs. */
  readonly readEvery: number;
}

/** All network interfaces at one moment. */
export interface SystemInterfaces {
  /** By name: bytes sent (upload) and received (download), and a text that changes when the interface is created again. */
  readonly counters: ReadonlyMap<string, { readonly bytes: InterfaceBytes; readonly life: string }>;
  /** Interfaces with a default route, the preferred one first. */
  readonly defaultRoutes: readonly string[];
}

export interface InterfaceBytes {
  readonly upload: number;
  readonly download: number;
}
