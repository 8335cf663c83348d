import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, posix } from 'node:path';
import { WebSocket } from 'ws';

/** A built service under V8's coverage. */
export interface CoveredService {
  /** The project's files in which a function was called since the last call of this, sorted. */
  filesRunSinceLastCall(): Promise<readonly string[]>;
  /** Ends the process. */
  end(): Promise<void>;
}

interface Range {
  readonly startOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly functionName: string; readonly ranges: readonly Range[] }[];
}

/**
 * Starts `flowcollect NAME --config FILE` as it was built, with V8's inspector on a port of its own and counts calls from the start.
 *
 * @param root the checkout, built
 */
export async function startCovered(root: string, name: string, settings: string): Promise<CoveredService> {
  const program = join(root, 'dist/flowcollect.mjs');
  const child = spawn(process.execPath, ['--inspect-wait=127.0.0.1:0', program, name, '--config', settings], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const inspector = await connect(await inspectorAddress(child));
  await inspector('Profiler.enable');
  await inspector('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await inspector('Runtime.runIfWaitingForDebugger');
  const place = sourcePlaces(join(root, `dist/${name}.mjs`));
  return {
    async filesRunSinceLastCall() {
      const { result } = (await inspector('Profiler.takePreciseCoverage')) as { result: readonly ScriptCoverage[] };
      const own = result.filter(({ url }) => url.endsWith(`/dist/${name}.mjs`));
      const files = own.flatMap(({ functions }) =>
        functions.flatMap(({ ranges: [whole] }) =>
          whole === undefined || whole.count === 0 || whole.startOffset === 0 ? [] : (place(whole.startOffset) ?? []),
        ),
      );
      return [...new Set(files)].sort();
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The inspector's address, which Node writes first; what the service logs after it is not looked at. */
function inspectorAddress({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(0, 1000);
      const address = /ws:\/\/\S+/.exec(said)?.[0];
      if (address !== undefined) resolve(address);
    });
    stderr?.on('close', () => reject(new Error(`no inspector: ${said}`)));
  });
}

/** A call of the inspector's protocol: method and parameters → result. */
async function connect(address: string): Promise<(method: string, params?: object) => Promise<unknown>> {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (result: unknown) => void>();
  socket.on('message', (text) => {
    const { id, result } = JSON.parse(String(text)) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  let last = 0;
  return (method, params = {}) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
}

/** Offset in a bundle → the project's file it was made of; undefined for packages. */
function sourcePlaces(bundle: string): (offset: number) => string | undefined {
  const text = readFileSync(bundle, 'utf8');
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')));
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    const entry = map.findEntry(line, offset - (starts[line] ?? 0));
    if (!('originalSource' in entry)) return undefined;
    const path = posix.normalize(posix.join('dist', entry.originalSource));
    return path.includes('node_modules') || path.startsWith('..') ? undefined : path;
  };
}
