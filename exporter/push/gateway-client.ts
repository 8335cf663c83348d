import * as z from 'zod/mini';
import { type PushId, pushPath, readStateHeader, STATE_HEADER, writeStateHeader } from '../../core/device-id.ts';
import type { ExpositionFamily } from '../../core/exposition.ts';
import { ExpositionError, parseExposition } from '../../core/exposition-parser.ts';
import { parseJson } from '../../core/json.ts';
import {
  CARRY_BYTES,
  dimensionMetric,
  eachDimension,
  HEALTH_CHECKS,
  INTERFACE_BYTES,
  KERNEL_BYTES,
  KERNEL_RAW_BYTES,
  LOST_BYTES,
  TRAFFIC_BYTES,
  UNCOUNTED_BYTES,
} from '../../core/metric-contract.ts';
import { ACCOUNTINGS, type Bytes, DIRECTIONS, TRAFFIC_CLASSES } from '../../core/traffic.ts';
import type { ReadBack } from '../device/sync-state.ts';
import type { ConnectionFailure, HttpClient, HttpRequest, Network } from '../host/network.ts';
import { INTERFACE_ROLES } from '../ledger/side-counters.ts';
import type { PushProblem } from './problem.ts';

/** Where to push and as whom. */
export interface GatewayAddress {
  /** Such as `https://vps.example`. */
  readonly origin: string;
  readonly token: string;
  readonly deviceId: string;
}

interface Push extends PushId {
  /** Exposition text. */
  readonly body: string;
}

export type PushResult = { readonly kind: 'accepted' } | { readonly kind: 'problem'; readonly problem: PushProblem };
/** `age`: how long ago the gateway accepted it, milliseconds, up to two seconds too little; undefined when it does not say. */
type ReadBackResult =
  | (ReadBack & { readonly age?: number | undefined })
  | { readonly kind: 'problem'; readonly problem: PushProblem };

/** The gateway, as one device sees it. */
export interface GatewayClient {
  push(address: GatewayAddress, push: Push): Promise<PushResult>;
  /** What the gateway last accepted from this device. */
  readBack(address: GatewayAddress): Promise<ReadBackResult>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
/** How long a silent exporter keeps its DeviceID to itself, where the gateway does not say how much of it is left. */
const HELD_MS = 60_000;
/** Small texts fit one packet anyway. */
const GZIP_FROM_CHARACTERS = 1024;
const utf8 = new TextDecoder();

const ErrorBody = z.object({
  error: z.optional(z.string()),
  code: z.optional(z.string()),
  message: z.optional(z.string()),
  free_in_milliseconds: z.optional(z.number()),
});

export function createGatewayClient(network: Network): GatewayClient {
  let open: { readonly origin: string; readonly client: HttpClient } | undefined;

  /** The gateway rarely moves: connections to where it was are closed. */
  function clientOf(origin: string): HttpClient {
    if (open?.origin === origin) return open.client;
    void open?.client.close();
    open = { origin, client: network.client({ origin, timeout: TIMEOUT_MS }) };
    return open.client;
  }

  async function send(
    { origin, token, deviceId }: GatewayAddress,
    { headers, ...request }: Omit<HttpRequest, 'path'>,
  ): Promise<GatewayAnswer | { readonly kind: 'problem'; readonly problem: PushProblem }> {
    const authorization: HttpRequest['headers'] = token === '' ? {} : { authorization: `Bearer ${token}` };
    const result = await clientOf(origin).request({
      ...request,
      path: pushPath(deviceId),
      headers: { ...headers, ...authorization },
    });
    if (result.kind === 'failure') {
      const noTls = result.failure.kind === 'not_tls';
      return { kind: 'problem', problem: { kind: 'unreachable', code: codeOf(result.failure), noTls } };
    }
    return {
      kind: 'answer',
      status: result.status,
      text: utf8.decode(result.body),
      state: result.header(STATE_HEADER.toLowerCase()) ?? '',
      age: ageOf(result.header('date'), result.header('last-modified')),
    };
  }

  return {
    async push(address, { body, ...id }) {
      const answer = await send(address, {
        method: 'PUT',
        headers: { 'content-type': 'text/plain; version=0.0.4', [STATE_HEADER]: writeStateHeader(id) },
        body,
        gzip: body.length >= GZIP_FROM_CHARACTERS,
      });
      if (answer.kind === 'problem') return answer;
      if (answer.status >= 200 && answer.status < 300) return { kind: 'accepted' };
      return { kind: 'problem', problem: problemOfAnswer(answer) };
    },
    async readBack(address) {
      const answer = await send(address, {});
      return answer.kind === 'problem' ? answer : readAnswer(answer);
    },
    async close() {
      await open?.client.close();
    },
  };
}

/** Certificates of a gateway are judged by the host's authorities, so that a failure always has a code. */
const codeOf = (failure: ConnectionFailure): string => ('code' in failure ? failure.code : failure.kind);

interface GatewayAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly text: string;
  readonly state: string;
  readonly age: number | undefined;
}

/** Both headers are of one clock and in whole seconds; too young does no harm, too old would count bytes twice. */
function ageOf(now: unknown, then: unknown): number | undefined {
  const age = Date.parse(String(now)) - Date.parse(String(then)) - 1000;
  return Number.isFinite(age) ? Math.max(0, age) : undefined;
}

