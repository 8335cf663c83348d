import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { domainOf } from '../host/node-domains.ts';
import { nodeFiles } from '../host/node-system.ts';
import { decodeCatalog } from '../kernel/catalog.ts';
import { EMPTY_CATALOG } from '../ledger/frame.ts';
import { parseRecordedLog, parseRecordedMessages, readRecordedText, sampleMessages } from './recording.ts';
import { type ReplayInput, type ReplayResult, replay } from './replay.ts';

const folder = new URL('../../test/recordings/', import.meta.url).pathname;
const NAMES = ['mixed', 'short', 'closeall', 'udp', 'modern', 'household', 'restart'] as const;

/** Which class the destination ports of the recordings belong to (test/recordings/README.md). */
const CLASS_OF_PORT: Readonly<Record<string, string>> = {
  18001: 'proxy',
  18002: 'direct',
  18003: 'local',
  18004: 'reject',
  18005: 'proxy',
  18006: 'proxy',
  18007: 'proxy',
  18008: 'proxy',
};

interface Truth {
  readonly truth: Readonly<Record<string, { up: number; down: number }>>;
  readonly kernel: { up: number; down: number };
  readonly events: readonly { e: string; up?: number; down?: number }[];
}

const truthOf = (name: string): Truth => JSON.parse(readFileSync(`${folder}${name}.truth.json`, 'utf8'));

/** Read once: a recording is replayed at many phases. */
const read = new Map<string, Promise<Pick<ReplayInput, 'messages' | 'log' | 'catalog'>>>();

async function readRecording(name: string): Promise<Pick<ReplayInput, 'messages' | 'log' | 'catalog'>> {
  const proxies = name === 'modern' ? 'modern.proxies.json' : 'proxies.json';
  return {
    messages: parseRecordedMessages(name, await readRecordedText(nodeFiles, `${folder}${name}.ndjson.gz`)),
    log: parseRecordedLog(name, await readRecordedText(nodeFiles, `${folder}${name}.logs.json.gz`)),
    catalog: decodeCatalog(JSON.parse(readFileSync(`${folder}${proxies}`, 'utf8'))),
  };
}

async function replayRecording(
  name: string,
  interval: number,
  fromZero: boolean,
  phase = 0,
  logs = true,
): Promise<ReplayResult> {
  const recording = read.get(name) ?? readRecording(name);
  read.set(name, recording);
  const { log, ...rest } = await recording;
  const ledger = { localNodes: ['ua3f'], domainOf, familyCap: 50 };
  return replay({ ...rest, ...(logs && log !== undefined ? { log } : {}), ledger, interval, phase, fromZero });
}

function sumOf(result: ReplayResult, direction: 'upload' | 'download'): number {
  return result.series.filter((each) => each.direction === direction).reduce((sum, each) => sum + each.bytes, 0);
}

/** The mean of the two in the middle of an even number. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length >> 1) - 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}

/** ½ Σ |counted − truth| / total, by class. */
function misattribution(result: ReplayResult, { truth }: Truth, of: 'upload' | 'download' = 'download'): number {
  const difference = new Map<string, number>();
  const add = (trafficClass: string, bytes: number): void => {
    difference.set(trafficClass, (difference.get(trafficClass) ?? 0) + bytes);
  };
  let total = 0;
  for (const [port, { up, down }] of Object.entries(truth)) {
    const trafficClass = CLASS_OF_PORT[port] ?? '';
    // What a client sent into a rejected connection went nowhere: no kernel counts it.
    const bytes = of === 'download' ? down : trafficClass === 'reject' ? 0 : up;
    add(trafficClass, -bytes);
    total += bytes;
  }
  for (const { class: trafficClass, direction, bytes } of result.series) {
    if (direction === of) add(trafficClass, bytes);
  }
  return [...difference.values()].reduce((sum, bytes) => sum + Math.abs(bytes), 0) / 2 / total;
}

