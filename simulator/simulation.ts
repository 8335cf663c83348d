import type { HttpListener } from '../runtime/http.ts';
import { type AirportSimulator, bill, createAirport } from './airport.ts';
import {
  airportRoutes,
  type ControlRoutes,
  kernelRoutes,
  listenForControl,
  mailboxRoutes,
  telegramRoutes,
} from './control.ts';
import type { WorkloadShape } from './household/workload.ts';
import { createKernelSimulator, type KernelSimulator } from './kernel/kernel-simulator.ts';
import { createHouseholdSource } from './kernel/kernel-source.ts';
import { createPlayback } from './kernel/playback.ts';
import type { Recording } from './kernel/recording.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import { billOfPast } from './past/past.ts';
import { createSimulatedClock } from './simulated-clock.ts';
import { createTelegram, type TelegramSimulator } from './telegram.ts';

/** What to simulate; ports of 0 are chosen by the system. */
export interface SimulationConfig {
  readonly controlPort: number;
  /** Simulated seconds in a real one. */
  readonly speed: number;
  readonly paused: boolean;
  readonly kernel?: {
    readonly port: number;
    readonly secret: string;
    readonly socketPath?: string;
    readonly plays:
      | { readonly recording: Recording; readonly phase: number }
      | { readonly shape: WorkloadShape; readonly seed: string };
  };
  readonly airport?: {
    readonly port: number;
    /** Bytes. */
    readonly quota: number;
    /** Bytes that others move in a simulated minute. */
    readonly leakPerMinute: number;
  };
  readonly mailbox?: {
    readonly port: number;
    readonly login?: { readonly user: string; readonly password: string };
  };
  readonly telegram?: {
    readonly port: number;
    /** Its one bot's. */
    readonly token: string;
  };
}

/** Where to find what was started; the keys of what was not asked for are missing. */
export interface SimulationAddresses {
  readonly control: string;
  readonly kernel?: string;
  /** The subscription's URL. */
  readonly airport?: string;
  readonly mailbox?: { readonly host: string; readonly port: number };
  /** The root of the Bot API. */
  readonly telegram?: string;
}

/** Everything FlowCollect talks to, in one process. */
export interface Simulation {
  /** @throws ListenError when a port is taken */
  start(): Promise<SimulationAddresses>;
  stop(): Promise<void>;
  readonly kernel: KernelSimulator | undefined;
  readonly airport: AirportSimulator | undefined;
  readonly mailbox: Mailbox | undefined;
  readonly telegram: TelegramSimulator | undefined;
}

const PLAN_DAYS = 30;

/**
 * With a kernel next to it the airport bills what the kernel moved through proxy nodes, by their multipliers; a leak
 * comes on top.
 *
 * @param clock the real time in epoch milliseconds
 */
export function createSimulation(config: SimulationConfig, clock: () => number): Simulation {
  const time = createSimulatedClock({ clock, speed: config.speed, paused: config.paused });
  const startedAt = time.now();
  const kernel = config.kernel && createKernel(config.kernel, time.now);
  /** Where a past is told too, the plan began with it. */
  const usedBefore = billOfPast();
  const plan = (quota: number) => ({ quota, expiresAt: Math.floor(startedAt / 1000) + PLAN_DAYS * 86_400 });
  const airport =
    config.airport &&
    createAirport({
      port: config.airport.port,
      plan: plan(config.airport.quota),
      usage: () =>
        bill({
          before: usedBefore,
          nodes: kernel?.source().nodeTotals() ?? [],
          leaked: ((config.airport?.leakPerMinute ?? 0) * (time.now() - startedAt)) / 60_000,
        }),
    });
  const mailbox = config.mailbox && createMailbox({ ...config.mailbox, clock });
  const telegram = config.telegram && createTelegram({ ...config.telegram, clock });
  let control: HttpListener | undefined;

  return {
    kernel,
    airport,
    mailbox,
    telegram,
    async start() {
      await Promise.all([kernel?.start(), airport?.start(), mailbox?.start(), telegram?.start()]);
      const routes: ControlRoutes = {
        ...(kernel && kernelRoutes(kernel, time)),
        ...(airport && airportRoutes(airport)),
        ...(mailbox && mailboxRoutes(mailbox)),
        ...(telegram && telegramRoutes(telegram)),
      };
      const address = { host: '127.0.0.1', port: config.controlPort, setting: '--control-port' };
      control = await listenForControl(routes, address);
      return {
        control: control.origin,
        ...(kernel && { kernel: kernel.origin() }),
        ...(airport && { airport: airport.url() }),
        ...(mailbox && { mailbox: { host: '127.0.0.1', port: mailbox.port() } }),
        ...(telegram && { telegram: telegram.origin() }),
      };
    },
    async stop() {
      control?.server.closeAllConnections();
      await Promise.all([control?.close(), kernel?.stop(), airport?.stop(), mailbox?.stop(), telegram?.stop()]);
    },
  };
}

function createKernel(config: NonNullable<SimulationConfig['kernel']>, now: () => number): KernelSimulator {
  const { plays, port, secret, socketPath } = config;
  const startedAt = now();
  const source =
    'recording' in plays
      ? createPlayback(plays.recording, { startedAt, phase: plays.phase })
      : createHouseholdSource({ ...plays, startedAt });
  return createKernelSimulator({ source, now, port, secret, ...(socketPath === undefined ? {} : { socketPath }) });
}
