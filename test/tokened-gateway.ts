import { pushPath, STATE_HEADER } from '../core/device-id.ts';
import { hashToken } from '../gateway/access/authenticate.ts';
import { createGateway, type Gateway, type GatewayOptions, type GatewayPlaces } from '../gateway/service.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLogger } from '../runtime/logger.ts';

/**
 * A gateway in front of a real store, at a port of its own: the token `one` is of the user `default`, `two` of `alice`.
 *
 * @param store where it stands
 */
export function createTokenedGateway(
  store: Pick<GatewayPlaces, 'pushgateway' | 'victoriaMetrics'>,
  { dataFolder, clock = systemClock }: { readonly dataFolder: string } & Partial<Pick<GatewayOptions, 'clock'>>,
): Gateway {
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  return createGateway({
    places: { dataDir: dataFolder, prometheus: 'http://127.0.0.1:9', listen: address, metrics: address, ...store },
    clock,
    logger: createLogger('test', 'silent'),
    tokens: () => [
      { hash: hashToken('one'), user: 'default' },
      { hash: hashToken('two'), user: 'alice' },
    ],
    lastReload: () => ({ successful: true, succeededAt: 0 }),
  });
}

/** A push of a body to a gateway. */
export async function pushTo(
  origin: string,
  device: string,
  sequence: number,
  body: string,
  token = 'one',
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(origin + pushPath(device), {
    method: 'PUT',
    body,
    headers: { authorization: `Bearer ${token}`, [STATE_HEADER]: `state ${sequence}` },
  });
  return { status: response.status, text: await response.text() };
}
