import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushPath, STATE_HEADER } from '../core/device-id.ts';
import { KERNEL_BYTES } from '../core/metric-contract.ts';
import { hashToken } from '../gateway/access/authenticate.ts';
import { createGateway, type Gateway, type GatewayOptions, type GatewayPlaces } from '../gateway/service.ts';
import { systemClock } from '../runtime/async.ts';
import { createLogger } from '../runtime/logger.ts';
import { createPushgatewayDouble, type PushgatewayDouble } from './pushgateway-double.ts';

/** With which {@link GatewayAtDouble.send} pushes; of the user `default`. */
export const TOKEN = 'hunter2';
/** The one series of {@link bodyOf}. */
export const SERIES = `${KERNEL_BYTES}{direction="download"}`;
export const bodyOf = (value: number): string => `# TYPE ${KERNEL_BYTES} counter\n${SERIES} ${value}\n`;

/** What is sent to the path of a device; what is left out is a good push. */
export interface Sent {
  readonly device?: string;
  readonly state?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Record<string, string>;
  readonly method?: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A gateway whose clock stands still, in front of a double of Pushgateway. */
export interface GatewayAtDouble {
  readonly double: PushgatewayDouble;
  /** Of its data. */
  readonly folder: string;
  /** Lines of its log. */
  readonly lines: readonly string[];
  /** Where devices push. */
  origin(): string;
  /** Origin of its own metrics. */
  metrics(): string;
  send(sent?: Sent): Promise<Answer>;
  /** Whether its own metrics hold this line. */
  tells(line: string): Promise<boolean>;
  /** Lets time pass. */
  pass(milliseconds: number): void;
  /** Puts other tokens in the place of those it knows. */
  know(tokens: ReturnType<GatewayOptions['tokens']>): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and the double, and removes the folder. */
  close(): Promise<void>;
}

/** Starts both. */
export async function openGatewayAtDouble(): Promise<GatewayAtDouble> {
  let now = 1_700_000_000_000;
  let tokens: ReturnType<GatewayOptions['tokens']> = [{ hash: hashToken(TOKEN), user: 'default' }];
  let gateway: Gateway;
  let origin = '';
  let metrics = '';
  const lines: string[] = [];
  const double = await createPushgatewayDouble(() => now);
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-gateway-'));
  async function start(): Promise<void> {
    gateway = createTokenedGateway(
      { pushgateway: double.origin },
      {
        dataFolder: folder,
        // Looks for a restarted Pushgateway come every few milliseconds instead of every two seconds.
        clock: {
          now: () => now,
          sleep: (_, signal) => new Promise((wake) => void (signal.aborted ? wake() : setTimeout(wake, 5))),
        },
        logger: createLogger('test', 'info', { write: (line: string) => void lines.push(line) }),
        tokens: () => tokens,
      },
    );
    ({ pushes: origin, metrics } = await gateway.start());
  }
  const stop = (): Promise<void> => gateway.stop();
  await start();

  return {
    double,
    folder,
    lines,
    origin: () => origin,
    metrics: () => metrics,
    async send({ device = '客厅', state = 'one 1', body = bodyOf(1), headers = {}, method = 'PUT' } = {}) {
      const response = await fetch(origin + pushPath(device), {
        method,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          [STATE_HEADER]: state,
          'content-type': 'text/plain',
          ...headers,
        },
        ...(method === 'PUT' ? { body } : {}),
      });
      return { status: response.status, text: await response.text(), headers: response.headers };
    },
    tells: async (line) => (await (await fetch(`${metrics}/metrics`)).text()).includes(`\n${line}\n`),
    pass(milliseconds) {
      now += milliseconds;
    },
    know(others) {
      tokens = others;
    },
    start,
    stop,
    async close() {
      await stop();
      await double.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Status and code of a refusal. */
export const errorOf = ({ status, text }: Answer): [number, unknown] => [status, JSON.parse(text).error];

/**
 * A gateway in front of a store, at ports of its own, that logs nothing: the token `one` is of the user `default`, `two`
 * of `alice`, unless the options say otherwise.
 *
 * @param store where it stands
 */
export function createTokenedGateway(
  store: Pick<GatewayPlaces, 'pushgateway' | 'victoriaMetrics'>,
  { dataFolder, ...options }: { readonly dataFolder: string } & Partial<GatewayOptions>,
): Gateway {
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  return createGateway({
    places: { dataDir: dataFolder, prometheus: 'http://127.0.0.1:9', listen: address, metrics: address, ...store },
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    tokens: () => [
      { hash: hashToken('one'), user: 'default' },
      { hash: hashToken('two'), user: 'alice' },
    ],
    lastReload: () => ({ successful: true, succeededAt: 0 }),
    ...options,
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
