import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { pushPath, STATE_HEADER } from '../../core/device-id.ts';
import { asDevice } from './device-pushes.ts';

/** Where pushes go: through the gateway, or to the same groups of Pushgateway itself. */
export interface PushTarget {
  readonly origin: string;
  readonly through: 'gateway' | 'pushgateway';
}

interface CrowdRequest {
  readonly target: PushTarget;
  readonly devices: number;
  /** What each device pushes, in turn. */
  readonly texts: readonly string[];
  /** The sequence of the first of them. */
  readonly firstSequence: number;
}

/** Devices that push the same household's counters, each under hosts and addresses of its own. */
interface CrowdOfDevices {
  /** @returns the status; 0 when there was no answer */
  push(device: number, turn: number): Promise<number>;
}

export const deviceName = (device: number): string => `device ${device}`;
export const deviceToken = (device: number): string => `token-of-${device}`;

/** Everything is rendered and packed before it returns: a push costs no more than sending it. */
function createCrowdOfDevices({ target, devices, texts, firstSequence }: CrowdRequest): CrowdOfDevices {
  const bodies = Array.from({ length: devices }, (_, device) =>
    texts.map((text) => gzipSync(asDevice(text, device), { level: 6 })),
  );
  return {
    async push(device, turn) {
      try {
        const { statusCode, body } = await request(target.origin + pathOf(target, device), {
          method: 'PUT',
          headers: {
            'content-type': 'text/plain; version=0.0.4',
            'content-encoding': 'gzip',
            authorization: `Bearer ${deviceToken(device)}`,
            [STATE_HEADER]: `bench ${firstSequence + turn}`,
          },
          body: bodies[device]?.[turn] ?? '',
        });
        await body.dump();
        return statusCode;
      } catch {
        return 0;
      }
    },
  };
}

function pathOf({ through }: PushTarget, device: number): string {
  const path = pushPath(deviceName(device));
  return through === 'gateway' ? path : path.replace('/instance/', '/user/default/instance/');
}

/** Seconds of processor time of this process while something runs. */
async function processorSeconds(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

export interface RushRequest extends CrowdRequest {
  /** Pushes under way at a time. */
  readonly concurrency: number;
}

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
  const request = input as RushRequest;
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

export interface ScheduleRequest extends CrowdRequest {
  readonly intervalMs: number;
}

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
  const request = input as ScheduleRequest;
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
