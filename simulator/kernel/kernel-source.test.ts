import { expect, it } from 'vitest';
import { z } from 'zod';
import { WORKLOAD_SHAPES } from '../household/workload.ts';
import { generateHousehold } from './kernel-source.ts';
import { readRecording } from './recording.ts';

const messageSchema = z.object({
  downloadTotal: z.number(),
  uploadTotal: z.number(),
  connections: z.nullable(z.array(z.object({ id: z.string(), download: z.number() }))),
});
const recording = (name: string) =>
  readRecording(new URL(`../../test/recordings/${name}.ndjson.gz`, import.meta.url).pathname);

it.each(WORKLOAD_SHAPES)('makes ten minutes of %s that end with everything counted', (shape) => {
  const { frames, totals, truth } = generateHousehold({ seed: '7', shape, seconds: 600, frameEvery: 1000 });
  expect(frames[0]?.message).toBe('{"downloadTotal":0,"uploadTotal":0,"connections":null,"memory":0}');
  const counted = truth.nodes.filter((node) => node.counted);
  expect(counted.reduce((sum, node) => sum + node.download, 0)).toBe(totals.download);
  expect(counted.reduce((sum, node) => sum + node.upload, 0)).toBe(totals.upload);
  const last = messageSchema.parse(JSON.parse(frames.at(-1)?.message ?? ''));
  expect([last.downloadTotal, last.uploadTotal]).toEqual([totals.download, totals.upload]);
});

it('is the same for the same seed', () => {
  const options = { seed: '7', shape: 'mixed', seconds: 20, frameEvery: 100 } as const;
  expect(generateHousehold(options)).toEqual(generateHousehold(options));
  expect(generateHousehold({ ...options, seed: '8' })).not.toEqual(generateHousehold(options));
});

it.each([
  ['mixed', 60],
  ['short', 30],
  ['udp', 20],
] as const)('resembles the recording %s', async (shape, seconds) => {
  const real = await recording(shape);
  const made = generateHousehold({ seed: '1', shape, seconds, frameEvery: 100 });
  const openOnAverage = (frames: readonly { message: string }[]): number =>
    frames.reduce((sum, { message }) => sum + (messageSchema.parse(JSON.parse(message)).connections?.length ?? 0), 0) /
    frames.length;
  const downloaded = (frames: readonly { message: string }[]): number =>
    messageSchema.parse(JSON.parse(frames.at(-1)?.message ?? '')).downloadTotal;
  const within = (value: number, wanted: number): void => {
    expect(value).toBeGreaterThan(wanted / 2);
    expect(value).toBeLessThan(wanted * 2);
  };
  within(made.logs.length, real.logs.length);
  within(openOnAverage(made.frames), openOnAverage(real.frames));
  within(downloaded(made.frames), downloaded(real.frames));
});
