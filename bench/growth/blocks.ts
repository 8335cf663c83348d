import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createRealParts } from '../../test/real-parts.ts';
import { asDevice, devicePushes } from '../gateway/device-pushes.ts';

/** What blocks of a time series database take on the disk. */
interface Blocks {
  /** Of one device. */
  readonly series: number;
  readonly samples: number;
  /** Bytes of samples, and of the index that names the series. */
  readonly chunks: number;
  readonly index: number;
}

const PUSH_SECONDS = 10;
const SCRAPE_SECONDS = 15;
/** Of a block as Prometheus begins with. */
const BLOCK_HOURS = 2;
const SCRAPES = (BLOCK_HOURS * 3600) / SCRAPE_SECONDS;
/** At the start of such a block. */
const BEGUN = Date.parse('2026-11-20T12:00:00Z') / 1000;
/** The index holds names that they share. */
const DEVICES = 4;

/** The blocks that Prometheus makes of what one device pushes in two hours, as if there were some more such devices. */
export async function blocksOfDevice(): Promise<Blocks> {
  const texts = await devicePushes((BLOCK_HOURS * 3600) / PUSH_SECONDS);
  const parts = await createRealParts();
  try {
    await parts.writeHistory(scrapes(texts), BLOCK_HOURS);
    return await sizeOfBlocks(join(parts.folder, 'prometheus', 'tsdb'));
  } finally {
    await parts.close();
  }
}

/** OpenMetrics text of every scrape. */
function* scrapes(texts: readonly string[]): Generator<string> {
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const text = texts[Math.floor((scrape * SCRAPE_SECONDS) / PUSH_SECONDS)] ?? '';
    for (let device = 0; device < DEVICES; device += 1) {
      const identity = `job="flowcollect",user="default",instance="device ${device}"`;
      for (const line of asDevice(text, device).split('\n')) {
        const [, name = '', labels, value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
        if (name === '') continue;
        const all = labels === undefined ? identity : `${labels},${identity}`;
        yield `${name}{${all}} ${value} ${BEGUN + scrape * SCRAPE_SECONDS}\n`;
      }
    }
  }
  yield '# EOF\n';
}

const meta = z.object({ stats: z.object({ numSeries: z.number(), numSamples: z.number() }) });

async function sizeOfBlocks(folder: string): Promise<Blocks> {
  const blocks = { series: 0, samples: 0, chunks: 0, index: 0 };
  for (const name of await readdir(folder)) {
    const block = join(folder, name);
    const { stats } = meta.parse(JSON.parse(await readFile(join(block, 'meta.json'), 'utf8')));
    blocks.series += stats.numSeries / DEVICES;
    blocks.samples += stats.numSamples / DEVICES;
    blocks.index += (await stat(join(block, 'index'))).size / DEVICES;
    for (const chunk of await readdir(join(block, 'chunks'))) {
      blocks.chunks += (await stat(join(block, 'chunks', chunk))).size / DEVICES;
    }
  }
  return blocks;
}
