import { z } from 'zod';
import { CrowdRequest, createCrowdOfDevices, processorSeconds } from './crowd-of-devices.ts';

export const RushRequest = CrowdRequest.extend({ concurrency: z.number().int().positive() });
export type RushRequest = z.infer<typeof RushRequest>;

export interface Rush {
  readonly pushes: number;
  /** Those that were not taken. */
  readonly refused: number;
  readonly seconds: number;
  /** Of the client itself. */
  readonly processorSeconds: number;
}

/** Devices push one after the other, turn by turn, as fast as answers come, so many at a time. */
export async function rushProbe(input: unknown): Promise<Rush> {
  const request = RushRequest.parse(input);
  const crowd = createCrowdOfDevices(request);
  const pushes = request.devices * request.texts.length;
  let next = 0;
  let refused = 0;
  const pushOnAndOn = async (): Promise<void> => {
    while (next < pushes) {
      const number = next;
      next += 1;
      const status = await crowd.push(number % request.devices, Math.floor(number / request.devices));
      if (status < 200 || status >= 300) refused += 1;
    }
  };
  const begun = performance.now();
  const processor = await processorSeconds(async () => {
    await Promise.all(Array.from({ length: request.concurrency }, pushOnAndOn));
  });
  return { pushes, refused, seconds: (performance.now() - begun) / 1000, processorSeconds: processor };
}
