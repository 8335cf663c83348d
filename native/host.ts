import { getEmptyResult, parseImpl } from 'tldts-core';
import { answerPage, type ServicePages } from '../core/pages.ts';
import type { Files, Host } from '../exporter/host/host.ts';
import { createInterfaces } from '../exporter/host/interfaces.ts';
import { createLineFile } from '../exporter/host/line-file.ts';
import { lockFile } from '../exporter/host/lock.ts';
import type {
  ConnectionFailure,
  HttpClient,
  HttpRequest,
  HttpResult,
  Network,
  Peer,
  WebSocketRequest,
} from '../exporter/host/network.ts';
import type { DomainOf } from '../exporter/ledger/attribution.ts';
import type { Clock } from '../runtime/async.ts';
import { errorCode } from '../runtime/error-code.ts';
import { watchDescriptors } from '../runtime/health.ts';
import { type ListenAddress, ListenError, unusable } from '../runtime/listen.ts';
import { decodeSettings, followReload, settingsSource, unreadableSettings } from '../runtime/reload.ts';
import { go } from './go.ts';
import { createNativeLogger } from './log.ts';

const utf8 = new TextDecoder();
const readText = async (path: string): Promise<string> => utf8.decode(new Uint8Array(await go.readFile(path)));

const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      signal.addEventListener('abort', wake);
    }),
};

const machineStartedAt = (): number => Date.now() - go.uptime() * 1000;

async function readSettings(path: string): Promise<string> {
  try {
    return decodeSettings(new Uint8Array(await go.readFile(path)));
  } catch (error) {
    throw unreadableSettings(path, errorCode(error));
  }
}

/** Longer than the beginning by which a line of the log is known. */
const BEGINNING = 64;

