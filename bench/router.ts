import { constants, createDeflate } from 'node:zlib';
import type { BenchContext } from './bench.ts';
import { createCrowd } from './cost/crowd.ts';
import type { Cell, Section } from './table.ts';

const DAY_SECONDS = 86_400;
const MB = 1e6;

/** What watching a router's kernel through an SSH tunnel costs its line. */
export async function* router({ quick }: BenchContext): AsyncGenerator<Section> {
  const frames = quick ? 30 : 300;
  const rows: Cell[][] = [];
  for (const size of [100, 300]) {
    for (const seconds of [1, 5, 10]) {
      const { plain, packed } = await measure(size, seconds, frames);
      rows.push([String(size), `${seconds} s`, perDay(plain, seconds, frames), perDay(packed, seconds, frames)]);
    }
  }
  yield {
    title: 'A router watched through a tunnel',
    method:
      "Frames and log lines of a simulated kernel whose number of connections stays the same all day; every second 1 % of them are replaced, and half of them move between two frames. Compressed as ssh -C does: one zlib stream, flushed after each message. SSH's own headers (under 1 %) are left out.",
    columns: ['open connections', 'PollInterval', 'a day, plain', 'a day, compressed'],
    rows,
  };
}

const perDay = (bytes: number, seconds: number, frames: number) => ({
  value: ((bytes / frames) * (DAY_SECONDS / seconds)) / MB,
  unit: 'MB',
  digits: 0,
});

async function measure(size: number, seconds: number, frames: number): Promise<{ plain: number; packed: number }> {
  const startedAt = Date.UTC(2026, 0, 1);
  const churn = Math.min(1, 0.01 * seconds);
  const crowd = createCrowd({ size, churn, moving: 0.5, hosts: 5000, clients: 20, startedAt });
  const deflate = createDeflate();
  let packed = 0;
  deflate.on('data', (chunk: Buffer) => {
    packed += chunk.length;
  });
  let plain = 0;
  for (let frame = 1; frame <= frames; frame += 1) {
    const { message, log } = crowd.next(startedAt + frame * seconds * 1000);
    for (const text of [...log.map((payload) => JSON.stringify({ type: 'info', payload })), message]) {
      plain += Buffer.byteLength(text);
      deflate.write(text);
      await new Promise<void>((resolve) => {
        deflate.flush(constants.Z_PARTIAL_FLUSH, resolve);
      });
    }
  }
  deflate.destroy();
  return { plain, packed };
}
