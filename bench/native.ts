import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildNative, findGo } from '../tools/release/native.ts';
import type { BenchContext } from './bench.ts';
import { measureRun } from './native/run.ts';
import { sideBySide, type Watcher } from './native/side-by-side.ts';
import type { Cell, Figure, Section } from './table.ts';

const MIB = 2 ** 20;
const MB = 1e6;

/** What the exporter's host in Go costs a device, next to Node. */
export async function* native({ root, quick, only, otherExporter }: BenchContext): AsyncGenerator<Section> {
  const go = await findGo();
  if (go === undefined) {
    yield { title: 'The host in Go', method: 'Not measured: there is no Go here.', columns: ['what'], rows: [] };
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-bench-native-'));
  const onNode = [process.execPath, join(root, 'dist', 'flowcollect.mjs')] as const;
  try {
    const inGo = [join(folder, 'flowcollect')] as const;
    await buildNative(root, go, inGo[0]);
    const parts: Readonly<Record<string, () => Promise<Section>>> = {
      file: () => file(inGo[0], folder),
      frames: () => frames(inGo, onNode, quick),
      beside: () => beside(inGo, onNode, otherExporter, quick),
      memory: () => tenMinutes(inGo, onNode, root, folder, quick),
    };
    for (const [name, measure] of Object.entries(parts))
      if (only.length === 0 || only.includes(name)) yield await measure();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function file(program: string, folder: string): Promise<Section> {
  await promisify(execFile)('tar', [
    '-I',
    'gzip -9',
    '-cf',
    join(folder, 'packed.tar.gz'),
    '-C',
    folder,
    'flowcollect',
  ]);
  const size = async (path: string, atMost: number): Promise<Figure> => ({
    value: (await stat(path)).size / MB,
    unit: 'MB',
    digits: 1,
    atMost,
  });
  return {
    title: 'The file for devices',
    method: 'Built for this machine, and packed alone as releases pack it.',
    columns: ['file', '.tar.gz'],
    rows: [[await size(program, 18), await size(join(folder, 'packed.tar.gz'), 6)]],
  };
}

type Program = readonly [string, ...string[]];

async function frames(inGo: Program, onNode: Program, quick: boolean): Promise<Section> {
  const count = quick ? 60 : 600;
  const rows: Cell[][] = [];
  for (const [size, moving, mostTimes] of [
    [100, 0.2, 6],
    [100, 1, 9],
    [1000, 0.2, undefined],
  ] as const) {
    // A frame in time for the slower of both.
    const options = { size, moving, pollMs: size > 100 ? 500 : 100, frames: count };
    const [node, go] = [await measureRun(onNode, options), await measureRun(inGo, options)];
    const goal = (atMost: number | undefined): object => (atMost === undefined ? {} : { atMost });
    rows.push([
      `${size}, ${100 * moving} % of them moving`,
      { value: go.frame, unit: 'ms', digits: 2 },
      { value: node.frame, unit: 'ms', digits: 2 },
      { value: go.frame / node.frame, unit: '×', digits: 1, ...goal(mostTimes) },
      { value: go.start / 1000, unit: 's', digits: 2, ...goal(size === 100 ? 1 : undefined) },
    ]);
  }
  return {
    title: 'A frame of the whole exporter, in Go and on Node',
    method: `A simulated kernel before it and a gateway over plain HTTP behind it, with log and state; ${count} frames after 60, a push every ten. Processor time is all of the process's, pushes and state included; the start lasts until its first frame is accounted.`,
    columns: ['open connections', 'processor time a frame, Go', 'Node', 'ratio', 'start, Go'],
    rows,
  };
}

/** @param other the path of clash-exporter, where there is one */
async function beside(inGo: Program, onNode: Program, other: string | undefined, quick: boolean): Promise<Section> {
  const [warmUp, seconds] = quick ? [30, 60] : [60, 240];
  const watchers: readonly (Watcher & { readonly title: string; readonly atMost?: number })[] = [
    ...[250, 500, 1000, 5000].map((pollMs) => ({
      title: `Node, ${pollMs} ms`,
      command: onNode,
      pollMs,
      ...(pollMs === 1000 ? { atMost: 2 } : {}),
    })),
    { title: 'Go, 1000 ms', command: inGo, pollMs: 1000, atMost: 4 },
    { title: 'Go, 5000 ms', command: inGo, pollMs: 5000 },
    ...(other === undefined ? [] : [{ title: 'clash-exporter, its own 1 s', command: [other] as const }]),
  ];
  const took = await sideBySide(watchers, warmUp, seconds);
  const others = other === undefined ? undefined : took.at(-1)?.running;
  return {
    title: 'The whole exporter next to another one',
    method: `All at the same time on one simulated kernel with mixed traffic, ${seconds} s after ${warmUp} s; a push, or a scrape of the other, every 10 s. Node compiles its programs in the first column, the other and the one in Go are compiled.`,
    columns: ['exporter', 'processor time until then', 'processor time', "over clash-exporter's"],
    rows: watchers.map(({ title, atMost }, at): Cell[] => {
      const { starting, running } = took[at] ?? { starting: Number.NaN, running: Number.NaN };
      return [
        title,
        { value: starting, unit: 's', digits: 2 },
        { value: running, unit: 's', digits: 2 },
        others === undefined
          ? 'not measured here'
          : { value: running / others, unit: '×', digits: 1, ...(atMost === undefined ? {} : { atMost }) },
      ];
    }),
  };
}

/** As on a device, all at once: what is measured is memory alone. */
async function tenMinutes(
  inGo: Program,
  onNode: Program,
  root: string,
  folder: string,
  quick: boolean,
): Promise<Section> {
  const count = quick ? 60 : 600;
  const certificates = join(root, 'test', 'certificates');
  const [cert, key] = await Promise.all(
    ['kernel.crt', 'kernel.key'].map((name) => readFile(join(certificates, name), 'utf8')),
  );
  // What Go trusts holds the authorities of the system too, as on a device.
  const authorities = join(folder, 'authorities.pem');
  await writeFile(authorities, `${await readFile(SYSTEM_AUTHORITIES, 'utf8').catch(() => '')}${cert}`);
  const env = { SSL_CERT_FILE: authorities, NODE_EXTRA_CA_CERTS: authorities };
  const options = { moving: 0.2, pollMs: 1000, frames: count, tls: { cert: cert ?? '', key: key ?? '' }, env };
  const rows = await Promise.all(
    (
      [
        [100, 32],
        [1000, 56],
      ] as const
    ).map(async ([size, atMost]): Promise<Cell[]> => {
      const [go, node] = await Promise.all([inGo, onNode].map((program) => measureRun(program, { ...options, size })));
      return [
        String(size),
        { value: (go?.highest ?? Number.NaN) / MIB, unit: 'MiB', digits: 1, atMost },
        { value: (go?.ofFiles ?? Number.NaN) / MIB, unit: 'MiB', digits: 1 },
        { value: (node?.highest ?? Number.NaN) / MIB, unit: 'MiB', digits: 1 },
        String(go?.pushes),
      ];
    }),
  );
  return {
    title: 'Memory, as on a device',
    method: `The highest that was resident (VmHWM) in ${count} s after 60 frames: a frame a second, a fifth of the connections moving and 2 % replaced each time, with log and state, and a push over TLS every 10 s.`,
    columns: ['open connections', 'memory, Go', 'of it pages of the file', 'memory, Node', 'pushes'],
    rows,
  };
}

/** Debian's list, where Go looks too. */
const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
