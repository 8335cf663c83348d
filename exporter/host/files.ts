/** Files as the exporter needs them. What is thrown carries the system's `code`, such as `ENOSPC`. */
export interface Files {
  /** The absolute path of one that is written relative to a folder, or to the working folder. */
  absolute(path: string, folder?: string): string;
  folderOf(path: string): string;
  /** Its last part. */
  nameOf(path: string): string;
  read(path: string): Promise<Uint8Array>;
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
  /**
   * Whether files can be read and written in a folder. One that is not there is made and removed again: a check by root
   * would leave it to root.
   */
  tryFolder(folder: string): Promise<void>;
  /** Appends a line to a file that is readable by its owner alone; `path.1` keeps what grew beyond some size. */
  lineFile(path: string, largest?: number): LineFile;
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
