import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { type HttpListener, type ListenAddress, listenHttp } from '../runtime/http-listener.ts';

/** What a control request does: takes the parsed JSON body (`{}` without one), gives what to answer as JSON. */
export type ControlAction = (body: unknown) => unknown;

/** Actions by method and path, such as `GET /simulator/truth`. */
export type ControlRoutes = Readonly<Record<string, ControlAction>>;

/**
 * The listener that tests and demos drive a simulation by; never on a simulated service's own port. A body that does
 * not fit is answered 400 with the reason, an unknown route 404 with the known ones.
 *
 * @throws ListenError when the port is taken
 */
export async function listenForControl(routes: ControlRoutes, address: ListenAddress): Promise<HttpListener> {
  return await listenHttp((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const path = new URL(request.url ?? '/', 'http://control').pathname;
    const action = routes[`${request.method} ${path}`];
    if (action === undefined) {
      answer(404, { error: 'unknown_route', routes: Object.keys(routes) });
      return;
    }
    const run = async (): Promise<void> => {
      const hasBody = request.headers['content-length'] !== undefined || 'transfer-encoding' in request.headers;
      const body: unknown = hasBody && request.headers['content-length'] !== '0' ? await json(request) : {};
      answer(200, (await action(body)) ?? { done: true });
    };
    run().catch((error: unknown) => {
      if (error instanceof z.ZodError) answer(400, { error: 'bad_body', message: z.prettifyError(error) });
      else if (error instanceof SyntaxError) answer(400, { error: 'bad_body', message: 'the body is not JSON' });
      else answer(500, { error: 'failed', message: error instanceof Error ? error.message : String(error) });
    });
  }, address);
}
