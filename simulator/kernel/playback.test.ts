import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPlayback } from './playback.ts';
import { readRecording, UnplayableError } from './recording.ts';

const NAMES = ['mixed', 'short', 'restart', 'closeall', 'udp', 'modern', 'household'] as const;
const load = (name: string) =>
  readRecording(new URL(`../../test/recordings/${name}.ndjson.gz`, import.meta.url).pathname);

describe.each(NAMES)('playing %s', (name) => {
  it('tells every message and every log line as recorded, byte for byte, at its time', async () => {
    const recording = await load(name);
    const began = recording.frames[0]?.at ?? 0;
    const playback = createPlayback(recording, { startedAt: 5_000_000, phase: 0 });
    const lines = [];
    for (const [index, frame] of recording.frames.entries()) {
      lines.push(...playback.advance(5_000_000 + frame.at - began));
      expect(playback.message() === frame.message, `frame at ${frame.at}`).toBe(true);
      const next = recording.frames[index + 1]?.at ?? Infinity;
      lines.push(...playback.advance(5_000_000 + Math.min(frame.at + 50, next - 1) - began));
      expect(playback.message() === frame.message, `after the frame at ${frame.at}`).toBe(true);
    }
    expect(lines).toEqual(recording.logs.map((line) => ({ ...line, at: 5_000_000 + line.at - began })));
    playback.advance(Number.MAX_SAFE_INTEGER);
    expect(playback.message()).toBe(recording.frames.at(-1)?.message);
  });
});

it('begins in the middle, without the log of what was before', async () => {
  const recording = await load('mixed');
  const began = recording.frames[0]?.at ?? 0;
  const playback = createPlayback(recording, { startedAt: 0, phase: 30_000 });
  const expected = recording.frames.findLast((frame) => frame.at <= began + 30_000);
  expect(playback.message()).toBe(expected?.message);
  expect(playback.position()).toEqual({ position: 30_000, duration: 66_899 });
  expect(playback.advance(0)).toEqual([]);
});

it('starts over under other ids when the kernel restarts', async () => {
  const recording = await load('mixed');
  const playback = createPlayback(recording, { startedAt: 0, phase: 0 });
  const ids = (): string[] => (JSON.parse(playback.message()).connections ?? []).map(({ id }: { id: string }) => id);
  playback.advance(20_000);
  const before = ids();
  playback.die();
  playback.advance(21_500);
  playback.revive();
  expect(playback.totals()).toEqual({ download: 0, upload: 0 });
  playback.advance(41_500);
  expect(ids().length).toBe(before.length);
  expect(new Set([...before, ...ids()]).size).toBe(2 * before.length);
});

it('knows what each node moved when it is over', async () => {
  const recording = await load('mixed');
  const playback = createPlayback(recording, { startedAt: 0, phase: 0 });
  playback.advance(70_000);
  const nodes = playback.nodeTotals();
  const kernel = playback.totals();
  const sum = (kind: string) =>
    nodes.filter((each) => each.class === kind).reduce((a, { download }) => a + download, 0);
  expect(sum('direct')).toBe(61_728_567);
  expect(sum('local')).toBe(13_598_004);
  expect(sum('proxy') + sum('direct') + sum('local')).toBe(kernel.download);
});

describe('reading a recording', () => {
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(await mkdtemp(join(tmpdir(), 'flowcollect-recording-')), name);
    await writeFile(path, text);
    return path;
  };

  it('does with the frames alone', async () => {
    const recording = await readRecording(await write('a.ndjson', '{"t":1}\t{"downloadTotal":0}\n'));
    expect(recording).toMatchObject({
      name: 'a',
      frames: [{ at: 1, message: '{"downloadTotal":0}' }],
      logs: [],
      truth: {},
    });
  });

  it.each([
    ['a.txt', '', 'must end in .ndjson.gz'],
    ['a.ndjson', '', 'holds no frames'],
    ['a.ndjson', '{"t":1}\t{}\nbroken\n', 'a.ndjson:2: expected'],
  ])('says what is wrong with %s holding %j', async (name, text, problem) => {
    const reading = readRecording(await write(name, text));
    await expect(reading).rejects.toThrow(problem);
    await expect(reading).rejects.toBeInstanceOf(UnplayableError);
  });

  it('says when there is none', async () => {
    await expect(readRecording('/nowhere/a.ndjson.gz')).rejects.toThrow('/nowhere/a.ndjson.gz does not exist');
  });
});
