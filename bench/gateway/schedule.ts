import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { CrowdRequest, createCrowdOfDevices, processorSeconds } from './crowd-of-devices.ts';

export const ScheduleRequest = CrowdRequest.extend({ intervalMs: z.number().positive() });
export type ScheduleRequest = z.infer<typeof ScheduleRequest>;

export interface Schedule {
  readonly pushes: number;
  /** Those that were not taken. */
  readonly refused: number;
  /** Those whose answer came after the next was due. */
  readonly late: number;
  /** From the moment a push was due to its answer. */
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Share of one core that the client itself took. */
  readonly processorShare: number;
}

/** Each device pushes every interval, whatever the others do; all are spread evenly over it. */
export async function scheduleProbe(input: unknown): Promise<Schedule> {
  const request = ScheduleRequest.parse(input);
  const { devices, texts, intervalMs } = request;
  const crowd = createCrowdOfDevices(request);
  const begun = performance.now();
  const taken: number[] = [];
  let refused = 0;
  const live = async (device: number): Promise<void> => {
    for (const turn of texts.keys()) {
      const due = begun + (turn + device / devices) * intervalMs;
      await delay(Math.max(0, due - performance.now()));
      const status = await crowd.push(device, turn);
      taken.push(performance.now() - due);
      if (status < 200 || status >= 300) refused += 1;
    }
  };
  const processor = await processorSeconds(async () => {
    await Promise.all(Array.from({ length: devices }, (_, device) => live(device)));
  });
  taken.sort((a, b) => a - b);
  const at = (share: number): number => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))] ?? 0;
  return {
    pushes: taken.length,
    refused,
    late: taken.filter((ms) => ms > intervalMs).length,
    medianMs: at(0.5),
    p99Ms: at(0.99),
    longestMs: at(1),
    processorShare: processor / ((performance.now() - begun) / 1000),
  };
}