describe.each(NAMES)('the %s recording', (name) => {
  it.each([100, 1000, 10_000])('at %d ms loses and doubles no byte', async (interval) => {
    for (const fromZero of [true, false]) {
      const result = await replayRecording(name, interval, fromZero);
      for (const direction of ['upload', 'download'] as const) {
        expect(sumOf(result, direction) + result.carry[direction]).toBe(result.kernel[direction]);
        for (const series of Object.values(result.families)) {
          const sum = series
            .filter((each) => each.direction === direction)
            .reduce((total, each) => total + each.bytes, 0);
          expect(sum).toBe(sumOf(result, direction));
        }
      }
      expect(result.series.every(({ bytes }) => Number.isSafeInteger(bytes) && bytes > 0)).toBe(true);
    }
  });

  it("ends at the kernel's own totals", async () => {
    const { kernel, events } = truthOf(name);
    const before = events.find(({ e }) => e === 'totals before stop');
    const result = await replayRecording(name, 100, true);
    if (before === undefined) {
      expect(result.kernel).toEqual({ upload: kernel.up, download: kernel.down });
      expect(result.restarts).toBe(0);
      return;
    }
    // A restart hides what moved between the last frame and the kernel's end: less than one frame.
    expect(result.restarts).toBe(1);
    const missed = (before.down ?? 0) + kernel.down - result.kernel.download;
    expect(missed).toBeGreaterThanOrEqual(0);
    expect(missed).toBeLessThan(3_000_000);
  });
});

/** The middle of ten phases: one is a single draw, since what closed together, and with whom, is chance. */
async function misattributionOf(name: string, interval: number, logs: boolean): Promise<number> {
  const phases = Array.from({ length: 10 }, (_, index) => (index * interval) / 10);
  const errors = phases.map(async (phase) =>
    misattribution(await replayRecording(name, interval, true, phase, logs), truthOf(name)),
  );
  return median(await Promise.all(errors));
}

it.each([
  ['mixed', 0.003, 0.05],
  ['modern', 0.0055, 0.05],
  ['closeall', 0.007, 0.09],
  ['udp', 0.006, 0.015],
  ['short', 0.025, 0.04],
])('puts the downloads of %s into the right class, all but %d at 1 s and %d at 10 s', async (name, second, ten) => {
  expect(await misattributionOf(name, 1000, true)).toBeLessThanOrEqual(second);
  expect(await misattributionOf(name, 10_000, true)).toBeLessThanOrEqual(ten);
});

it.each([
  ['mixed', 0.005],
  ['modern', 0.005],
  ['closeall', 0.009],
  ['udp', 0.04],
  ['short', 0.06],
])('without the log, puts the downloads of %s into the right class, all but %d at 1 s', async (name, wrong) => {
  expect(await misattributionOf(name, 1000, false)).toBeLessThanOrEqual(wrong);
});

it.each([1000, 10_000])(
  'puts the uploads of modern, whose totals hold all, into the right class at %d ms',
  async (interval) => {
    const phases = Array.from({ length: 10 }, (_, index) => (index * interval) / 10);
    const results = await Promise.all(phases.map((phase) => replayRecording('modern', interval, true, phase)));
    const truth = truthOf('modern');
    expect(median(results.map((result) => misattribution(result, truth, 'upload')))).toBeLessThanOrEqual(0.01);
  },
);

it('shows a signed carry at 100 ms, where the kernel reads totals before connections', async () => {
  const messages = parseRecordedMessages('mixed', await readRecordedText(nodeFiles, `${folder}mixed.ndjson.gz`));
  const carries: number[] = [];
  for (let end = 60; end < 160; end += 1) {
    const result = replay({
      messages: messages.slice(0, end),
      catalog: { ...EMPTY_CATALOG, has: () => false },
      ledger: { localNodes: [], domainOf, familyCap: 50 },
      interval: 100,
      phase: 0,
      fromZero: true,
    });
    carries.push(result.carry.download);
  }
  expect(Math.min(...carries)).toBeLessThan(0);
});

describe('sampleMessages', () => {
  const messages = [0, 101, 199, 302, 401, 498, 600].map((t) => ({ t, text: '' }));
  it('takes frames that come a little early, and always the last', () => {
    expect(sampleMessages(messages, 200, 0).map(({ t }) => t)).toEqual([0, 199, 401, 600]);
    expect(sampleMessages(messages, 1000, 0).map(({ t }) => t)).toEqual([0, 600]);
  });
  it('starts at a phase', () => {
    expect(sampleMessages(messages, 200, 150).map(({ t }) => t)).toEqual([199, 401, 600]);
  });
});