const files: Files = {
  absolute: (path, folder = '.') => go.absolute(path, folder),
  folderOf: (path) => go.folderOf(path),
  nameOf: (path) => go.nameOf(path),
  read: async (path) => new Uint8Array(await go.readFile(path)),
  isOpenToOthers: async (path) => go.platform !== 'win32' && ((await go.mode(path).catch(() => 0)) & 0o077) !== 0,
  readSettings,
  unpack: ({ buffer, byteOffset, byteLength }) =>
    new Uint8Array(go.gunzip(buffer, byteOffset, byteOffset + byteLength)),
  async readText(path) {
    try {
      return await readText(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  replace: (path, text) => go.replaceFile(path, text),
  rename: (from, to) => go.rename(from, to),
  makeWritable: (folder) => go.makeWritable(folder),
  sha256: (text) => go.sha256(text),
  create: (path, text) => go.createFile(path, text),
  createPacked: (path, onFailure) => go.createPacked(path, onFailure),
  remove: (path) => go.remove(path),
  list: (folder) => go.list(folder),
  append: (path, text, isNew) => go.append(path, text, isNew),
  isInMemory: (folder) => go.isInMemory(go.absolute(folder, '.')),
  lock: (path, text) =>
    lockFile(
      {
        pid: go.pid,
        hostname: go.hostname,
        now: clock.now,
        machineStartedAt,
        lifeOf,
        read: readText,
        replace: (at, content) => go.replaceFile(at, content),
        remove: (at) => go.remove(at),
      },
      path,
      text,
    ),
  tryFolder: (folder) => go.tryFolder(folder),
  lineFile: (path, isOwn, largest) =>
    createLineFile(
      {
        makeFolder: (at) => go.makeFolderNow(at),
        look: (at) => go.look(at, BEGINNING),
        rename: (from, to) => go.renameNow(from, to),
        append: (at, text) => go.appendNow(at, text),
      },
      path,
      isOwn,
      largest,
    ),
};

/** When a process began, in ticks since the machine did: numbers of processes come again (proc_pid_stat(5), field 22). */
function lifeOf(pid: number): string | undefined {
  if (!go.isRunning(pid)) return undefined;
  try {
    const { beginning = '' } = go.look(`/proc/${pid}/stat`, 4096) ?? {};
    return beginning.slice(beginning.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

const network: Network = {
  client(peer): HttpClient {
    const { origin, socketPath = '', timeout } = peer;
    const client = go.client({ origin, socketPath, timeout, trust: trustOf(peer) });
    return {
      async request({ signal, ...request }) {
        if (signal?.aborted === true) return ABORTED;
        const { result, cancel } = client.request(asGo(request));
        signal?.addEventListener('abort', cancel);
        const { status, headers, body, failure } = await result;
        signal?.removeEventListener('abort', cancel);
        if (failure !== null) return { kind: 'failure', failure: failure as unknown as ConnectionFailure };
        const answered = new Map(Object.entries(headers));
        return { kind: 'answer', status, header: (name) => answered.get(name), body: new Uint8Array(body) };
      },
      webSocket({ onMessage, ...request }: WebSocketRequest) {
        const close = client.webSocket({
          ...request,
          onMessage: (message: ArrayBuffer) => onMessage(Buffer.from(message)),
        });
        return { close };
      },
      close: async () => client.close(),
    };
  },
};

const ABORTED: HttpResult = { kind: 'failure', failure: { kind: 'unreachable', code: 'ABORT_ERR' } };

const trustOf = ({ trust }: Peer): object | undefined =>
  trust && { ca: trust.ca ?? '', fingerprint: trust.fingerprint ?? '', cert: trust.cert ?? '', key: trust.key ?? '' };

const asGo = ({ method = 'GET', body = '', headers = {}, path, gzip = false }: HttpRequest): object =>
  typeof body === 'string'
    ? { method, path, headers, gzip, body }
    : { method, path, headers, gzip, bytes: body.slice().buffer };

/** tldts' `FLAG.ALL`, which it declares for its own code alone. */
const ALL_PARTS = 5;

/** By the rules of tldts; the list of suffixes is Go's. */
const domainOf: DomainOf = (host) => {
  const { isIp, hostname, domain } = parseImpl(
    host,
    ALL_PARTS,
    (name, _, out) => {
      out.isIcann = true;
      out.isPrivate = false;
      out.publicSuffix = go.publicSuffix(name);
    },
    {},
    getEmptyResult(),
  );
  return isIp === true ? 'ip' : (domain ?? hostname ?? undefined);
};

async function servePages(pages: ServicePages, { host, port, setting }: ListenAddress) {
  const answer = (method: string, url: string, asked: string) =>
    answerPage(
      pages,
      {
        hostname: go.hostname,
        cpuSeconds: go.cpuSeconds(),
        residentBytes: go.residentBytes(),
        startedAt: go.startedAt / 1000,
      },
      { method, url, host: asked },
    );
  try {
    const { port: taken, close } = await go.listen(host, port, answer);
    return { port: taken, origin: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`, close };
  } catch (error) {
    const failure = { code: errorCode(error), message: error instanceof Error ? error.message : '' };
    throw new ListenError(unusable(`${host}:${port}`, failure, setting), { cause: error });
  }
}

const boot = bootId();

function bootId(): string | undefined {
  try {
    return go.look('/proc/sys/kernel/random/boot_id', BEGINNING)?.beginning?.trim();
  } catch {
    return undefined;
  }
}

/** What Go gives. */
export const nativeHost: Host = {
  network,
  files,
  clock,
  domainOf,
  interfaces: createInterfaces({
    platform: go.platform,
    read: readText,
    list: (folder) => go.list(folder),
    async run(program, args, timeout) {
      const { exitCode, output } = await go.run(program, args, timeout);
      if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}`);
      return output;
    },
  }),
  machineStartedAt,
  machine: () => ({ ...(boot === undefined ? {} : { boot }), uptime: go.uptime() }),
  chance: Math.random,
  uniqueText: () => go.randomHex(12),
  openLog: (write) => createNativeLogger('exporter', write),
  watchDescriptors: (logger) =>
    watchDescriptors(logger, clock, async () => {
      await go.readFile(go.platform === 'win32' ? 'NUL' : '/dev/null');
    }),
  openSettings: (source) =>
    followReload(settingsSource(source, go.nameOf(source.path), readSettings), {
      clock,
      fingerprint: async (paths) => (await Promise.all(paths.map((path) => go.fingerprint(path)))).join('\n'),
    }),
  servePages,
};
