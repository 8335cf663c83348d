import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { readStateHeader, STATE_HEADER, type UserDevice, writeStateHeader } from '../../core/device-id.ts';
import { requireMetric } from '../../core/metric-contract.ts';
import { VERSION } from '../../core/version.ts';
import type { Clock } from '../../runtime/async.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LastReload } from '../../runtime/reload.ts';
import { createAuthenticator, type Token } from '../access/authenticate.ts';
import { availableMemory, memoryLimits } from '../access/limits.ts';
import { parsePush } from '../contract/contract-check.ts';
import { createPushParser, type ParsedPush } from '../contract/push-parser.ts';
import { createNoiseLog, discardRest } from '../http/connections.ts';
import {
  answerJson,
  answerProblem,
  type HttpProblem,
  httpProblem,
  isFailure,
  PROBLEM_CODES,
  type ProblemCode,
} from '../http/problem.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import { busy, createUserBudgets, DeviceGoneError, readPushBody } from './push-body.ts';
import type { PushService } from './push-service.ts';

interface PushHandlerOptions {
  readonly pushes: PushService;
  readonly kept: Pick<KeptPushes, 'usage'>;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The tokens that are good as of now. */
  tokens(): readonly Token[];
  /** Whom a request comes from; see `clientAddress`. */
  addressOf(request: IncomingMessage): string;
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
  addressOf,
}: PushHandlerOptions): RequestListener {
  const limits = memoryLimits(availableMemory());
  const budgetOf = createUserBudgets(limits.bodies, limits.userBodies);
  const authenticate = createAuthenticator(clock, tokens, addressOf);
  const logNoise = createNoiseLog(logger, clock);
  const parser = createPushParser(parsePush, limits.layouts);

  async function takePush(request: IncomingMessage, device: UserDevice): Promise<{ kind: 'accepted' } | HttpProblem> {
    const state = readStateHeader(request.headers[STATE_HEADER.toLowerCase()]);
    if (state === undefined) {
      return httpProblem('bad_state_header', `${STATE_HEADER} must read "<state id> <sequence>"; update the exporter`);
    }
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

  async function handlePush(request: IncomingMessage, response: ServerResponse, device: UserDevice): Promise<void> {
    const begun = performance.now();
    const result = await takePush(request, device);
    metrics.took((performance.now() - begun) / 1000);
    if (result.kind === 'accepted') answerJson(response, 200, { status: 'accepted' });
    else refusePush(request, response, result, device);
  }

  async function handleReadBack(response: ServerResponse, device: UserDevice): Promise<void> {
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

  function refusePush(
    request: IncomingMessage,
    response: ServerResponse,
    problem: HttpProblem,
    device?: UserDevice,
  ): void {
    metrics.refused(problem.code);
    const { code, message } = problem;
    const fields = { code, message, from: addressOf(request), user: device?.user, instance: device?.deviceId };
    if (device === undefined) logNoise(code, fields, 'push refused');
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

/** What is counted of pushes, besides what is true of the gateway at the moment. */
interface GatewayMetrics {
  /**
   * @param bytes of the body, unpacked
   * @param at epoch milliseconds
   */
  accepted(device: UserDevice, bytes: number, at: number): void;
  refused(code: ProblemCode): void;
  /** A push took that many seconds, whatever came of it. */
  took(seconds: number): void;
  /** A device pushed then, before this process began. */
  lastPush(device: UserDevice, at: number): void;
  /** A device is gone permanently. */
  retired(device: UserDevice): void;
  /**
   * @param dataWritable whether the last write to the disk succeeded
   * @param kept bytes that are kept of each user
   */
  render(reload: LastReload, dataWritable: boolean, kept: ReadonlyMap<string, number>): Promise<string>;
}

/** A push takes a millisecond to check; Pushgateway is given five seconds. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createGatewayMetrics(): GatewayMetrics {
  const registry = new Registry();
  const options = (name: string) => {
    const { help, labels } = requireMetric(name);
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  const pushes = new Counter(options('flowcollect_gateway_pushes_total'));
  const bodyBytes = new Counter(options('flowcollect_gateway_push_bytes_total'));
  const seconds = new Histogram({ ...options('flowcollect_gateway_push_seconds'), buckets: SECONDS_BUCKETS });
  const lastPush = new Gauge(options('flowcollect_gateway_last_push_timestamp_seconds'));
  const keptBytes = new Gauge(options('flowcollect_gateway_kept_bytes'));
  const reloadGood = new Gauge(options('flowcollect_gateway_config_last_reload_successful'));
  const reloadedAt = new Gauge(options('flowcollect_gateway_config_last_reload_success_timestamp_seconds'));
  const writable = new Gauge(options('flowcollect_gateway_data_writable'));
  new Gauge(options('flowcollect_gateway_build_info')).set({ version: VERSION }, 1);

  const resultOf = (code: ProblemCode): string => (isFailure(code) ? 'failed' : 'refused');
  pushes.inc({ result: 'accepted', reason: '' }, 0);
  for (const code of PROBLEM_CODES) pushes.inc({ result: resultOf(code), reason: code }, 0);

  const setLastPush = ({ user, deviceId }: UserDevice, at: number): void => {
    lastPush.set({ user, instance: deviceId }, at / 1000);
  };
  return {
    accepted(device, bytes, at) {
      pushes.inc({ result: 'accepted', reason: '' });
      bodyBytes.inc(bytes);
      setLastPush(device, at);
    },
    refused: (code) => pushes.inc({ result: resultOf(code), reason: code }),
    took: (value) => seconds.observe(value),
    lastPush: setLastPush,
    retired: ({ user, deviceId }) => lastPush.remove({ user, instance: deviceId }),
    render(reload, dataWritable, kept) {
      keptBytes.reset();
      for (const [user, bytes] of kept) keptBytes.set({ user }, bytes);
      reloadGood.set(reload.successful ? 1 : 0);
      reloadedAt.set(reload.succeededAt / 1000);
      writable.set(dataWritable ? 1 : 0);
      return registry.metrics();
    },
  };
}
