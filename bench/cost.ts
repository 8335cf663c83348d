import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BenchContext } from './bench.ts';
import type { FrameCost, FrameCostRequest, HeapMark } from './cost/frames-and-memory.ts';
import { measureResident } from './cost/resident.ts';
import type { Cell, Figure, Section } from './table.ts';

const MIB = 2 ** 20;

/** What the exporter costs the device it runs on. */
export async function* cost(context: BenchContext): AsyncGenerator<Section> {
  yield await frames(context);
  yield await memory(context);
  yield await resident(context);
  yield await bundle(context);
}

const ratio = (value: number, atMost?: number): Figure => ({
  value,
  unit: '×',
  digits: 2,
  ...(atMost === undefined ? {} : { atMost }),
});
const milliseconds = (value: number): Figure => ({ value, unit: 'ms', digits: 3 });

async function frames({ probe, quick }: BenchContext): Promise<Section> {
  const rows: Cell[][] = [];
  for (const moving of [1, 0.2]) {
    for (const [size, goal] of [
      [100, 2],
      [1000, 1.5],
      [5000, 1.5],
    ] as const) {
      const input: FrameCostRequest = { size, moving, blocks: Math.max(20, (quick ? 5_000 : 50_000) / size) };
      const found = await probe<FrameCost>({ name: 'frame-cost', input });
      rows.push([
        `${size}, ${100 * moving} % of them moving`,
        milliseconds(found.parse),
        milliseconds(found.account),
        ratio(found.ratio, goal),
        milliseconds((1000 * found.account) / size),
      ]);
    }
  }
  return {
    title: 'A frame',
    method:
      'JSON.parse of a message, and decoding plus accounting the same message, in turns over blocks of ten successive frames; 2 % of the connections are replaced between two frames, as many live unseen and are announced by the log. Medians over blocks; the last column shows that the cost is linear.',
    columns: ['open connections', 'JSON.parse', 'accounted', 'ratio', 'accounted, per 1,000'],
    rows,
  };
}

async function memory({ probe, quick }: BenchContext): Promise<Section> {
  const marks = quick ? [10_000, 30_000] : [10_000, 100_000];
  const heap = await probe<HeapMark[]>({ name: 'memory', input: { marks }, nodeArguments: ['--expose-gc'] });
  const first = heap[0]?.heapUsed ?? Number.NaN;
  return {
    title: 'Memory over time',
    method:
      'Heap in use after a full collection, decoder, ledger and metrics together, with 1,000 connections open at a time, to 20,000 hosts, from 300 addresses.',
    columns: ['different connections so far', 'heap in use', 'against the first'],
    rows: heap.map(({ distinct, heapUsed }, index) => [
      String(distinct),
      { value: heapUsed / MIB, unit: 'MiB', digits: 2 },
      index === 0 ? ratio(1) : ratio(heapUsed / first, 1.1),
    ]),
  };
}

async function resident({ root, quick }: BenchContext): Promise<Section> {
  const pollMs = quick ? 100 : 1000;
  const { median, highest, frames, pushes } = await measureResident(root, pollMs, 60, quick ? 60 : 600);
  return {
    title: 'Resident memory',
    method: `The built exporter with 1,000 open connections that all move, a simulated kernel before it and a gateway that takes its pushes behind it, after a warm-up of 60 frames. A frame every ${pollMs} ms and a push every ten${quick ? ', ten times as fast as a device' : ''}.`,
    columns: ['frames', 'pushes', 'median', 'highest'],
    rows: [
      [
        String(frames),
        String(pushes),
        { value: median / MIB, unit: 'MiB', digits: 1, atMost: 100 },
        { value: highest / MIB, unit: 'MiB', digits: 1 },
      ],
    ],
  };
}

async function bundle({ root }: BenchContext): Promise<Section> {
  const { bytes, folders, packages } = await readBundle(root, 'exporter');
  const others = [...folders.keys()].filter((folder) => !['exporter', 'core', 'runtime'].includes(folder));
  return {
    title: "The exporter's bundle",
    method: `Made of ${[...folders].map(([folder, count]) => `${count} files of ${folder}/`).join(', ')} and ${packages.length} packages.`,
    columns: ['size', 'files of other services'],
    rows: [
      [
        { value: bytes / 1e6, unit: 'MB', digits: 2, atMost: 2.5 },
        {
          value: others.reduce((sum, folder) => sum + (folders.get(folder) ?? 0), 0),
          unit: 'files',
          digits: 0,
          atMost: 0,
        },
      ],
    ],
  };
}

interface BundleContents {
  readonly bytes: number;
  /** Files of the project by top folder. */
  readonly folders: ReadonlyMap<string, number>;
  readonly packages: readonly string[];
}

const SourceMap = z.object({ sources: z.array(z.string()) });

/** What a built bundle is made of, by its source map. @throws the system's error when it is not built */
async function readBundle(root: string, name: string): Promise<BundleContents> {
  const path = join(root, 'dist', `${name}.mjs`);
  const { sources } = SourceMap.parse(JSON.parse(await readFile(`${path}.map`, 'utf8')));
  return { bytes: (await stat(path)).size, ...sortSources(sources) };
}

/** @param sources paths relative to dist/ */
export function sortSources(sources: readonly string[]): Omit<BundleContents, 'bytes'> {
  const folders = new Map<string, number>();
  const packages = new Set<string>();
  for (const source of sources) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(source) ?? [];
    if (name !== undefined) {
      packages.add(name);
      continue;
    }
    const folder = source.replace(/^(?:\.\.\/)+/, '').split('/')[0] ?? '';
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return { folders, packages: [...packages].sort() };
}