function readAnswer(answer: GatewayAnswer): ReadBackResult {
  const bad = (detail: string): ReadBackResult => ({ kind: 'problem', problem: { kind: 'bad_answer', detail } });
  if (answer.status === 404) {
    // A wrong port or a proxy's own 404 must not pass for "this device has never pushed".
    return readError(answer).isJson ? { kind: 'nothing' } : bad('404 that is not JSON');
  }
  if (answer.status !== 200) return { kind: 'problem', problem: problemOfAnswer(answer) };
  try {
    return { ...decodeReadBack(answer.text, answer.state), age: answer.age };
  } catch (error) {
    if (error instanceof ReadBackError) return bad(error.message);
    throw error;
  }
}

function problemOfAnswer(answer: GatewayAnswer): PushProblem {
  const { status } = answer;
  const { code, detail, freeIn } = readError(answer);
  if (status === 401) return { kind: 'wrong_token' };
  if (status === 413) return { kind: 'too_large' };
  if (code === 'other_device') return { kind: 'token_of_another_device' };
  if (code === 'held_by_another_state') return { kind: 'held_by_another_state', freeIn };
  if (code === 'no_room') return { kind: 'no_room' };
  if (status === 409) return { kind: 'fell_behind', detail };
  if (status === 429 || status >= 500) return { kind: 'unavailable', status, detail };
  return { kind: 'refused', status, detail };
}

function readError({ text }: GatewayAnswer): { isJson: boolean; code: string; detail: string; freeIn: number } {
  const body = ErrorBody.safeParse(parseJson(text));
  if (!body.success || body.data.error === undefined) return { isJson: false, code: '', detail: '', freeIn: HELD_MS };
  const { error, code = error, message = error, free_in_milliseconds: freeIn = HELD_MS } = body.data;
  return { isJson: true, code, detail: message.slice(0, 300), freeIn };
}

/** A read-back that a device cannot go on from; the message names the series. */
class ReadBackError extends Error {
  override readonly name = 'ReadBackError';
}

type SeriesLabels = ReadonlyMap<string, string>;

/**
 * A device's last accepted push, as counters.
 *
 * @param text exposition text
 * @param state the value of the state header: `<state id> <sequence>`
 * @throws ReadBackError
 */
export function decodeReadBack(text: string, state: string): ReadBack {
  const id = readStateHeader(state);
  if (id === undefined) throw new ReadBackError('no usable state header');
  const families = parse(text);
  const read = <T>(name: string, decode: (labels: SeriesLabels, value: number) => T): T[] =>
    (families.get(name)?.samples ?? []).map(({ labels, value }) => {
      if (!Number.isSafeInteger(value)) throw new ReadBackError(`${name} holds ${value}, which is no whole number`);
      return decode(labels, value);
    });
  const perDirection = (name: string): Bytes | undefined => {
    const found = Object.fromEntries(read(name, (labels, value) => [oneOf(DIRECTIONS, labels, 'direction'), value]));
    return found.upload === undefined || found.download === undefined
      ? undefined
      : { upload: found.upload, download: found.download };
  };
  const zero = { upload: 0, download: 0 };
  return {
    kind: 'found',
    ...id,
    counters: {
      traffic: read(TRAFFIC_BYTES, (labels, bytes) => ({
        class: oneOf(TRAFFIC_CLASSES, labels, 'class'),
        node: label(labels, 'node'),
        provider: label(labels, 'provider'),
        direction: oneOf(DIRECTIONS, labels, 'direction'),
        accounting: oneOf(ACCOUNTINGS, labels, 'accounting'),
        bytes,
      })),
      families: eachDimension((dimension) =>
        read(dimensionMetric(dimension), (labels, bytes) => ({
          key: label(labels, dimension),
          class: oneOf(TRAFFIC_CLASSES, labels, 'class'),
          direction: oneOf(DIRECTIONS, labels, 'direction'),
          bytes,
        })),
      ),
      uncounted: read(UNCOUNTED_BYTES, (labels, bytes) => ({
        node: label(labels, 'node'),
        provider: label(labels, 'provider'),
        direction: oneOf(DIRECTIONS, labels, 'direction'),
        bytes,
      })),
      kernel: perDirection(KERNEL_BYTES) ?? zero,
      raw: perDirection(KERNEL_RAW_BYTES),
      carry: perDirection(CARRY_BYTES) ?? zero,
      restarts: read('flowcollect_kernel_restarts_total', (_, value) => value)[0] ?? 0,
      lost: read(LOST_BYTES, (_, value) => value)[0] ?? 0,
    },
    interfaces: read(INTERFACE_BYTES, (labels, bytes) => ({
      interface: label(labels, 'interface'),
      role: oneOf(INTERFACE_ROLES, labels, 'role'),
      direction: oneOf(DIRECTIONS, labels, 'direction'),
      bytes,
    })),
    checks: read(HEALTH_CHECKS, (labels, checks) => ({
      node: label(labels, 'node'),
      provider: label(labels, 'provider'),
      checks,
    })),
  };
}

function parse(text: string): ReadonlyMap<string, ExpositionFamily> {
  try {
    return new Map(parseExposition(text).map((family) => [family.name, family]));
  } catch (error) {
    if (error instanceof ExpositionError) throw new ReadBackError(error.message, { cause: error });
    throw error;
  }
}

/** Prometheus takes an empty label for one that is not there. */
function label(labels: SeriesLabels, name: string): string {
  return labels.get(name) ?? '';
}

function oneOf<const T extends string>(known: readonly T[], labels: SeriesLabels, name: string): T {
  const value = label(labels, name);
  const found = known.find((each) => each === value);
  if (found === undefined) throw new ReadBackError(`${name}="${value}" is not one of ${known.join(', ')}`);
  return found;
}
