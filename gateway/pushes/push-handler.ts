import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Device, STATE_HEADER } from '../../core/device-id.ts';
import { clientAddress } from '../../core/ip.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createAuthenticator, type Token } from '../access/authenticate.ts';
import { availableMemory, createUserBudgets, memoryLimits } from '../access/limits.ts';
import { createPushParser, type ParsedPush } from '../contract/push-parser.ts';
import { createNoiseLog, discardRest } from '../http/connections.ts';
import { answerJson, answerProblem, type HttpProblem, httpProblem } from '../http/problem.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import type { GatewayMetrics } from './metrics.ts';
import { busy, DeviceGoneError, readPushBody } from './push-body.ts';
import { type PushService, readStateHeader, writeStateHeader } from './push-service.ts';

export interface PushHandlerOptions {
  readonly pushes: PushService;
  readonly kept: Pick<KeptPushes, 'usage'>;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The tokens that are good as of now. */
  tokens(): readonly Token[];
  /** Whom a request comes from; see `clientAddress`. */
  addressOf?(request: IncomingMessage): string;
}

/** Of the name of a series besides its characters, and of its value. */
const SERIES_BYTES = 56;

/** What a push takes besides its body until it is stored, about: the names of its series, of two bytes a character. */
function parsedBytes({ text, ledger }: ParsedPush): number {
  return 2 * text.length + SERIES_BYTES * ledger.series.length;
}

/** The only requests that are served: a device's push and its read-back. */
export function createPushHandler({
  pushes,
  kept,
  metrics,
  clock,
  logger,
  tokens,
  addressOf = clientAddress,
}: PushHandlerOptions): RequestListener {
  const limits = memoryLimits(availableMemory());
  const budgetOf = createUserBudgets(limits.bodies, limits.userBodies);
  const authenticate = createAuthenticator(clock, tokens, addressOf);
  const noise = createNoiseLog(logger, clock);
  const parser = createPushParser(limits.layouts);

  async function takePush(request: IncomingMessage, device: Device): Promise<{ kind: 'accepted' } | HttpProblem> {
    const state = readStateHeader(request.headers[STATE_HEADER.toLowerCase()]);
    if (state.kind === 'refused') return state;
    const body = await readPushBody(request, budgetOf(device.user), limits.body);
    if (body.kind === 'refused') return body;
    try {
      const push = parser.parse(device, body.bytes, body.packed);
      if (push.kind === 'refused') return push;
      if (!body.take(parsedBytes(push))) return busy();
      const result = await pushes.push(device, state, push);
      if (result.kind === 'accepted') metrics.accepted(device, body.bytes.length, clock.now());
      return result;
    } finally {
      body.release();
    }
  }

  async function handlePush(request: IncomingMessage, response: ServerResponse, device: Device): Promise<void> {
    const begun = performance.now();
    const result = await takePush(request, device);
    metrics.took((performance.now() - begun) / 1000);
    if (result.kind === 'accepted') answerJson(response, 200, { status: 'accepted' });
    else refusePush(request, response, result, device);
  }

  async function handleReadBack(response: ServerResponse, device: Device): Promise<void> {
    // Who asks often and reads slowly has as little memory for it as for pushes.
    const budget = budgetOf(device.user);
    const bytes = kept.usage.of(device);
    if (!budget.take(bytes)) return answerProblem(response, busy());
    response.once('close', () => budget.give(bytes));
    const result = await pushes.readBack(device);
    if (result.kind === 'refused') return answerProblem(response, result);
    if (result.kind === 'nothing') {
      return answerProblem(response, httpProblem('not_found', 'nothing was accepted from this device yet; push first'));
    }
    response.writeHead(200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      [STATE_HEADER]: writeStateHeader(result.push),
      // Besides Date, this tells how long ago it was let through, whatever the device's clock says.
      'last-modified': new Date(result.push.at).toUTCString(),
    });
    response.end(result.text);
  }

  function refusePush(request: IncomingMessage, response: ServerResponse, problem: HttpProblem, device?: Device): void {
    metrics.refused(problem.code);
    const { code, message } = problem;
    const fields = { code, message, from: addressOf(request), user: device?.user, instance: device?.deviceId };
    if (device === undefined) noise.warn(code, fields, 'push refused');
    else logger.warn(fields, 'push refused');
    answerProblem(response, problem);
    discardRest(request);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const device = authenticate(request);
    if (device.kind === 'refused') {
      if (request.method === 'PUT') return refusePush(request, response, device);
      answerProblem(response, device);
      return discardRest(request);
    }
    const { user, deviceId } = device;
    if (request.method === 'PUT') await handlePush(request, response, { user, deviceId });
    else await handleReadBack(response, { user, deviceId });
  }

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (error instanceof DeviceGoneError) {
        logger.info('a device went away while it pushed');
        return;
      }
      logger.error({ err: error }, 'a request failed');
      if (response.headersSent) response.destroy();
      else
        answerJson(response, 500, { error: 'internal', message: 'the gateway failed; its log on the server says why' });
    });
  };
}
