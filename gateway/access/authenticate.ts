import type { IncomingMessage } from 'node:http';
import { createGuessLimit } from '../../runtime/auth-rate-limiter.ts';
import { clientAddress } from '../../runtime/client-address.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Refusal, refuse } from '../http/problem.ts';
import type { Device } from './device.ts';
import { readPushPath } from './push-path.ts';
import { identify, type Token } from './tokens.ts';

/** The device that a request speaks for: the user is the token's, the DeviceID one that the token may use. */
export type Identify = (request: IncomingMessage) => ({ readonly kind: 'identified' } & Device) | Refusal;

/**
 * Decides by method, path and token alone whether a request is one of a device. Who has no token that is known learns
 * nothing of paths and devices.
 *
 * @param tokens those that are good as of now
 */
export function createDoorkeeper(clock: Clock, tokens: () => readonly Token[]): Identify {
  const guesses = createGuessLimit();
  return (request) => {
    const path = readPushPath(request.url ?? '');
    if (path.kind === 'refused' && path.code === 'not_found') return path;
    if (request.method !== 'PUT' && request.method !== 'GET') {
      return refuse('method_not_allowed', 'a device pushes with PUT and reads back with GET; nothing else is served');
    }
    const [address, now] = [clientAddress(request), clock.now()];
    if (!guesses.mayTry(address, now)) {
      return refuse(
        'slow_down',
        'too many wrong tokens from this address; mend [client] RemoteToken and wait a minute',
      );
    }
    const token = identify(request.headers.authorization, tokens());
    if (token === undefined) {
      guesses.failed(address, now);
      return refuse('unauthorized', 'the token is not known here; set [client] RemoteToken to the one of the server');
    }
    if (path.kind === 'refused') return path;
    const { deviceId } = path;
    if (token.deviceId !== undefined && token.deviceId !== deviceId) {
      return refuse('other_device', 'this token belongs to another DeviceID; use the token of this device');
    }
    return { kind: 'identified', user: token.user, deviceId };
  };
}
