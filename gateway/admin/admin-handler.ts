import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { isLoopback } from '../../core/addresses.ts';
import { deviceIdProblem, type UserDevice } from '../../core/device-id.ts';
import { createAuthRateLimiter } from '../../runtime/http.ts';
import type { Logger } from '../../runtime/logger.ts';
import { bearerHash } from '../access/authenticate.ts';
import { answerJson, answerProblem, type HttpProblem, httpProblem } from '../http/problem.ts';
import type { DeviceRelease } from './device-release.ts';

/** Where {@link createAdminHandler} answers; `?user=…&device=…` says for which device. */
export const ADMIN_PATHS = { rebase: '/admin/rebase', retire: '/admin/retire' } as const;
export type AdminAct = keyof typeof ADMIN_PATHS;

interface AdminHandlerOptions {
  readonly release: DeviceRelease;
  readonly logger: Logger;
  /** SHA-256 of `[server] AdminToken`, as of now; nothing is administered without one. */
  hash(): Buffer | undefined;
  /** A device is gone permanently. */
  retired(device: UserDevice): void;
}

/** What only the administrator of the machine may do: from loopback, with the admin token. */
export function createAdminHandler({ release, logger, hash, retired }: AdminHandlerOptions): RequestListener {
  const limited = createAuthRateLimiter();

  async function handle(request: IncomingMessage): Promise<{ kind: 'done' } | HttpProblem> {
    const url = new URL(request.url ?? '/', 'http://gateway');
    const act = (Object.keys(ADMIN_PATHS) as AdminAct[]).find((each) => ADMIN_PATHS[each] === url.pathname);
    if (act === undefined || request.method !== 'POST') return httpProblem('not_found', 'there is nothing here');
    const address = request.socket.remoteAddress ?? '';
    if (!isLoopback(address)) {
      return httpProblem('unauthorized', 'devices are administered from the gateway’s own machine only');
    }
    const shown = request.headers.authorization;
    const admin = limited(address, Date.now(), shown, () => isAdmin(shown, hash()) || undefined);
    if (admin === 'slow_down') return httpProblem('slow_down', 'too many wrong tokens; wait a minute');
    if (admin === undefined)
      return httpProblem('unauthorized', 'the admin token is not the one of [server] AdminToken');
    const device = { user: url.searchParams.get('user') ?? '', deviceId: url.searchParams.get('device') ?? '' };
    const problem = (deviceIdProblem(device.user) ?? deviceIdProblem(device.deviceId))?.en;
    if (problem !== undefined) return httpProblem('bad_path', `user and device must be given; a name ${problem}`);
    const result = await release[act](device);
    if (result.kind === 'refused') return result;
    if (act === 'retire') retired(device);
    logger.warn(
      { user: device.user, instance: device.deviceId },
      act === 'retire' ? 'device retired' : 'device rebased',
    );
    return result;
  }

  return (request, response) => {
    request.resume();
    handle(request)
      .then((result) => {
        if (result.kind === 'refused') answerProblem(response, result);
        else answerJson(response, 200, { status: 'done' });
      })
      .catch((error: unknown) => {
        logger.error({ err: error }, 'a device could not be administered');
        answerJson(response, 500, { error: 'internal', message: 'the gateway failed; its log on the server says why' });
      });
  };
}

function isAdmin(authorization: string | undefined, hash: Buffer | undefined): boolean {
  const given = bearerHash(authorization);
  return given !== undefined && hash !== undefined && timingSafeEqual(given, hash);
}
