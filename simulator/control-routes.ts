import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AirportSimulator } from './airport/airport.ts';
import { behaviourSchema } from './airport/behaviour.ts';
import type { ControlRoutes } from './control.ts';
import type { KernelSimulator } from './kernel/kernel-simulator.ts';
import { type Mailbox, refusalSchema } from './mailbox/mailbox.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { TelegramSimulator } from './telegram/telegram.ts';

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
