import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type HttpListener, listenHttp } from '../runtime/http.ts';
import type { ListenAddress } from '../runtime/listen.ts';
import { type AirportSimulator, behaviourSchema } from './airport.ts';
import type { KernelSimulator } from './kernel/kernel-simulator.ts';
import { type Mailbox, refusalSchema } from './mailbox.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { TelegramSimulator } from './telegram.ts';

/** What a control request does: takes the parsed JSON body (`{}` without one), gives what to answer as JSON. */
type ControlAction = (body: unknown) => unknown;

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

const restartSchema = z.object({ downFor: z.number().min(0).max(600_000).default(1500) });
const speedSchema = z.object({ speed: z.number().positive() });

/** `downFor`: how long a restarting kernel refuses connections, in real milliseconds. */
export function kernelRoutes(kernel: KernelSimulator, time: SimulatedClock): ControlRoutes {
  const status = () => {
    const source = kernel.source();
    return { now: time.now(), playing: time.isPlaying(), kernel: source.totals(), ...source.position() };
  };
  return {
    'GET /simulator/truth': () => kernel.source().truth(),
    'GET /simulator/status': status,
    'POST /simulator/kernel/restart': async (body) => {
      const { downFor } = restartSchema.parse(body);
      await kernel.die();
      await sleep(downFor);
      await kernel.revive();
    },
    'POST /simulator/kernel/die': () => kernel.die(),
    'POST /simulator/kernel/revive': () => kernel.revive(),
    'POST /simulator/play': () => {
      time.play();
      return status();
    },
    'POST /simulator/pause': () => {
      time.pause();
      return status();
    },
    'PUT /simulator/speed': (body) => {
      time.setSpeed(speedSchema.parse(body).speed);
      return status();
    },
  };
}

export function airportRoutes(airport: AirportSimulator): ControlRoutes {
  const state = () => ({ ...airport.behaviour(), ...airport.usage(), requests: airport.requests() });
  return {
    'GET /simulator/airport': state,
    'PUT /simulator/airport': (body) => {
      airport.behave(behaviourSchema.parse(body));
      return state();
    },
  };
}

export function mailboxRoutes(mailbox: Mailbox): ControlRoutes {
  return {
    'GET /simulator/mailbox': () => ({ refusal: mailbox.refusal(), mails: mailbox.mails() }),
    'PUT /simulator/mailbox': (body) => mailbox.refuse(z.object({ refusal: refusalSchema }).parse(body).refusal),
    'DELETE /simulator/mailbox': () => mailbox.clear(),
  };
}

export function telegramRoutes(telegram: TelegramSimulator): ControlRoutes {
  const state = () => ({ sent: telegram.sent });
  const chat = z.number();
  return {
    'GET /simulator/telegram': state,
    'POST /simulator/telegram/say': (body) => {
      const said = z.object({ chat, text: z.string() }).parse(body);
      telegram.say(said.chat, said.text);
      return state();
    },
    'POST /simulator/telegram/press': (body) => {
      const pressed = z.object({ chat, data: z.string() }).parse(body);
      telegram.press(pressed.chat, pressed.data);
      return state();
    },
  };
}
