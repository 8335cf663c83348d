import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { z } from 'zod';
import { pushPath, STATE_HEADER } from '../../core/device-id.ts';
import { asDevice } from './device-pushes.ts';

/** Where pushes go: through the gateway, or to the same groups of Pushgateway itself. */
export const Target = z.object({ origin: z.string(), through: z.enum(['gateway', 'pushgateway']) });
export type Target = z.infer<typeof Target>;

export const CrowdRequest = z.object({
  target: Target,
  devices: z.number().int().positive(),
  /** What each device pushes, in turn. */
  texts: z.array(z.string()).nonempty(),
  /** The sequence of the first of them. */
  firstSequence: z.number().int().positive(),
});
export type CrowdRequest = z.infer<typeof CrowdRequest>;

/** Devices that push the same household's counters, each under hosts and addresses of its own. */
export interface CrowdOfDevices {
  /** @returns the status; 0 when there was no answer */
  push(device: number, turn: number): Promise<number>;
}

export const deviceName = (device: number): string => `device ${device}`;
export const deviceToken = (device: number): string => `token-of-${device}`;

/** Everything is rendered and packed before it returns: a push costs no more than sending it. */
export function createCrowdOfDevices({ target, devices, texts, firstSequence }: CrowdRequest): CrowdOfDevices {
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

function pathOf({ through }: Target, device: number): string {
  const path = pushPath(deviceName(device));
  return through === 'gateway' ? path : path.replace('/instance/', '/user/default/instance/');
}

/** Seconds of processor time of this process while something runs. */
export async function processorSeconds(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
