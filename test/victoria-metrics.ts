import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { answers, type RunningProcess } from '../stack/processes.ts';
import { ensureDebianProgram } from './debian-program.ts';
import { CACHE_FOLDER, type RealParts } from './real-parts.ts';

/** How compose runs it, but for addresses and the scrapes. */
export const VICTORIA_METRICS_FLAGS = [
  // By default the newest 30 s are hidden: devices would look late.
  '-search.latencyOffset=1s',
  // By default it looks back as far as it guesses; Prometheus looks back five minutes.
  '-search.maxStalenessInterval=5m',
] as const;

/**
 * A real VictoriaMetrics.
 *
 * @param name names its folder
 */
export async function startVictoriaMetrics(parts: RealParts, name: string, port: number): Promise<RunningProcess> {
  return parts.start({
    name: 'VictoriaMetrics',
    command: await ensureDebianProgram('victoria-metrics', CACHE_FOLDER),
    args: [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(parts.folder, name)}`,
      ...VICTORIA_METRICS_FLAGS,
      // What is imported here is history, some of it older than the 400 days that are kept elsewhere.
      '-retentionPeriod=10y',
      '-search.disableCache',
      '-memory.allowedBytes=256MB',
    ],
    logFile: join(parts.folder, `${name}.log`),
    ready: answers(`http://127.0.0.1:${port}/health`),
  });
}

/** Hands OpenMetrics text, whose times are in seconds, to VictoriaMetrics, which wants milliseconds. */
export async function importHistory(origin: string, file: string): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    let chunk = '';
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (line.startsWith('#')) continue;
      const space = line.lastIndexOf(' ');
      chunk += `${line.slice(0, space)} ${Math.round(Number(line.slice(space + 1)) * 1000)}\n`;
      if (chunk.length > 1_000_000) {
        yield chunk;
        chunk = '';
      }
    }
    yield chunk;
  }
  const response = await fetch(`${origin}/api/v1/import/prometheus`, {
    method: 'POST',
    body: Readable.toWeb(Readable.from(lines())) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  if (!response.ok) throw new Error(`VictoriaMetrics answered ${response.status}: ${await response.text()}`);
  // What came is made searchable at most once a second.
  await fetch(`${origin}/internal/force_flush`);
}
