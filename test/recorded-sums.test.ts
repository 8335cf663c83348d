import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE_BYTES, SUMMED_DAYS } from '../core/traffic.ts';
import { recordingGroups, sumExpr } from '../prometheus/recording.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { createRealParts, prometheusVersions, type RealParts } from './real-parts.ts';

const run = promisify(execFile);
const MINUTE = 60;
const DAY = 86_400;
const END = Date.parse('2025-07-10T13:00:00Z') / 1000;
/** Two days more than the longest sum. */
const START = END - 32 * DAY;
/** The sample that the last block before the end rests on: Prometheus evaluates a group some seconds past the minute. */
const LAST = END - MINUTE;

/** Counters of known truth: bytes at a time in seconds, or undefined where there is no sample. */
const COUNTERS: Readonly<Record<string, (at: number) => number | undefined>> = {
  steady: (at) => ((at - START) / MINUTE) * 1_000_003,
  // Its first sample already counts.
  young: (at) => (at < END - 3 * DAY ? undefined : 5_000 + ((at - END + 3 * DAY) / MINUTE) * 7),
  // Scraping stopped for twenty hours, while it went on.
  gap: (at) => (at > END - 6 * DAY && at < END - 6 * DAY + 20 * 3600 ? undefined : ((at - START) / MINUTE) * 13),
  // Beyond what a double of 32 bits would hold.
  large: (at) => 2 ** 50 + ((at - START) / MINUTE) * 3,
};

describe.each(await prometheusVersions())('on $version', ({ programs }) => {
  let parts: RealParts;
  let prometheus: string;

  beforeAll(async () => {
    parts = await createRealParts(programs);
    const { promtool } = parts.binaries;
    const [raw, blocks, rules] = ['raw.txt', 'blocks', 'minutes.yml'].map((name) => join(parts.folder, name));
    if (raw === undefined || blocks === undefined || rules === undefined) throw new Error('no paths');
    await writeFile(raw, openMetrics());
    await mkdir(blocks);
    await run(promtool, [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      '--quiet',
      '--max-block-duration=768h',
      raw,
      blocks,
    ]);
    await cp(blocks, join(parts.folder, 'source', 'tsdb'), { recursive: true });
    const source = await parts.startPrometheus(undefined, 'source');
    await writeFile(rules, JSON.stringify({ groups: recordingGroups().slice(0, 1) }));
    await run(promtool, [
      'tsdb',
      'create-blocks-from',
      'rules',
      `--start=${START}`,
      `--end=${END}`,
      `--url=${source}`,
      `--output-dir=${blocks}`,
      '--eval-interval=1m',
      // A few blocks instead of one for every two hours; Prometheus answers at most 11,000 evaluations at once.
      '--max-block-duration=162h',
      rules,
    ]);
    await cp(blocks, join(parts.folder, 'filled', 'tsdb'), { recursive: true });
    prometheus = await parts.startPrometheus(undefined, 'filled');
  }, 180_000);
  afterAll(() => parts.close());

  it.each(SUMMED_DAYS)('adds up the blocks of %i days to the byte', async (days) => {
    const sums = await query(prometheus, sumExpr(days));
    for (const [node, value] of Object.entries(COUNTERS)) {
      const truth = (value(LAST) ?? 0) - (value(LAST - days * DAY) ?? 0);
      expect(sums.get(node), node).toBe(truth);
    }
  });

  it('gives the blocks the labels that tell users, devices and nodes apart', async () => {
    const samples = await createPrometheus({ addresses: () => [prometheus] }).instant(MINUTE_BYTES, END * 1000);
    expect(Object.keys(samples[0]?.labels ?? {}).sort()).toEqual([
      '__name__',
      'class',
      'direction',
      'instance',
      'job',
      'node',
      'user',
    ]);
  });
});

async function query(prometheus: string, expr: string): Promise<Map<string, number>> {
  const samples = await createPrometheus({ addresses: () => [prometheus] }).instant(expr, END * 1000);
  return new Map(samples.map(({ labels, value }) => [labels.node ?? '', value]));
}

function openMetrics(): string {
  const lines: string[] = ['# TYPE flowcollect_traffic_bytes counter'];
  for (const [node, value] of Object.entries(COUNTERS)) {
    const labels = `job="flowcollect",user="default",instance="a",class="proxy",node="${node}",provider="p",direction="download",accounting="measured"`;
    for (let at = START; at <= END; at += MINUTE) {
      const bytes = value(at);
      if (bytes !== undefined) lines.push(`flowcollect_traffic_bytes_total{${labels}} ${bytes} ${at}`);
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}
