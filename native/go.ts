/** What Go gives (native/*.go): only what bytes, files, networks and the system are made of. */
interface Go {
  readonly args: readonly string[];
  /** As Node names it. */
  readonly platform: string;
  readonly hostname: string;
  /** The folder of whoever runs this. */
  readonly home: string;
  /** -1 where there are no such numbers (Windows). */
  readonly userId: number;
  /** The path of this program. */
  readonly executable: string;
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Empty where it is not set. */
  environment(name: string): string;
  /** Milliseconds since the start. */
  now(): number;
  /** Of the machine, seconds; 0 where the system does not tell. */
  uptime(): number;
  cpuSeconds(): number;
  residentBytes(): number;
  isRunning(pid: number): boolean;
  exit(code: number): void;
  /** @param stream 1 or 2 */
  print(stream: number, text: string): void;
  /** Of the standard input; null at its end. @param secret keeps it off the screen, where that is a terminal */
  readLine(secret: boolean): Promise<string | null>;
  terminal(stream: number): { readonly isTerminal: boolean; readonly columns: number; readonly rows: number };
  onSignal(name: string, callback: () => void): void;
  /** @throws where it cannot be started, or takes longer */
  run(program: string, args: readonly string[], timeout: number): Promise<ToolResult>;

  encode(text: string): ArrayBuffer;
  /** @throws TypeError where it must be whole and is not */
  decode(buffer: ArrayBufferLike, from: number, to: number, encoding: string, fatal: boolean): string;
  sameBytes(a: ArrayBufferLike, from: number, to: number, b: ArrayBufferLike, at: number, end: number): boolean;
  /** From `from`; -1 where it is not there. */
  indexOf(buffer: ArrayBufferLike, from: number, to: number, wanted: ArrayBufferLike, at: number, end: number): number;
  lastIndexOf(
    buffer: ArrayBufferLike,
    from: number,
    to: number,
    wanted: ArrayBufferLike,
    at: number,
    end: number,
  ): number;
  sha256(text: string): string;
  /** In the alphabet for addresses. @throws where it is none */
  fromBase64(text: string): ArrayBuffer;
  /** @param length bytes */
  randomHex(length: number): string;
  gunzip(buffer: ArrayBufferLike, from: number, to: number): ArrayBuffer;
  /** Seconds east of UTC. @throws TypeError where there is no such zone */
  zoneOffset(zone: string, at: number): number;
  publicSuffix(name: string): string;
  parseUrl(text: string): UrlParts | null;

  absolute(path: string, folder: string): string;
  folderOf(path: string): string;
  nameOf(path: string): string;
  /** The file that a link leads to in the end. */
  followLinks(path: string): Promise<string>;
  readFile(path: string): Promise<ArrayBuffer>;
  mode(path: string): Promise<number>;
  replaceFile(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  makeWritable(folder: string): Promise<void>;
  createFile(path: string, text: string): Promise<void>;
  createPacked(path: string, onFailure: () => void): Promise<{ write(text: string): void; end(): Promise<void> }>;
  /** With these permissions, in a folder that is made where it is missing. */
  install(path: string, content: ArrayBufferLike, mode: number): Promise<void>;
  remove(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  append(path: string, text: string, isNew: boolean): Promise<void>;
  isInMemory(folder: string): Promise<boolean>;
  tryFolder(folder: string): Promise<void>;
  /** Another text after every save of a file. */
  fingerprint(path: string): Promise<string>;
  makeFolderNow(path: string): void;
  renameNow(from: string, to: string): void;
  appendNow(path: string, text: string): void;
  /** What is at a path, with so many bytes of a file's beginning. */
  look(path: string, length: number): { readonly size: number; readonly beginning: string | undefined } | undefined;

  client(peer: object): GoClient;
  listen(
    host: string,
    port: number,
    answer: (method: string, url: string, host: string) => Promise<object>,
  ): Promise<{ readonly port: number; close(): Promise<void> }>;
}

interface ToolResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

type UrlParts = Readonly<
  Record<
    'protocol' | 'host' | 'hostname' | 'port' | 'pathname' | 'origin' | 'search' | 'hash' | 'username' | 'password',
    string
  >
>;

interface GoClient {
  request(request: object): { readonly result: Promise<GoResult>; cancel(): void };
  webSocket(request: object): () => void;
  close(): void;
}

interface GoResult {
  readonly status: number;
  readonly headers: object;
  readonly body: ArrayBuffer;
  readonly failure: {
    readonly kind: string;
    readonly code: string;
    readonly fingerprint: string;
    readonly path: string;
  } | null;
}

export const go = (globalThis as unknown as { readonly go: Go }).go;
